"""What happens to reports by the clock: reminders, escalation, closing; and the alert when many report the same."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.alerts.actions import Condition, clear_alert, raise_alert
from halong.alerts.models import Alert
from halong.citizens import telling
from halong.citizens.actions.answering import reopen_until
from halong.citizens.actions.forgetting import told_of
from halong.citizens.actions.steps import Kind, State, happened
from halong.citizens.models import OPEN, DataRequest, Report, ReportEvent
from halong.citizens.promises import next_reminder
from halong.citizens.queries.similar import in_circle
from halong.citizens.simulated import moment
from halong.core.formats import format_datetime
from halong.core.live import touch
from halong.core.permissions import SYSTEM, require
from halong.notify.actions import tell
from halong.rules.models import Rule

AT_ONCE = 200
MANY, MANY_URGENT = 5, 3  # people who report the same
NEAR_M = 300.0
LATELY = timedelta(hours=24)
CELL = 0.005  # degrees; names the place of a cluster
Reminder = Report.Reminder


@transaction.atomic
def remind_due(*, by: Any = SYSTEM) -> int:
    """Tell whom a deadline concerns that is near or over; returns how many reports. One indexed query finds them."""
    require(by, "system.manage")
    now = timezone.now()
    due = Report.objects.select_for_update(skip_locked=True, of=("self",)).filter(remind_at__lte=now)
    rows = list(
        due.select_related("category", "place", "agency__parent", "assignee").order_by("remind_at")[:AT_ONCE]
    )
    for report in rows:
        kind = report.reminder
        report.remind_at, report.reminder = next_reminder(report, now)
        Report.objects.filter(pk=report.pk).update(remind_at=report.remind_at, reminder=report.reminder)
        if report.is_open:
            _remind(report, kind, now)
    return len(rows)


def _remind(report: Report, kind: str, now: datetime) -> None:
    people = _reminded(report, kind)
    late = kind == Reminder.LATE
    event = Kind.ESCALATED if late else Kind.REMINDED
    happened(
        report, event, SYSTEM, public=late, agency=report.agency, due_at=report.due_at, reminder=str(kind)
    )
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            Reminder.DAY_BEFORE: _("due in a day"),
            Reminder.HOURS_BEFORE: _("due in two hours"),
            Reminder.LATE: _("late"),
            Reminder.STEP: _("the next step is late"),
        }[Reminder(kind)]
        title = f"{report.number} · {words}: {report.category.name}"
        text = _("Answer until %(due)s") % {"due": format_datetime(report.due_at)}
    key = f"{told_of(report)}{kind}:{report.due_at:%Y%m%d%H%M}"
    telling.tell_handlers(people, report, title, text, key)


def _reminded(report: Report, kind: str) -> list[User]:
    """Who hears: the one who works on it; of a late step the head; of a late answer the superior agency's head, too."""
    agency = report.agency
    if agency is None:
        return telling.duty_officers(report)
    own = [report.assignee] if report.assignee else []
    people = telling.with_substitutes(own, agency) or telling.people_of(agency)
    if kind in (Reminder.LATE, Reminder.STEP):
        people = [*people, *telling.heads_of(agency)]
    above = telling.superior(agency) if kind == Reminder.LATE else None
    if above is not None:
        people = [*people, *telling.heads_of(above)]
    if kind != Reminder.STEP:
        people = [*people, *telling.partners_of(report)]
    return list({user.pk: user for user in people}.values())


@transaction.atomic
def close_due(*, by: Any = SYSTEM) -> int:
    """Close what was answered and not re-opened in time, and what was merged into something closed; returns how many."""
    require(by, "system.manage")
    now, done = timezone.now(), 0
    answered = Report.objects.select_related("category", "place").filter(
        state=State.RESOLVED, resolved_at__lt=now - timedelta(days=7)
    )
    for report in answered.order_by("resolved_at")[: AT_ONCE * 5]:
        until = reopen_until(report)
        if until is None or until <= now:
            done += close_answered(report)
    merged = Report.objects.filter(
        state=State.DUPLICATE, closed_at=None, merged_into__closed_at__isnull=False
    )
    done += merged.update(closed_at=now)
    return done


@transaction.atomic
def close_answered(report: Report, *, by: Any = SYSTEM) -> bool:
    """Close a report that was answered and not re-opened in time; False when it is no longer only answered."""
    require(by, "system.manage")
    now = moment()
    if not Report.objects.filter(pk=report.pk, state=State.RESOLVED).update(
        state=State.CLOSED, closed_at=now, changed_at=now
    ):
        return False
    report.state, report.closed_at, report.changed_at = State.CLOSED, now, now
    happened(report, Kind.CLOSED, by, public=True)
    return True


@transaction.atomic
def watch_cluster(report: Report, entry: ReportEvent) -> Alert | None:
    """Raise an alert when several people report the same within a day and 300 m; further ones count as occurrences."""
    if report.lon is None or report.lat is None or not report.is_open:
        return None
    now = timezone.now()
    same = in_circle(Report.objects.all(), report.lon, report.lat, NEAR_M).filter(
        category__code=report.category.code, state__in=OPEN, created_at__gte=now - LATELY
    )
    people = same.aggregate(n=Sum("weight"))["n"] or 0
    alike = list(same.order_by("pk").values_list("pk", flat=True)[:50])
    if people < (MANY_URGENT if report.urgent else MANY):
        return None
    with translation.override(settings.LANGUAGE_CODE):
        where = report.public_address or report.place.name
        title = _("%(n)d people report: %(what)s, %(where)s") % {
            "n": people,
            "what": report.category.name,
            "where": where,
        }
        finding = _("%(n)d people within %(m)d m and 24 hours") % {"n": people, "m": int(NEAR_M)}
    return raise_alert(
        Condition(
            cause=_cause_among(report, alike),
            serial=entry.pk,
            at=entry.at,
            title=title,
            priority=Rule.Priority.HIGH if report.urgent else Rule.Priority.ATTENTION,
            evidence={"finding": finding, "reports": alike},
            place=report.place,
            agency=report.agency,
            sector=report.sector,
            simulated=report.simulated,
        ),
        by=SYSTEM,
    )


def _cause_among(report: Report, alike: list[int]) -> str:
    """The cause of the open alert that some of these reports raised, even across the border of squares; else a new one."""
    known = Alert.objects.open().filter(cause__startswith=f"reports:{report.category.code}:")
    for alert in known.order_by("pk"):
        if not set(alert.evidence.get("reports", [])).isdisjoint(alike):
            return alert.cause
    return cause_of(report)


def cause_of(report: Report) -> str:
    """What an alert about many of the same is called: by category and a square of about 500 m."""
    assert report.lon is not None
    assert report.lat is not None
    return f"reports:{report.category.code}:{round(report.lon / CELL)}:{round(report.lat / CELL)}"


@transaction.atomic
def clear_clusters(*, by: Any = SYSTEM) -> int:
    """An alert about many of the same is over when none of its reports is open any more; returns how many."""
    require(by, "system.manage")
    cleared = 0
    for alert in Alert.objects.open().filter(cause__startswith="reports:", cleared_at=None):
        still = Report.objects.filter(pk__in=alert.evidence.get("reports", []), state__in=OPEN).exists()
        newest = (
            Report.objects.filter(pk__in=alert.evidence.get("reports", [])).order_by("-created_at").first()
        )
        if not still or (newest is not None and newest.created_at < timezone.now() - 3 * LATELY):
            cleared += clear_alert(alert.cause, alert.serial + 1, timezone.now()) is not None
    return cleared


@transaction.atomic
def remind_requests(*, by: Any = SYSTEM) -> int:
    """Tell data-protection officers of requests whose 72 hours end within a day, or have ended; each once."""
    require(by, "system.manage")
    now = timezone.now()
    near = DataRequest.objects.waiting().filter(due_at__lt=now + timedelta(days=1), reminded_at=None)
    rows = list(near.select_for_update(skip_locked=True))
    DataRequest.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    officers = User.objects.filter(grants__role="privacy", is_active=True).distinct()
    for row in rows:
        with translation.override(settings.LANGUAGE_CODE):
            title = _("Request about personal data, due %(due)s") % {"due": format_datetime(row.due_at)}
        tell(
            officers,
            kind="privacy",
            title=title,
            url=reverse("data-request", args=[row.pk]),
            key=f"data-request:{row.pk}",
        )
    if rows:
        touch("reports")
    return len(rows)
