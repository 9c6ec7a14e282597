"""How fast readings come in: raw COPY of the same rows is the measure, and doors are compared with it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

from halong.accounts.actions import create_api_key
from halong.bench.product import Product
from halong.bench.rows import PROPERTY, URN, Rows
from halong.context.actions import Draft, create_entities
from halong.core.permissions import SYSTEM
from halong.ingest.models import Source
from halong.observations.actions import open_many_series
from halong.observations.copy import COLUMNS, encode
from halong.observations.partitions import day_of, ensure_partitions_sync
from halong.rules.models import Rule

SERIES = 1_000
RAW_BATCH = 10_000
STEP_S = 30.0


class Stage:
    """The things, the rule and the key that readings are sent with; made once a run."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.ids, self.key = _prepare()

    def rows(self, count: int) -> Rows:
        """Rows that end a minute ago, so that rules look at them."""
        return Rows(SERIES, self.start(count), STEP_S)

    def start(self, count: int) -> float:
        """Epoch seconds of the first of so many rows."""
        return float(int(time.time()) - 60 - (count // SERIES) * STEP_S)

    def clear(self) -> None:
        """Take all readings away again."""
        with psycopg.connect(self.product.url, autocommit=True) as connection:
            connection.execute("TRUNCATE observation, touched, dirty_hour, rollup_hour, rollup_day, latest")
            connection.execute("CHECKPOINT")


def _prepare() -> tuple[list[int], str]:
    drafts = [Draft(URN.format(n), ("Device",)) for n in range(SERIES)]
    entities = create_entities(drafts, by=SYSTEM)
    given = {"unit": "GQ", "minimum": 0.0, "maximum": 1000.0, "interval_s": 60}
    series = open_many_series([(entity, PROPERTY, given) for entity in entities], by=SYSTEM)
    order = {entity.pk: number for number, entity in enumerate(entities)}
    ids = [0] * SERIES
    for one in series:
        ids[order[one.entity_id]] = one.pk
    limits = {"limit": 150.0, "clear": 140.0, "for_s": 300, "unit": "GQ"}
    Rule.objects.create(
        name="bench", kind="threshold", property=PROPERTY, types=["Device"], params=limits, enabled=True
    )
    Rule.objects.create(name="bench stuck", kind="range", property=PROPERTY, types=["Device"], enabled=True)
    source = Source.objects.create(kind="http-push", name="bench")
    _key, secret = create_api_key(by=SYSTEM, name="bench", permissions=["ingest.write"], source_id=source.pk)
    return ids, secret


def raw_copy(stage: Stage, count: int) -> float:
    """Rows a second of binary COPY into ``observation``, encoded beforehand, committed every 10,000 rows."""
    rows = stage.rows(count)
    batches = [
        rows.columns(first, min(RAW_BATCH, count - first), stage.ids) for first in range(0, count, RAW_BATCH)
    ]
    with psycopg.connect(stage.product.url) as connection:
        ensure_partitions_sync(
            connection, {day_of(batch.times[edge]) for batch in batches for edge in (0, -1)}
        )
        connection.commit()
        encoded = [encode(batch) for batch in batches]
        began = time.perf_counter()
        for payload in encoded:
            with connection.cursor().copy(f"COPY observation {COLUMNS} FROM STDIN (FORMAT binary)") as copy:
                copy.write(payload)
            connection.commit()
        return count / (time.perf_counter() - began)


def http(stage: Stage, count: int, batch: int, connections: int) -> dict[str, Any]:
    """What a client that sends so many rows hears and how long it takes; fails unless all rows are in the table."""
    task = {
        "kind": "post", "port": stage.product.port, "key": stage.key, "series": SERIES, "first": 0, "rows": count,
        "batch": batch, "connections": connections, "start": stage.start(count), "step_s": STEP_S,
    }  # fmt: skip
    answer = run_load(task)
    if set(answer["statuses"]) != {"200"}:
        raise AssertionError(f"answers other than 200: {answer['statuses']}")
    with psycopg.connect(stage.product.url) as connection:
        stored = connection.execute("SELECT count(*) FROM observation").fetchone()
    if stored != (count,):
        raise AssertionError(f"{stored} rows are stored instead of {count}")
    return {**answer, "rows_per_s": count / answer["seconds"]}


def run_load(task: dict[str, Any], ready: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Let a client process do a task: it prepares, then starts at our word."""
    process = subprocess.Popen(
        [sys.executable, "-m", "halong.bench.load", json.dumps(task)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    ready()
    out, _ = process.communicate("go\n")
    if process.returncode != 0:
        raise AssertionError("the client failed")
    return dict(json.loads(out.splitlines()[-1]))


def measure(stage: Stage, say: Callable[[str], None], scale: float = 1.0) -> dict[str, float]:
    """The three figures of the HTTP door. Raw COPY runs before and after each, on the same rows."""
    figures: dict[str, float] = {}
    for key, rows, batch, connections in (
        ("ingest_http_1000_ratio", 400_000, 1_000, 32),
        ("ingest_http_100_ratio", 200_000, 100, 64),
    ):
        count = max(int(rows * scale) // 10_000, 1) * 10_000
        ratios = []
        for _ in range(3):
            stage.clear()
            before = raw_copy(stage, count)
            stage.clear()
            answer = http(stage, count, batch, connections)
            stage.clear()
            after = raw_copy(stage, count)
            ratios.append(answer["rows_per_s"] / ((before + after) / 2))
            say(
                f"batches of {batch}: {answer['rows_per_s']:,.0f} rows/s, raw COPY {before:,.0f} and {after:,.0f}; "
                f"answer p50 {answer['p50_ms']:.0f} ms, p99 {answer['p99_ms']:.0f} ms"
            )
        figures[key] = sorted(ratios)[1]
    stage.clear()
    answer = http(stage, max(int(30_000 * scale), 2_000), 1, 64)
    say(
        f"single readings: {answer['rows_per_s']:,.0f}/s; p50 {answer['p50_ms']:.1f} ms, p99 {answer['p99_ms']:.1f} ms"
    )
    figures["ingest_http_single_per_s"] = answer["rows_per_s"]
    stage.clear()
    return figures
