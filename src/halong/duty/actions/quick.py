"""Quick reports: frozen at their hour, checked, sent."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.formats import format_datetime
from halong.core.live import touch
from halong.core.permissions import SYSTEM, require
from halong.duty import paper, quick
from halong.duty.log import name_of, write_log
from halong.duty.models import LogEntry, QuickHours, QuickReport
from halong.notify.actions import File, tell
from halong.stages.queries import stage_now

TOPIC = "quick"
TEXT = 8000


@transaction.atomic
def make_quick_report(hour: datetime, *, by: Any = SYSTEM) -> QuickReport:
    """Freeze the report of an hour: once, whoever asks; the one that was made comes back."""
    require(by, "duty.handle")
    known = QuickReport.objects.filter(hour=hour).first()
    if known is not None:
        return known
    content = quick.gather(hour)
    person = by if isinstance(by, User) else None
    try:
        with transaction.atomic():
            report = QuickReport.objects.create(
                hour=hour,
                stage=stage_now().level,
                asked=person is not None,
                content=content,
                made_at=timezone.now(),
                made_by=person,
                simulated=quick.is_simulated(content),
            )
    except IntegrityError:  # another worker made it meanwhile
        return QuickReport.objects.get(hour=hour)
    record(by, "duty.quick_make", report)
    touch(TOPIC)
    return report


@transaction.atomic
def save_quick_text(report: QuickReport, *, by: Any, version: int, text: str) -> QuickReport:
    """Keep what the officer on duty adds; the figures stay as they were frozen."""
    require(by, "duty.handle")
    changed = QuickReport.objects.filter(pk=report.pk, version=version, state=QuickReport.State.MADE).update(
        text=text.strip()[:TEXT], version=F("version") + 1
    )
    return _settled(report, changed)


@transaction.atomic
def send_quick_report(
    report: QuickReport, *, by: Any, version: int, to: Iterable[User], text: str
) -> QuickReport:
    """Check and send it: people are told, with the sheet attached; afterwards it never changes."""
    require(by, "duty.handle")
    if not isinstance(by, User):
        raise Forbidden(_("Only a person can send a quick report."))
    people = [person for person in to if person.is_active]
    if not people:
        raise Invalid(_("Choose who gets it."), fields={"to": _("Choose who gets it.")})
    now = timezone.now()
    changed = QuickReport.objects.filter(pk=report.pk, version=version, state=QuickReport.State.MADE).update(
        state=QuickReport.State.SENT,
        text=text.strip()[:TEXT],
        sent_at=now,
        sent_by=by,
        sent_by_name=name_of(by),
        sent_to=[name_of(person) for person in people],
        version=F("version") + 1,
    )
    report = _settled(report, changed)
    hour = format_datetime(report.hour)
    tell(
        people,
        kind="quick-report",
        title=format_lazy("{words} {hour}", words=gettext_lazy("Quick report of"), hour=hour),
        text=report.text[:500],
        url=reverse("duty-quick", args=[report.pk]),
        key=f"quick:{report.pk}",
        attachment=File(paper.quick_name(report), "application/pdf", paper.quick_pdf(report, "vi")),
        by=by,
    )
    write_log(
        LogEntry.Kind.REPORT,
        at=now,
        data={"what": "sent", "hour": hour, "n": len(people)},
        about=("quick", str(report.pk)),
        key=f"quick:{report.pk}",
        by=by,
    )
    record(by, "duty.quick_send", report, count=len(people))
    return report


@transaction.atomic
def set_quick_hours(minutes: Iterable[int], *, valid_from: date, by: Any, note: str = "") -> QuickHours:
    """Lay the fixed hours down from a day on (minutes of the day, at least one, at most 24)."""
    require(by, "duty.set_up")
    wanted = sorted(set(minutes))
    if not wanted or len(wanted) > 24 or wanted[0] < 0 or wanted[-1] >= 24 * 60:
        raise Invalid(
            _("Give one to 24 hours of the day."), fields={"hours": _("Give one to 24 hours of the day.")}
        )
    row, _new = QuickHours.objects.update_or_create(
        valid_from=valid_from, defaults={"minutes": wanted, "note": note.strip()[:300]}
    )
    record(by, "duty.quick_hours", row, hours=len(wanted))
    return row


def _settled(report: QuickReport, changed: int) -> QuickReport:
    report.refresh_from_db()
    if not changed:
        if report.state == QuickReport.State.SENT:
            raise Conflict(_("{person} has sent this report already.").format(person=report.sent_by_name))
        raise Conflict(_("This report was changed meanwhile: read it again."))
    touch(TOPIC)
    return report
