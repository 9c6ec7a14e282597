"""Targets of an incident's times as dated data (``targets.toml``)."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from halong.core.formats import local

MEASURES = ("detect", "acknowledge", "assign", "contain", "close")


@dataclass(frozen=True)
class Targets:
    """What holds from a day on: seconds by measure, for severities 1 to 4."""

    valid_from: date
    source: dict[str, str]  # by language
    seconds: dict[str, tuple[int, int, int, int]]


@cache
def all_targets() -> tuple[Targets, ...]:
    """Every block of the file, the oldest first."""
    rows = tomllib.loads((Path(__file__).parent / "targets.toml").read_text())["targets"]
    found = [
        Targets(
            row["valid_from"], row["source"], {key: tuple(60 * minutes for minutes in row[key]) for key in MEASURES}
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda block: block.valid_from))


def targets_on(moment: datetime) -> Targets:
    """What was in force then; before the first block: the first one."""
    blocks = all_targets()
    day = local(moment).date()
    return next((block for block in reversed(blocks) if block.valid_from <= day), blocks[0])
