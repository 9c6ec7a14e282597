"""The deadlines that a form offers, so that nobody types one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from halong.core.formats import format_day, local
from halong.core.workdays import add_workdays, end_of_office, is_workday

LEAST = timedelta(hours=1)  # before 17:00, for today to be offered
PICK = "pick"


@dataclass(frozen=True)
class Choice:
    """A deadline with a name."""

    key: str
    label: str
    at: datetime


def choices(now: datetime) -> list[Choice]:
    """Today (on a working day, if an hour is left), tomorrow (the next working day), three and five working days; each
    at 17:00.
    """
    today = local(now).date()
    offered: list[tuple[str, str, int]] = [
        ("tomorrow", _("Next working day"), 1),
        ("three", _("3 working days"), 3),
        ("five", _("5 working days"), 5),
    ]
    if add_workdays(today, 1) == today + timedelta(days=1):
        offered[0] = ("tomorrow", _("Tomorrow"), 1)
    found = [Choice(key, label, end_of_office(add_workdays(today, count))) for key, label, count in offered]
    if is_workday(today) and end_of_office(today) - now >= LEAST:
        found.insert(0, Choice("today", _("Today"), end_of_office(today)))
    return found


def labelled(choice: Choice) -> str:
    """A choice as the form shows it: its name with day and hour."""
    return f"{choice.label} · {format_day(local(choice.at))} {local(choice.at):%H:%M}"
