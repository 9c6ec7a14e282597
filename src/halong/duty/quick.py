"""The quick report: when it is due, what it says, and its sheet."""

import tomllib
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from halong.core.formats import local
from halong.duty.models import QuickHours, QuickReport
from halong.duty.openings import sections
from halong.stages.queries import stage_now

HERE = Path(__file__).resolve().parent
LATE = timedelta(hours=2)  # an hour that passed longer ago isn't made up for: its figures are gone
FIRST = timedelta(hours=12)  # what the first report looks back on


@cache
def shipped_minutes() -> tuple[int, ...]:
    """The hours that ship with the product, in minutes of the day."""
    given = tomllib.loads((HERE / "quick_hours.toml").read_text("utf-8"))["hours"]
    return tuple(sorted(int(hour[:2]) * 60 + int(hour[3:]) for hour in given))


def fixed_minutes(day: date) -> tuple[int, ...]:
    """The fixed hours of a day, in minutes: the latest row that is in force, else what ships."""
    row = QuickHours.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    return tuple(sorted(set(row.minutes))) if row is not None else shipped_minutes()


def minutes_of(day: date, every_hours: int) -> tuple[int, ...]:
    """All due minutes of a day: the fixed hours and, where the stage has a rhythm, every so many hours from midnight."""
    rhythm = range(0, 24 * 60, every_hours * 60) if every_hours > 0 else ()
    return tuple(sorted({*fixed_minutes(day), *rhythm}))


def last_due(now: datetime) -> datetime | None:
    """The latest hour that was due and isn't too long ago."""
    every, here = stage_now().report_hours, local(now)
    hours = [
        moment for day in (here.date(), here.date() - timedelta(days=1)) for moment in _moments(day, every)
    ]
    return max((at for at in hours if now - LATE <= at <= now), default=None)


def next_due(now: datetime) -> datetime | None:
    """The next hour at which a report is due."""
    every, here = stage_now().report_hours, local(now)
    hours = [
        moment for day in (here.date(), here.date() + timedelta(days=1)) for moment in _moments(day, every)
    ]
    return min((at for at in hours if at > now), default=None)


def _moments(day: date, every: int) -> list[datetime]:
    zone = timezone.get_default_timezone()
    return [datetime.combine(day, time(minute // 60, minute % 60), zone) for minute in minutes_of(day, every)]


def gather(hour: datetime) -> dict[str, Any]:
    """What a report says, by language: sections with lines, as things stand now and since the report before."""
    before = (
        QuickReport.objects.filter(hour__lt=hour).order_by("-hour").values_list("hour", flat=True).first()
    )
    since = before if before is not None and hour - before <= 2 * FIRST else hour - FIRST
    now, content = timezone.now(), {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            content[language] = {
                "since": since.isoformat(),
                "at": now.isoformat(),
                "sections": [
                    {
                        "key": section.key,
                        "title": str(section.label),
                        "lines": [asdict(line) for line in lines],
                    }
                    for section in sorted(sections, key=lambda section: section.order)
                    if (lines := section.gather(now, since))
                ],
            }
    return content


def is_simulated(content: dict[str, Any]) -> bool:
    """Whether any line is about simulated data."""
    parts = content.get("vi", {}).get("sections", [])
    return any(line["simulated"] for part in parts for line in part["lines"])
