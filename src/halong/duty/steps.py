"""The steps of a chain: after how many minutes whom, and how. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from halong.core.errors import Invalid
from halong.duty.models.chains import Page
from halong.duty.models.teams import DutyRole

ON_DUTY, CONTACT, PERSON, SUPERIOR, MEMBERS = "on-duty", "contact", "person", "superior", "members"
WHOM = (ON_DUTY, CONTACT, PERSON, SUPERIOR, MEMBERS)
CHANNELS = tuple(Page.Channel.values)
EVERY_WAY = tuple(CHANNELS)
LONGEST = 24 * 60  # minutes
MOST = 12
LAST_WAITS = 15  # minutes after the last step until a run counts as unanswered
CRITICAL = 1


@dataclass(frozen=True)
class ChainStep:
    """After ``after`` minutes from the beginning, whom by which channels. ``role``: of those on duty (empty: all of them);
    ``ref``: the number of a contact or person.
    """

    after: int
    whom: str
    channels: tuple[str, ...]
    role: str = ""
    ref: int | None = None


STANDARD = (
    ChainStep(0, ON_DUTY, EVERY_WAY),
    ChainStep(5, ON_DUTY, EVERY_WAY, role=DutyRole.LEADER),
    ChainStep(10, SUPERIOR, EVERY_WAY),
)
"""What a team does that has no chain of its own."""


def read_steps(rows: Any) -> tuple[ChainStep, ...]:
    """Steps from JSON, in the order of their time. Raises Invalid, which says what is wrong with which."""
    if not isinstance(rows, list) or not rows:
        raise Invalid(_("A chain needs a step."), fields={"steps": _("A chain needs a step.")})
    if len(rows) > MOST:
        words = _("A chain has at most {count} steps.").format(count=MOST)
        raise Invalid(words, fields={"steps": words})
    steps, faults = [], {}
    for number, row in enumerate(rows, 1):
        try:
            steps.append(_step(row))
        except ValueError as error:
            faults[f"steps.{number}"] = str(error)
    if faults:
        words = " ".join(
            _("Step {number}: {fault}").format(number=key.partition(".")[2], fault=text)
            for key, text in faults.items()
        )
        raise Invalid(words, fields={"steps": words})
    return tuple(sorted(steps, key=lambda step: step.after))


def _step(row: Any) -> ChainStep:
    try:
        step = ChainStep(
            int(row.get("after", 0)), str(row.get("whom", "")), tuple(map(str, row.get("channels", ()))),
            str(row.get("role") or ""), int(row["ref"]) if row.get("ref") else None,
        )  # fmt: skip
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(_("it can't be read.")) from error
    if not 0 <= step.after <= LONGEST:
        raise ValueError(_("between 0 and {most} minutes.").format(most=LONGEST))
    if step.whom not in WHOM:
        raise ValueError(_("say whom."))
    if step.role and step.role not in DutyRole.values:
        raise ValueError(_("there is no such part."))
    if step.whom in (CONTACT, PERSON) and step.ref is None:
        raise ValueError(_("say who it is."))
    if not step.channels or set(step.channels) - set(CHANNELS):
        raise ValueError(_("choose at least one way to tell."))
    return step


def as_json(steps: Sequence[ChainStep]) -> list[dict[str, Any]]:
    """Steps as they are kept."""
    return [{**asdict(step), "channels": list(step.channels)} for step in steps]


def quiet_until(
    begin: time | None, end: time | None, priority: int, now: datetime, zone: ZoneInfo
) -> datetime | None:
    """Until when quiet hours hold back a subject that comes now; None: they don't. What is critical isn't held back."""
    if begin is None or end is None or begin == end or priority <= CRITICAL:
        return None
    here = now.astimezone(zone)
    clock = here.time().replace(microsecond=0)
    over_night = begin > end
    quiet = (clock >= begin or clock < end) if over_night else begin <= clock < end
    if not quiet:
        return None
    day = here.date() + timedelta(days=1 if over_night and clock >= begin else 0)
    return datetime.combine(day, end, tzinfo=zone)
