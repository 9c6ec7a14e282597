-- The readings and what is computed from them. Core PostgreSQL 15 to 18, no extensions.
-- Partitions of observation, one a UTC day, are attached by halong.observations.partitions.

CREATE TABLE observation (
    time timestamptz NOT NULL,
    value float8 NOT NULL,
    series_id int4 NOT NULL,
    quality int2 NOT NULL,
    PRIMARY KEY (series_id, time)
) PARTITION BY RANGE (time);

-- A value that another one replaced: what was there, what replaced it, and when.
CREATE TABLE correction (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id int4 NOT NULL,
    time timestamptz NOT NULL,
    old_value float8 NOT NULL,
    old_quality int2 NOT NULL,
    new_value float8 NOT NULL,
    new_quality int2 NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX correction_series ON correction (series_id, time);

-- The newest reading of each series; written once a second, and again by the roll-up job, so a crash loses nothing.
CREATE TABLE latest (
    series_id int4 PRIMARY KEY,
    time timestamptz NOT NULL,
    value float8 NOT NULL,
    quality int2 NOT NULL
) WITH (fillfactor = 50);

-- Written in the transaction that stores readings: which series got some in the hour labelled
-- 2000-01-01 00:00 UTC + label hours. series holds native-endian int4s. The roll-up job folds it into dirty_hour.
CREATE TABLE touched (
    label int4 NOT NULL,
    series bytea NOT NULL
);

-- The hours that must be computed (again), and when.
CREATE TABLE dirty_hour (
    series_id int4 NOT NULL,
    time timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (series_id, time)
);
CREATE INDEX dirty_hour_due ON dirty_hour (due_at);

-- The values of derived series that must be computed (again), and when.
CREATE TABLE dirty_derived (
    series_id int4 NOT NULL,
    time timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (series_id, time)
);
CREATE INDEX dirty_derived_due ON dirty_derived (due_at);

-- time is the END of the hour: it holds the readings with time - 1 h < t <= time. mean, minimum and maximum are
-- those of the valid readings (quality 0), null without any; complete: they are at least 75 % of what the
-- series' interval promises.
CREATE TABLE rollup_hour (
    time timestamptz NOT NULL,
    mean float8,
    minimum float8,
    maximum float8,
    series_id int4 NOT NULL,
    count int4 NOT NULL,
    valid int4 NOT NULL,
    complete boolean NOT NULL,
    PRIMARY KEY (series_id, time) INCLUDE (mean, complete) -- a month of a series is read from the index alone
) WITH (fillfactor = 90);

-- day is a day in Asia/Ho_Chi_Minh and holds the hours labelled 01:00 to 00:00 of the next day.
CREATE TABLE rollup_day (
    series_id int4 NOT NULL,
    day date NOT NULL,
    mean float8,
    minimum float8,
    maximum float8,
    count int4 NOT NULL,
    valid int4 NOT NULL,
    hours int2 NOT NULL,
    complete boolean NOT NULL,
    PRIMARY KEY (series_id, day)
) WITH (fillfactor = 90);

-- What ingest processes keep in memory is read again when this is told.
CREATE FUNCTION halong_directory_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('halong_directory', TG_TABLE_NAME);
    RETURN NULL;
END $$;

CREATE TRIGGER directory_changed AFTER INSERT OR DELETE OR UPDATE OF
    entity_id, property, unit, interval_s, minimum, maximum, derived ON observations_series
    FOR EACH STATEMENT EXECUTE FUNCTION halong_directory_changed();
CREATE TRIGGER directory_changed AFTER DELETE OR UPDATE OF
    urn, types, place_id, agency_id, sector, deleted_at ON context_entity
    FOR EACH STATEMENT EXECUTE FUNCTION halong_directory_changed();

-- A series takes its readings with it.
CREATE FUNCTION halong_forget_series() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM observation WHERE series_id IN (SELECT id FROM gone);
    DELETE FROM correction WHERE series_id IN (SELECT id FROM gone);
    DELETE FROM latest WHERE series_id IN (SELECT id FROM gone);
    DELETE FROM dirty_hour WHERE series_id IN (SELECT id FROM gone);
    DELETE FROM dirty_derived WHERE series_id IN (SELECT id FROM gone);
    DELETE FROM rollup_hour WHERE series_id IN (SELECT id FROM gone);
    DELETE FROM rollup_day WHERE series_id IN (SELECT id FROM gone);
    RETURN NULL;
END $$;
CREATE TRIGGER forget_series AFTER DELETE ON observations_series
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION halong_forget_series();
