"""How fast the leader's pages come with 10,000 stations, 90 days of hours and five years of days.

Readings' hours and days and the values of indicators are laid down by SQL, as the computation would have left them; then
one hour of an indicator over all stations is computed for real.
"""

import http.client
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from halong.accounts.models import User
from halong.bench.live import cookies
from halong.bench.product import Product
from halong.bench.queries import RUNS, median_ms
from halong.bench.whole import first_paint
from halong.indicators import compute
from halong.indicators.grains import label_of
from halong.indicators.members import renew
from halong.indicators.models import Indicator
from halong.indicators.queries import history, standings

STATIONS = 10_000
HOURS = 90 * 24
DAYS = 5 * 365
KEY = "air.good_share"  # read from the stations; of the first level in the profile

_STATIONS = """
WITH unit AS (
    SELECT p.id AS place_id, a.id AS agency_id, row_number() OVER (ORDER BY p.id) - 1 AS n, count(*) OVER () AS all_
    FROM places_place p LEFT JOIN places_agency a ON a.place_id = p.id AND a.valid_to IS NULL AND a.kind = 'ubnd-xa'
    WHERE p.valid_to IS NULL AND p.parent_id IS NOT NULL
),
made AS (
    INSERT INTO context_entity (urn, types, scopes, name, folded, sort_key, place_id, agency_id, sector, lon, lat, public,
                                simulated, illustrative, created_at, modified_at)
    SELECT 'urn:ngsi-ld:AirQualityObserved:much-' || g, ARRAY['AirQualityObserved'], ARRAY[]::varchar[], 'Trạm ' || g,
           'tram ' || g, 'tram ' || g, u.place_id, u.agency_id, 'environment', 106.5 + (g %% 100) * 0.015,
           20.7 + (g / 100) * 0.01, true, false, false, now() - interval '6 years', now()
    FROM generate_series(1, %(stations)s) g JOIN unit u ON u.n = g %% u.all_ RETURNING id
)
INSERT INTO observations_series (entity_id, property, unit, interval_s, decimals, derived, created_at)
SELECT id, 'airQualityIndex', 'C62', 3600, 0, '', now() FROM made RETURNING id
"""
_HOUR_ROWS = """
INSERT INTO rollup_hour (series_id, time, count, valid, mean, minimum, maximum, complete)
SELECT id, t, 1, 1, v, v, v, true
FROM generate_series(%(first)s::timestamptz, %(last)s, interval '1 hour') t, unnest(%(ids)s::int4[]) id,
     LATERAL (SELECT ((id * 7 + extract(epoch FROM t)::int8 / 3600) %% 120)::float8 AS v) x
"""
_DAY_ROWS = """
INSERT INTO rollup_day (series_id, day, count, valid, hours, mean, minimum, maximum, complete)
SELECT id, d, 24, 24, 24, v, v, v, true
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') d, unnest(%(ids)s::int4[]) id,
     LATERAL (SELECT ((id * 7 + extract(epoch FROM d)::int8 / 86400) %% 120)::float8 AS v) x
"""
_VALUES = """
INSERT INTO indicators_value (indicator_id, grain, node, label, value, num, den, reported, expected, version, running,
                              estimated, simulated, computed_at, first_at)
SELECT i.id, %(grain)s, n.node, t, v, v, 100, 100, 100, 1, false, false, false, t, t
FROM indicators_indicator i
CROSS JOIN LATERAL (
    SELECT 0 AS node UNION ALL SELECT id::int4 FROM places_place WHERE i.level = 1
    UNION ALL SELECT -id::int4 FROM places_agency WHERE i.level = 1) n
CROSS JOIN generate_series(%(first)s::timestamptz, %(last)s, %(step)s::interval) t
CROSS JOIN LATERAL (
    SELECT (50 + (i.id * 13 + n.node * 7 + extract(epoch FROM t)::int8 / 3600) %% 50)::float8 AS v) x
"""


def fill(say: Callable[[str], None], scale: float) -> None:
    """Lay the stations, their hours and days, and the values of every indicator of the profile."""
    began = time.monotonic()
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    midnight = label_of(now - timedelta(days=1), "day")
    with connection.cursor() as cursor:
        # as if it had come over the years: nothing of it is due to be computed
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("DELETE FROM indicators_value")
        cursor.execute(_STATIONS, {"stations": int(STATIONS * scale)})
        ids = [row[0] for row in cursor.fetchall()]
        for first in range(0, HOURS, 240):
            span = {"first": now - timedelta(hours=first + 239), "last": now - timedelta(hours=first)}
            cursor.execute(_HOUR_ROWS, {"ids": ids, **span})
        for first in range(0, DAYS, 365):
            span = {"first": now - timedelta(days=first + 364), "last": now - timedelta(days=first)}
            cursor.execute(_DAY_ROWS, {"ids": ids, **span})
        cursor.execute(
            "INSERT INTO latest SELECT id, %s, 40, 0 FROM unnest(%s::int4[]) id ON CONFLICT DO NOTHING",
            [now, ids],
        )
        hours: dict[str, Any] = {
            "grain": "hour",
            "first": now - timedelta(hours=HOURS),
            "last": now,
            "step": "1 hour",
        }
        days: dict[str, Any] = {
            "grain": "day",
            "first": midnight - timedelta(days=DAYS),
            "last": midnight,
            "step": "1 day",
        }
        cursor.execute(_VALUES, hours)
        values = cursor.rowcount
        cursor.execute(_VALUES, days)
        values += cursor.rowcount
        cursor.execute("SET session_replication_role = origin")
        for table in (
            "context_entity",
            "observations_series",
            "rollup_hour",
            "rollup_day",
            "latest",
            "indicators_value",
        ):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    say(
        f"{len(ids):,} stations with {len(ids) * (HOURS + DAYS):,} hours and days, {values:,} values of indicators "
        f"laid down in {time.monotonic() - began:.0f} s"
    )


def measure(product: Product, say: Callable[[str], None], scale: float = 1.0) -> dict[str, float]:
    """The panorama and the page of an indicator at the server, what computing one hour over all stations takes, and the
    first paint of the panorama.
    """
    fill(say, scale)
    cookie = cookies()[0]
    indicator = Indicator.objects.get(key=KEY)
    hour = _hour(indicator)
    user = User.objects.get(username="bench")
    now = timezone.now()
    say(
        f"first level as it stands: {median_ms(lambda: standings(user, level=1)):.0f} ms; 90 days of hours: "
        f"{median_ms(lambda: history(indicator, start=now - timedelta(days=90), end=now)):.0f} ms; five years of days: "
        f"{median_ms(lambda: history(indicator, start=now - timedelta(days=1825), end=now, grain='day')):.0f} ms"
    )
    found = {
        "panorama_server_ms": _page(product, cookie, "/", say),
        "indicator_page_ms": _page(product, cookie, f"/indicators/{indicator.pk}", say),
        "indicator_hour_ms": hour,
    }
    painted = first_paint(product, say)
    return found | ({"panorama_5y_first_paint_s": painted} if painted is not None else {})


def _hour(indicator: Indicator) -> float:
    """Milliseconds to compute one hour of an indicator over all its things, at every node."""
    definition = indicator.definition
    assert definition is not None
    renew(definition)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM indicator_note")
        cursor.execute("VACUUM (ANALYZE) indicator_member")
    label = label_of(timezone.now() - timedelta(hours=3), "hour")

    def once() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            compute.compute(cursor, definition, "hour", [label], timezone.now())

    return median_ms(once)


def _page(product: Product, cookie: str, path: str, say: Callable[[str], None]) -> float:
    """Milliseconds until the whole answer is there, over one connection; the median. A page that isn't there is an error."""
    client = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
    times = []
    for _run in range(RUNS + 1):
        began = time.perf_counter()
        client.request("GET", path, headers={"Host": "localhost", "Cookie": cookie})
        answer = client.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}")
    say(f"{path}: {statistics.median(times[1:]):.0f} ms at the server, {len(body):,} bytes")
    return statistics.median(times[1:])
