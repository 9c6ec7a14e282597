"""Late figures and late data remind by themselves: their owner first, his superior on the day after."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from halong.accounts.models import User
from halong.accounts.queries import answerable
from halong.core.formats import ZONE, format_datetime
from halong.core.permissions import SYSTEM
from halong.indicators.grains import period_words
from halong.indicators.models import Submission
from halong.indicators.queries import LateRow, late_indicators
from halong.notify.actions import tell
from halong.places.models import Agency

OFFICE_BEGINS = 8  # o'clock
A_DAY = timedelta(days=1)
AT_ONCE = 200
NAMED = 4  # late indicators that a notice names
SOON, TODAY, LATE = "soon", "today", "late"


def first_reminder(due: datetime, now: datetime) -> datetime | None:
    """When the owner hears of it first: two days before it is due, or, when that is past, on the day itself, and so on."""
    return next((at for _stage, at in stages(due) if at >= now - A_DAY), None)


def stages(due: datetime) -> list[tuple[str, datetime]]:
    """The reminders of something due: each with its time, at eight in the morning."""
    day = due.astimezone(ZONE).replace(hour=OFFICE_BEGINS, minute=0, second=0, microsecond=0)
    return [(SOON, day - 2 * A_DAY), (TODAY, day), (LATE, day + A_DAY)]


def remind_due(now: datetime, *, by: Any = SYSTEM) -> int:
    """Send the reminders that have come due; returns how many submissions were reminded of. One indexed query."""
    waiting = Submission.objects.waiting().filter(remind_at__lte=now)
    found = waiting.select_related("collection", "agency__parent").order_by("remind_at")[:AT_ONCE]
    return sum(_remind(submission, now) for submission in found)


@transaction.atomic
def _remind(submission: Submission, now: datetime) -> bool:
    plan = stages(submission.due_at)
    stage = [name for name, at in plan if at <= now][-1]
    later = next((at for _name, at in plan if at > now), None)
    claimed = Submission.objects.filter(pk=submission.pk, remind_at=submission.remind_at)
    if not claimed.update(remind_at=later):
        return False
    _say(_readers(submission, stage), submission, _title(stage), stage)
    return True


def remind_of_data(now: datetime, *, by: Any = SYSTEM) -> int:
    """Tell whoever answers for indicators whose data is older than promised, once a day and agency; from the second day on
    also whoever answers for the agency above. Returns how many agencies are late.
    """
    owed: dict[int, list[LateRow]] = {}
    agencies: dict[int, Agency] = {}
    for row in late_indicators(by, now=now):
        if row.agency is not None:
            owed.setdefault(row.agency.pk, []).append(row)
            agencies[row.agency.pk] = row.agency
    day = now.astimezone(ZONE).date()
    for pk, rows in owed.items():
        people = [person.user for person in answerable(agencies[pk])]
        above: Any = agencies[pk].parent
        if above is not None and any(row.due_at <= now - A_DAY for row in rows):
            people += [person.user for person in answerable(above)]
        tell(
            people,
            kind="indicators",
            title=format_lazy(_("Data is late: {agency}"), agency=agencies[pk].name),
            text="; ".join(row.what for row in rows[:NAMED]) + ("…" if len(rows) > NAMED else ""),
            url=rows[0].url if len(rows) == 1 else reverse("league"),
            key=f"late-data:{pk}:{day}",
            by=SYSTEM,
        )
    return len(owed)


def tell_approver(submission: Submission) -> None:
    """Figures wait: whoever answers for the agency that approves them hears of it at once."""
    _say(
        [person.user for person in answerable(submission.collection.approver or submission.agency)],
        submission,
        _("Figures wait for approval: {title}, {agency}"),
        f"submitted:{submission.submitted_at}",
    )


def tell_returned(submission: Submission) -> None:
    """Figures came back: whoever submitted them, and whoever answers for the agency."""
    people = [person.user for person in answerable(submission.agency)]
    if submission.submitted_by is not None:
        people.append(submission.submitted_by)
    _say(people, submission, _("Figures were returned: {title}"), f"returned:{timezone.now()}")


def _say(users: list[User], submission: Submission, title: Any, stage: str) -> None:
    tell(
        users,
        kind="indicators",
        title=format_lazy(title, title=submission.collection.said, agency=submission.agency.name),
        text=format_lazy(
            _("{period}, due {due}"),
            period=period_words(submission.label, submission.collection.grain),
            due=format_datetime(submission.due_at),
        ),
        url=reverse("submission", args=[submission.pk]),
        key=f"submission:{submission.pk}:{stage}",
        by=SYSTEM,
    )


def _title(stage: str) -> Any:
    return {
        SOON: _("Figures are due in two days: {title}"),
        TODAY: _("Figures are due today: {title}"),
        LATE: _("Figures are late: {title}, {agency}"),
    }[stage]


def _readers(submission: Submission, stage: str) -> list[User]:
    """Whoever answers for the agency; when it is late, whoever answers for the agency above it, too."""
    agencies: list[Any] = [submission.agency]
    if stage == LATE and submission.agency.parent is not None:
        agencies.append(submission.agency.parent)
    return [person.user for agency in agencies for person in answerable(agency)]
