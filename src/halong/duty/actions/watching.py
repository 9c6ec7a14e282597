"""What Halong does by itself about shifts and reports: it tells, and writes down what is missing."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from halong.accounts.models import User
from halong.core.formats import format_datetime
from halong.core.permissions import SYSTEM, require
from halong.duty.log import write_log
from halong.duty.models import LogEntry, QuickReport, Team
from halong.duty.queries import on_now
from halong.duty.shifts import Missing
from halong.notify.actions import tell


@transaction.atomic
def announce(report: QuickReport, *, by: Any = SYSTEM) -> int:
    """Tell those who are on duty that a report waits to be checked (where nobody is: every operator); once a report."""
    require(by, "duty.handle")
    if report.state != QuickReport.State.MADE or report.asked:
        return 0
    now = timezone.now()
    rotas = on_now(Team.objects.current(), now).values()
    on = {one.person.pk for rota in rotas for one in rota if one.person is not None}
    people = User.objects.filter(is_active=True, grants__role="operator").distinct()
    chosen = list(people.filter(pk__in=on)) or list(people)
    hour = format_datetime(report.hour)
    write_log(
        LogEntry.Kind.REPORT,
        data={"what": "made", "hour": hour},
        about=("quick", str(report.pk)),
        key=f"quick-made:{report.pk}",
    )
    return tell(
        chosen,
        kind="quick-report",
        title=format_lazy("{words} {hour}", words=_("Check and send the quick report of"), hour=hour),
        url=reverse("duty-quick", args=[report.pk]),
        key=f"quick-check:{report.pk}",
        by_mail=False,
    )


@transaction.atomic
def note_missing(gap: Missing, *, by: Any = SYSTEM) -> None:
    """Write a change of shift without a hand-over into the log, once."""
    require(by, "duty.handle")
    write_log(
        LogEntry.Kind.HANDOVER,
        data={
            "what": "missing",
            "at": format_datetime(gap.at),
            "title": f"{gap.team} ({gap.outgoing} → {gap.incoming})",
        },
        team=gap.team,
        key=f"handover-missing:{gap.key}",
        where=gap.team,
    )
