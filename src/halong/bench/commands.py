"""``halong bench``."""

import os
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from halong.core.command import Needs, Verb

Measure = Callable[[], dict[str, float]]
Attempt = Callable[[str, Measure], dict[str, float]]

PARTS = (
    "ingest", "doors", "live", "queries", "search", "wall", "map", "indicators", "citizens", "incidents", "alarms",
    "analysis", "whole",
)  # fmt: skip
SOAK = "soak"  # only when asked for by name: it takes as long as one wants it to


def bench(arguments: Namespace) -> int:
    """Measure the parts asked for, say what is seen, and write both reports. The status tells whether all went through."""
    from halong.bench import report

    signal.signal(signal.SIGTERM, lambda *_given: sys.exit(143))  # so that temporary folders go
    on = report.machine()
    notes: list[str] = []
    figures: dict[str, float] = {}
    failed = False

    def say(line: str) -> None:
        notes.append(line)
        sys.stdout.write(f"  {line}\n")
        sys.stdout.flush()

    def attempt(name: str, measure: Measure) -> dict[str, float]:
        nonlocal failed
        try:
            return measure()
        except Exception as error:  # noqa: BLE001 -- a part that fails is told, and the others go on
            failed = True
            say(f"{name} failed: {type(error).__name__}: {error}")
            return {}

    for name, measure in _measures(arguments, say, attempt):
        began = time.monotonic()
        sys.stdout.write(f"{name}…\n")
        figures |= attempt(name, measure)
        sys.stdout.write(f"  ({time.monotonic() - began:.0f} s)\n")
    report.write(arguments.folder, figures, notes, on, arguments.scale)
    sys.stdout.write(f"Written to {arguments.folder / 'benchmarks.md'} and benchmarks.json.\n")
    return 1 if failed else 0


def _measures(
    arguments: Namespace, say: Callable[[str], None], attempt: Attempt
) -> list[tuple[str, Measure]]:
    from halong.bench import whole

    wanted = arguments.part or list(PARTS)
    measures: list[tuple[str, Measure]] = []
    if set(wanted) - {"whole", "analysis"}:
        measures.append(("the running product", lambda: _on_stage(arguments, wanted, say, attempt)))
    if "whole" in wanted:
        measures.append(("the whole product", lambda: whole.measure(say)))
    if "analysis" in wanted:
        measures.append(("what analysis finds", lambda: _analysis(say)))
    return measures


def _analysis(say: Callable[[str], None]) -> dict[str, float]:
    from halong.bench import analysis

    return analysis.measure(say)


def _on_stage(
    arguments: Namespace, wanted: list[str], say: Callable[[str], None], attempt: Attempt
) -> dict[str, float]:
    """What is measured on one running product, from the most delicate to the heaviest."""
    import django

    from halong.bench.product import temporary_product

    figures: dict[str, float] = {}
    with temporary_product() as product:
        os.environ.update(DATABASE_URL=product.url, HALONG_HOME=str(product.home), HALONG_SIMULATE="0")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "halong.settings")
        django.setup()
        from halong.bench import (
            alarms,
            citizens,
            doors,
            finding,
            incidents,
            indicators,
            ingest,
            live,
            maps,
            queries,
            walls,
        )

        stage = ingest.Stage(product)
        steps: list[tuple[str, Measure]] = [
            ("live", lambda: live.measure(product, say)),
            ("map", lambda: maps.measure(stage, say)),
            ("wall", lambda: walls.measure(stage, say)),
            (SOAK, lambda: walls.soak(stage, say, arguments.minutes)),
            ("ingest", lambda: ingest.measure(stage, say, arguments.scale)),
            ("doors", lambda: doors.station_files(stage, say)),
            ("doors", lambda: doors.mqtt(stage, say)),
            ("queries", lambda: queries.measure(stage, say, int(queries.ROWS * arguments.scale))),
            ("search", lambda: finding.measure(product, say)),
            ("indicators", lambda: indicators.measure(product, say, arguments.scale)),
            ("citizens", lambda: citizens.measure(product, say, arguments.scale)),
            ("incidents", lambda: incidents.measure(product, say, arguments.scale)),
            ("alarms", lambda: alarms.measure(stage, say, arguments.scale)),
        ]
        for name, step in steps:
            if name in wanted:
                figures |= attempt(name, step)
    return figures


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--part", action="append", choices=(*PARTS, SOAK), help="only this part (repeatable)")
    parser.add_argument("--minutes", type=float, default=24.0, help="how long the part soak takes (24)")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="of the amounts (1 is what the report is about)"
    )
    parser.add_argument("--folder", type=Path, default=Path("docs"), help="where the reports go (docs)")


VERBS = [Verb("bench", "measure this product on this machine", bench, _arguments, needs=Needs.NOTHING)]
