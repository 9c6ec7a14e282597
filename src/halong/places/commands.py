"""``halong places import``: boundaries of units from a file."""

import sys
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path

from halong.core.command import CommandError, Verb


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a GeoJSON FeatureCollection; features have a code or a name")
    parser.add_argument(
        "--source", default="", help="where the boundaries come from and their licence (shown on maps)"
    )
    parser.add_argument("--on", type=date.fromisoformat, help="units of which day (YYYY-MM-DD; today)")
    parser.add_argument("--approximate", action="store_true", help="the boundaries are rough")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def _import(options: Namespace) -> int:
    from django.utils import timezone

    from halong.core.permissions import SYSTEM
    from halong.places.actions import set_boundaries
    from halong.places.boundaries import read_boundaries

    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise CommandError(f"{options.file} can't be read: {error.strerror}") from error
    read = read_boundaries(data, on=options.on or timezone.localdate())
    groups = {
        "repaired": read.repaired,
        "no unit found for": read.unknown,
        "unusable": read.unusable,
        "left without a boundary": read.without,
    }
    for words, names in groups.items():
        if names:
            sys.stdout.write(f"{words}: {', '.join(names)}\n")
    if not read.found:
        raise CommandError("No boundary could be used.")
    if options.dry_run:
        sys.stdout.write(f"{len(read.found)} boundaries would be set.\n")
        return 0
    source = options.source or options.file.name
    count = set_boundaries(read.found, by=SYSTEM, source=source, approximate=options.approximate)
    sys.stdout.write(f"{count} boundaries set.\n")
    return 0


VERBS = [Verb("places import", "Set the boundaries of units from a GeoJSON file.", _import, _arguments)]
