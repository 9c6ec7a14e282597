"""What the duty hears of incidents: the log, the chains of people who are told, what is open at a hand-over."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from halong.core.formats import format_duration
from halong.core.permissions import SYSTEM
from halong.duty.actions.paging import end_runs, start_chains
from halong.duty.log import write_log
from halong.duty.models import LogEntry
from halong.duty.openings import Line, Opening
from halong.duty.subjects import Subject
from halong.incidents.models import UNDER_WAY, Incident, Role

PRIORITY = {1: 4, 2: 3, 3: 2, 4: 1}  # severity → priority of the chains, 1 the gravest


def url_of(incident: Incident) -> str:
    """Where its page is."""
    return reverse("incident", args=[incident.pk])


def subject_of(incident: Incident, title: str) -> Subject:
    """It as people are called about it."""
    return Subject(
        "incident", str(incident.pk), title, url_of(incident), PRIORITY[incident.severity], incident.simulated
    )


def tell_declared(incident: Incident, by: Any) -> None:
    """Write it into the duty log, and let the chains of escalation begin."""
    log(incident, "declared", by=by)
    subject = subject_of(incident, str(incident)[:300])
    start_chains(subject, place=incident.place, sector=incident.sector, kind=incident.kind, by=SYSTEM)


def end_paging(incident: Incident, by: Any) -> None:
    """Nobody needs to be told of it any more."""
    end_runs("incident", str(incident.pk), by=by)


def log(incident: Incident, what: str, *, by: Any, text: str = "", at: datetime | None = None) -> None:
    """Write what happened to an incident into the duty log, in the transaction of what happened."""
    data = {
        "what": what, "number": incident.number, "title": str(incident),
        "kind": incident.kind, "severity": incident.severity,
    }  # fmt: skip
    key = f"incident:{incident.pk}:{incident.version}:{what}"
    write_log(
        LogEntry.Kind.INCIDENT, at=at, text=text, data=data, about=("incident", str(incident.pk)), key=key, by=by,
        where=incident,
    )  # fmt: skip


def said(entry: LogEntry) -> str:
    """The words of what incidents write into the duty log."""
    what, title = str(entry.data.get("what", "")), entry.data.get("title", "")
    worded = {
        "declared": _("Incident declared: {title}."),
        "contained": _("Incident contained: {title}."),
        "closed": _("Response over: {title}."),
        "responding": _("Incident re-opened: {title}."),
        "dismissed": _("Incident dismissed: {title}."),
        "merged": _("Incident merged into another one: {title}."),
        "handed-over": _("Coordination handed over: {title}."),
    }
    words = worded.get(what) or (
        _("Situation report made: {title}.") if what.startswith("reported") else "{title}."
    )
    return words.format(title=title)


def openings(user: Any, now: datetime) -> list[Opening]:
    """The incidents under way, the gravest first, for the hand-over note; as far as the user may see them (None: all)."""
    held = Role.objects.filter(kind=Role.Kind.COORDINATOR, until__isnull=True).select_related("person")
    found = Incident.objects.visible_to(SYSTEM if user is None else user).under_way().select_related("place")
    rows = found.prefetch_related(Prefetch("roles", held, to_attr="coordinators")).order_by(
        "-severity", "-declared_at"
    )
    return [
        Opening(
            title=str(row),
            url=url_of(row),
            state=row.severity_key,
            note=" · ".join(_notes(row, now)),
            kind="incident",
            simulated=row.simulated,
        )
        for row in rows.defer("place__boundary", "area")
    ]


def _notes(incident: Incident, now: datetime) -> list[str]:
    coordinators = getattr(incident, "coordinators", [])
    runs = _("for {time}").format(time=format_duration((now - incident.declared_at).total_seconds()))
    return [incident.get_state_display(), *(str(role.person) for role in coordinators), runs]


def quick_lines(now: datetime, since: datetime) -> list[Line]:
    """Incidents for the quick report: those under way, and those that ended after the report before."""
    ended = Q(state__in=["closed", "reviewed"], closed_at__gt=since, closed_at__lte=now)
    found = Incident.objects.filter(Q(state__in=UNDER_WAY) | ended, declared_at__lte=now).defer("area")
    return [
        Line(
            text=str(row), value=row.get_state_display(), note=row.get_severity_display(),
            state=row.severity_key if row.is_under_way else "normal",
            simulated=row.simulated,
        )
        for row in found.order_by("-severity", "-declared_at")
    ]  # fmt: skip
