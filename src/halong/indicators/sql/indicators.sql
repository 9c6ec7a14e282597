-- What the computation of indicators works with. Core PostgreSQL 15 to 18, no extensions.

-- Which series a definition reads, and for which place and agency: renewed when things, series or definitions change.
-- value = reading * factor + addend; den_id or weight give the denominator of a ratio; a thing counts in periods that end
-- after "since" (when it was registered) and begin before "until" (when it was deleted).
CREATE TABLE indicator_member (
    definition_id bigint NOT NULL,
    series_id int4 NOT NULL,
    den_id int4,
    weight float8,
    factor float8 NOT NULL DEFAULT 1,
    addend float8 NOT NULL DEFAULT 0,
    place_id int4 NOT NULL,
    agency_id int4 NOT NULL,
    simulated boolean NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,
    PRIMARY KEY (definition_id, series_id)
);
CREATE INDEX indicator_member_series ON indicator_member (series_id);
CREATE INDEX indicator_member_den ON indicator_member (den_id) WHERE den_id IS NOT NULL;

-- Written in the transaction that changes an hour: base periods to compute again. Only ever appended to, so that nobody waits.
CREATE TABLE indicator_note (
    indicator_id bigint NOT NULL,
    label timestamptz NOT NULL
);

-- Periods that must be computed (again), and when.
CREATE TABLE dirty_indicator (
    indicator_id bigint NOT NULL,
    grain text NOT NULL,
    label timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (indicator_id, grain, label)
);
CREATE INDEX dirty_indicator_due ON dirty_indicator (due_at);

-- Things whose place, agency, types, sector or series changed since the members were last renewed; -1: the trees changed.
CREATE TABLE stale_entity (entity_id bigint NOT NULL);

CREATE FUNCTION halong_note_entity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.place_id, NEW.agency_id, NEW.types, NEW.sector, NEW.simulated, NEW.deleted_at) IS DISTINCT FROM
       (OLD.place_id, OLD.agency_id, OLD.types, OLD.sector, OLD.simulated, OLD.deleted_at) THEN
        INSERT INTO stale_entity VALUES (NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_entity AFTER UPDATE OF place_id, agency_id, types, sector, simulated, deleted_at ON context_entity
    FOR EACH ROW EXECUTE FUNCTION halong_note_entity();

CREATE FUNCTION halong_note_series() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_entity SELECT DISTINCT entity_id FROM changed;
    RETURN NULL;
END $$;
CREATE TRIGGER note_series_new AFTER INSERT ON observations_series REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION halong_note_series();
CREATE TRIGGER note_series_gone AFTER DELETE ON observations_series REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION halong_note_series();
CREATE FUNCTION halong_note_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.unit IS DISTINCT FROM OLD.unit THEN INSERT INTO stale_entity VALUES (NEW.entity_id); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_unit AFTER UPDATE OF unit ON observations_series
    FOR EACH ROW EXECUTE FUNCTION halong_note_unit();

-- Numbers of the registry (beds, capacity) that are a denominator.
CREATE FUNCTION halong_note_weight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_entity SELECT DISTINCT c.entity_id FROM changed c
    WHERE c.name IN (SELECT spec ->> 'den_attribute' FROM indicators_definition);
    RETURN NULL;
END $$;
CREATE TRIGGER note_weight_new AFTER INSERT ON context_attribute REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION halong_note_weight();
CREATE TRIGGER note_weight_changed AFTER UPDATE ON context_attribute REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION halong_note_weight();

-- Another tree of places or agencies makes other sums at its nodes.
CREATE FUNCTION halong_note_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_entity VALUES (-1);
    RETURN NULL;
END $$;
CREATE TRIGGER note_tree AFTER UPDATE ON places_place FOR EACH ROW
    WHEN ((OLD.path, OLD.valid_to) IS DISTINCT FROM (NEW.path, NEW.valid_to)) EXECUTE FUNCTION halong_note_tree();
CREATE TRIGGER note_tree AFTER UPDATE ON places_agency FOR EACH ROW
    WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION halong_note_tree();
CREATE TRIGGER note_tree AFTER INSERT OR DELETE ON places_placesuccession
    FOR EACH STATEMENT EXECUTE FUNCTION halong_note_tree();
