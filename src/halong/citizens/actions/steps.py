"""What every step of a report has in common: the conditional UPDATE, the entry of the timeline, the event."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.citizens.events import ReportChanged
from halong.citizens.models import Report, ReportEvent
from halong.citizens.promises import Promise, next_reminder, promise_for
from halong.citizens.simulated import in_past, moment, require_dated
from halong.core.errors import Conflict, Invalid
from halong.core.events import publish
from halong.core.live import touch
from halong.places.models import Agency

Kind = ReportEvent.Kind
State = Report.State
TOPIC = "reports"
LONGEST = 4000


def advance(report: Report, states: Iterable[str], **changes: Any) -> Report:
    """Move a report on if it is in one of the states and nobody has changed it since it was read. Raises Conflict."""
    require_dated(report)
    now = moment()
    for name, value in changes.items():
        setattr(report, name, value)
    report.remind_at, report.reminder = next_reminder(report, now)
    done = Report.objects.filter(pk=report.pk, state__in=list(states), changed_at=report.changed_at).update(
        **changes, remind_at=report.remind_at, reminder=report.reminder, changed_at=now
    )
    if not done:
        report.refresh_from_db()
        raise Conflict(
            _("Somebody else was faster: the report is now “%(state)s”.")
            % {"state": report.get_state_display()}
        )
    report.changed_at = now
    return report


def happened(
    report: Report,
    kind: str,
    by: Any,
    *,
    note: str = "",
    public: bool = False,
    agency: Agency | None = None,
    due_at: datetime | None = None,
    behalf: User | None = None,
    **data: Any,
) -> ReportEvent:
    """Write an entry of the timeline, the audit log and the event; ``behalf``: whom a substitute stands in for."""
    require_dated(report)
    if behalf is not None:
        data["behalf"] = behalf.pk
    entry = ReportEvent.objects.create(
        report=report,
        kind=kind,
        at=moment(),
        by=by if isinstance(by, User) else None,
        agency=agency,
        note=note.strip()[:LONGEST],
        public=public,
        due_at=due_at,
        data=data,
    )
    if not in_past():
        record(by, f"reports.{kind}", report, state=report.state, **_scalars(data))
        publish(ReportChanged(report.pk, entry.pk, str(kind)))
        touch(TOPIC, str(report.pk))
    return entry


def promise_of(report: Report) -> Promise:
    """The deadlines that hold for a report as it stands, by the data of the day on which it came in."""
    return promise_for(report.category, report.place, urgent=report.urgent, at=report.created_at)


def said(text: str, field: str, *, least: int = 1, most: int = LONGEST) -> str:
    """A text that somebody wrote, stripped. Raises Invalid when it is too short or too long."""
    plain = text.strip()
    if len(plain) < least:
        words = _("Write something.") if least == 1 else _("Write at least %(n)d characters.") % {"n": least}
        raise Invalid(words, fields={field: words})
    if len(plain) > most:
        words = _("Write at most %(n)d characters.") % {"n": most}
        raise Invalid(words, fields={field: words})
    return plain


def _scalars(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if isinstance(value, (str, int, float, bool))}
