# ruff: noqa: S608 -- texts are put together of constants only
"""The statements of ``store``: states of rules change by conditional UPDATE, whoever comes first wins."""

RULES = """
SELECT r.id, r.kind, r.params, r.property, r.averaging, r.types, coalesce(p.path, ''), coalesce(a.path, ''),
       ARRAY(SELECT e.entity_id FROM rules_rule_entities e WHERE e.rule_id = r.id)
FROM rules_rule r LEFT JOIN places_place p ON p.id = r.place_id LEFT JOIN places_agency a ON a.id =
r.agency_id WHERE r.enabled AND coalesce(r.valid_from, '-infinity') <= %s AND coalesce(r.valid_to,
'infinity') >= %s ORDER BY r.id"""

SERIES = """
SELECT s.id, s.property, s.entity_id, e.types, coalesce(p.path, ''), coalesce(a.path, ''), s.unit,
s.interval_s, s.minimum, s.maximum
FROM observations_series s JOIN context_entity e ON e.id = s.entity_id
LEFT JOIN places_place p ON p.id = e.place_id LEFT JOIN places_agency a ON a.id = e.agency_id
WHERE e.deleted_at IS NULL"""

STATES = """
SELECT rule_id, series_id, active, extract(epoch FROM pending_since)::float8 FROM rules_rulestate
WHERE (active OR pending_since IS NOT NULL) AND silent_after_s IS NULL"""
STATES_OF = """
SELECT rule_id, series_id, active, extract(epoch FROM pending_since)::float8 FROM rules_rulestate
WHERE series_id = ANY(%s) AND silent_after_s IS NULL"""
CHANGED = """
SELECT rule_id, series_id, active, extract(epoch FROM pending_since)::float8 FROM rules_rulestate
WHERE changed_at > %s AND silent_after_s IS NULL"""
LATEST = "SELECT series_id, extract(epoch FROM time)::float8, value FROM latest WHERE quality = 0"

_CHANGES = """
SELECT c.* FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::float8[], %s::float8[],
%s::timestamptz[]) AS c (rule_id, series_id, time, value, lim, due_at)
"""
# Only for rules and series that still stand: a reference to a deleted one must not undo the readings.
_STANDING = """
JOIN rules_rule r ON r.id = c.rule_id AND r.enabled JOIN observations_series s ON s.id = c.series_id
ORDER BY c.rule_id, c.series_id
"""
RAISE = f"""
INSERT INTO rules_rulestate AS state (
       rule_id, series_id, active, serial, pending_since, changed_at, last_time, value, "limit", due_at)
SELECT c.rule_id, c.series_id, true, 1, NULL, clock_timestamp(), c.time, c.value, c.lim, NULL
FROM ({_CHANGES}) c {_STANDING}
ON CONFLICT (rule_id, series_id) DO UPDATE SET active = true, serial = state.serial + 1, pending_since = NULL,
       due_at = NULL, changed_at = excluded.changed_at, last_time = excluded.last_time, value =
       excluded.value,
       "limit" = excluded."limit"
WHERE NOT state.active
RETURNING rule_id, series_id, serial"""
PEND = f"""
INSERT INTO rules_rulestate AS state (
       rule_id, series_id, active, serial, pending_since, changed_at, last_time, value, "limit", due_at)
SELECT c.rule_id, c.series_id, false, 0, c.time, clock_timestamp(), c.time, c.value, c.lim, c.due_at
FROM ({_CHANGES}) c {_STANDING}
ON CONFLICT (rule_id, series_id) DO UPDATE SET pending_since = excluded.pending_since, due_at =
       excluded.due_at,
       changed_at = excluded.changed_at, last_time = excluded.last_time, value = excluded.value,
       "limit" = excluded."limit"
WHERE NOT state.active"""
CLEAR = f"""
WITH change AS ({_CHANGES}), held AS (
    SELECT s.id, s.active, c.* FROM rules_rulestate s
    JOIN change c ON c.rule_id = s.rule_id AND c.series_id = s.series_id
    WHERE s.active OR s.pending_since IS NOT NULL ORDER BY s.rule_id, s.series_id FOR UPDATE OF s
), done AS (
    UPDATE rules_rulestate s SET active = false, serial = s.serial + s.active::int, pending_since = NULL,
           due_at = NULL, changed_at = clock_timestamp(), last_time = held.time, value = held.value
    FROM held WHERE s.id = held.id
    RETURNING s.rule_id, s.series_id, s.serial, held.active
)
SELECT rule_id, series_id, serial FROM done WHERE active"""

DEFER = """
SELECT procrastinate_defer_jobs_v1(ARRAY(
    SELECT ROW('events', 'halong.deliver', 0, j.lock, NULL, j.args::jsonb,
    NULL)::procrastinate_job_to_defer_v1 FROM unnest(%s::text[], %s::text[]) AS j (lock, args)))"""

# A duration whose series said nothing more: taken to last (see evaluator).
DUE_DURATIONS = """
WITH due AS (
    SELECT s.id FROM rules_rulestate s JOIN rules_rule r ON r.id = s.rule_id AND r.enabled
    WHERE s.due_at <= now() AND s.silent_after_s IS NULL AND s.pending_since IS NOT NULL AND NOT s.active
    ORDER BY s.due_at LIMIT 1000 FOR UPDATE OF s SKIP LOCKED
)
UPDATE rules_rulestate s SET active = true, serial = serial + 1, pending_since = NULL, due_at = NULL,
       changed_at = clock_timestamp()
FROM due WHERE s.id = due.id
RETURNING s.rule_id, s.series_id, true, extract(epoch FROM s.last_time)::float8, s.value, s."limit",
       s.serial"""

# The newest reading that counts for a silence: of the series, or of the whole thing where the rule
# names no property.
_NEWEST = """
LATERAL (
    SELECT max(l.time) AS time FROM observations_series own
    JOIN observations_series other ON other.id = own.id
         OR (r.property = '' AND other.entity_id = own.entity_id AND other.derived = '')
    JOIN latest l ON l.series_id = other.id
    WHERE own.id = s.series_id
) newest"""

SILENCES = """
INSERT INTO rules_rulestate AS state (rule_id, series_id, active, serial, silent_after_s, due_at)
SELECT c.rule_id, c.series_id, false, 0, c.after_s, now()
FROM unnest(%s::bigint[], %s::int[], %s::float8[]) AS c (rule_id, series_id, after_s)
JOIN rules_rule r ON r.id = c.rule_id JOIN observations_series s ON s.id = c.series_id
ORDER BY c.rule_id, c.series_id
ON CONFLICT (rule_id, series_id) DO UPDATE SET silent_after_s = excluded.silent_after_s,
       due_at = CASE WHEN state.active THEN NULL ELSE now() END
WHERE state.silent_after_s IS DISTINCT FROM excluded.silent_after_s"""

PUT_OFF_SILENCES = """
UPDATE rules_rulestate SET due_at = due_at + %s WHERE silent_after_s IS NOT NULL AND NOT active AND due_at IS NOT NULL"""

# What has fallen due: either it was heard of since, then its time moves on, or it is silent. What was never
# heard of is not silent, but not yet connected; it is looked at again after five minutes.
DUE_SILENCES = f"""
WITH due AS (
    SELECT s.id, newest.time, now() - newest.time > make_interval(secs => s.silent_after_s) AS silent
    FROM rules_rulestate s JOIN rules_rule r ON r.id = s.rule_id AND r.enabled, {_NEWEST}
    WHERE s.due_at <= now() AND s.silent_after_s IS NOT NULL AND NOT s.active
    ORDER BY s.due_at LIMIT 2000 FOR UPDATE OF s SKIP LOCKED
), done AS (
    UPDATE rules_rulestate s SET active = coalesce(due.silent, false),
           serial = s.serial + coalesce(due.silent, false)::int,
           changed_at = CASE WHEN due.silent THEN clock_timestamp() ELSE s.changed_at END,
           last_time = due.time,
           due_at = CASE WHEN due.time IS NULL THEN now() + interval '5 minutes'
                         WHEN due.silent THEN NULL
                         ELSE due.time + make_interval(secs => s.silent_after_s) END
    FROM due WHERE s.id = due.id RETURNING s.*
)
SELECT rule_id, series_id, true, extract(epoch FROM last_time)::float8, NULL::float8, silent_after_s, serial
FROM done WHERE active"""

HEARD_AGAIN = f"""
WITH back AS (
    SELECT s.id, newest.time FROM rules_rulestate s JOIN rules_rule r ON r.id = s.rule_id, {_NEWEST}
    WHERE s.active AND s.silent_after_s IS NOT NULL
      AND now() - newest.time <= make_interval(secs => s.silent_after_s)
    ORDER BY s.id FOR UPDATE OF s SKIP LOCKED
)
UPDATE rules_rulestate s SET active = false, serial = s.serial + 1, changed_at = clock_timestamp(),
       last_time = back.time, due_at = back.time + make_interval(secs => s.silent_after_s)
FROM back WHERE s.id = back.id
RETURNING s.rule_id, s.series_id, false, extract(epoch FROM back.time)::float8, NULL::float8,
       s.silent_after_s, s.serial"""

HELD = """
SELECT rule_id, series_id, active OR pending_since IS NOT NULL FROM rules_rulestate
WHERE active OR pending_since IS NOT NULL OR silent_after_s IS NOT NULL"""
DROP_SILENCES = """
DELETE FROM rules_rulestate s USING unnest(%s::bigint[], %s::int[]) AS c (rule_id, series_id)
WHERE s.rule_id = c.rule_id AND s.series_id = c.series_id AND s.silent_after_s IS NOT NULL AND NOT s.active"""

# Means that were not judged yet. A label is judged five minutes after its end at the earliest, once it is
# complete.
_UNJUDGED = """
FROM unnest(%s::int[]) AS s (id)
LEFT JOIN rules_judgedmean j ON j.series_id = s.id AND j.averaging = %s
CROSS JOIN LATERAL (
    SELECT greatest(coalesce(j.label, now() - %s::interval), now() - interval '48 hours') AS label
) since
"""
NEW_MEANS = {
    "1h": f"""
SELECT s.id, extract(epoch FROM h.time)::float8, h.mean {_UNJUDGED} JOIN rollup_hour h ON h.series_id = s.id
WHERE h.time > since.label AND h.time <= now() - interval '5 minutes' AND h.complete AND h.mean IS NOT NULL
ORDER BY s.id, h.time""",
    "8h": f"""
SELECT s.id, extract(epoch FROM h.time)::float8, w.mean {_UNJUDGED} JOIN rollup_hour h ON h.series_id = s.id
CROSS JOIN LATERAL (
    SELECT avg(p.mean) AS mean, count(p.mean) AS hours FROM rollup_hour p
    WHERE p.series_id = s.id AND p.time > h.time - interval '8 hours' AND p.time <= h.time AND p.complete
) w
WHERE h.time > since.label AND h.time <= now() - interval '5 minutes' AND w.hours >= 6
ORDER BY s.id, h.time""",
    "24h": f"""
SELECT s.id, extract(epoch FROM e.time)::float8, d.mean {_UNJUDGED} JOIN rollup_day d ON d.series_id = s.id
CROSS JOIN LATERAL (SELECT (d.day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS time) e
WHERE d.day >= current_date - 3 AND e.time > since.label AND e.time <= now() - interval '5 minutes'
  AND d.complete AND d.mean IS NOT NULL
ORDER BY s.id, e.time""",
    "derived": f"""
SELECT s.id, extract(epoch FROM o.time)::float8, o.value {_UNJUDGED} JOIN observation o ON o.series_id = s.id
WHERE o.time > since.label AND o.time <= now() AND o.quality = 0 ORDER BY s.id, o.time""",
}
JUDGED = """
INSERT INTO rules_judgedmean AS j (series_id, averaging, label)
SELECT c.series_id, %s, to_timestamp(c.label) FROM unnest(%s::int[], %s::float8[]) AS c (series_id, label)
ON CONFLICT (series_id, averaging) DO UPDATE SET label = greatest(j.label, excluded.label)"""
DERIVED = "SELECT id FROM observations_series WHERE derived <> '' AND id = ANY(%s)"
SAME_HOURS = """
SELECT c.series_id, c.label, array_agg(week), array_agg(h.mean)
FROM unnest(%s::int[], %s::float8[]) AS c (series_id, label)
CROSS JOIN generate_series(1, %s) AS week
JOIN rollup_hour h ON h.series_id = c.series_id AND h.complete AND h.mean IS NOT NULL
     AND h.time = to_timestamp(c.label) - week * interval '7 days'
GROUP BY 1, 2"""

# What rules would have looked at: time, value, quality of one series since (exclusive) until (inclusive).
_WINDOW = "> to_timestamp(%(since)s) AND {0} <= to_timestamp(%(until)s)"
PAST = {
    "": f"""
SELECT extract(epoch FROM time)::float8, value, quality FROM observation
WHERE series_id = %(series)s AND time {_WINDOW.format("time")} ORDER BY time""",
    "1h": f"""
SELECT extract(epoch FROM time)::float8, mean, 0 FROM rollup_hour
WHERE series_id = %(series)s AND complete AND mean IS NOT NULL AND time {_WINDOW.format("time")} ORDER BY time""",
    "8h": f"""
SELECT extract(epoch FROM h.time)::float8, w.mean, 0 FROM rollup_hour h CROSS JOIN LATERAL (
    SELECT avg(p.mean) AS mean, count(p.mean) AS hours FROM rollup_hour p
    WHERE p.series_id = h.series_id AND p.time > h.time - interval '8 hours' AND p.time <= h.time AND p.complete
) w
WHERE h.series_id = %(series)s AND h.time {_WINDOW.format("h.time")} AND w.hours >= 6 ORDER BY h.time""",
    "24h": f"""
SELECT extract(epoch FROM e.time)::float8, d.mean, 0 FROM rollup_day d
CROSS JOIN LATERAL (SELECT (d.day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS time) e
WHERE d.series_id = %(series)s AND d.complete AND d.mean IS NOT NULL AND e.time {_WINDOW.format("e.time")}
ORDER BY e.time""",
}
# Gaps longer than allowed; the last one may not have ended. What was silent before the first reading isn't
# known.
PAST_SILENCES = f"""
SELECT extract(epoch FROM time)::float8, extract(epoch FROM next)::float8 FROM (
    SELECT o.time, lead(o.time) OVER (ORDER BY o.time) AS next FROM observation o
    JOIN observations_series other ON other.id = o.series_id
    JOIN observations_series own ON own.id = %(series)s
         AND (other.id = own.id OR (%(any)s AND other.entity_id = own.entity_id AND other.derived = ''))
    WHERE o.time {_WINDOW.format("o.time")}
) readings
WHERE coalesce(next, to_timestamp(%(until)s)) - time > make_interval(secs => %(after)s) ORDER BY time"""
