"""What the parts of an incident say of themselves: alerts, citizens' reports, telephone calls, items of the press."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.alerts.models import Alert
from halong.citizens.models import Report
from halong.core.errors import Invalid, NotFound
from halong.duty.models import Call
from halong.incidents.drafts import PartRef
from halong.incidents.models import Part
from halong.places.models import Agency, Place


@dataclass(frozen=True)
class Source:
    """A part as it stands: ``occurred_at`` is when it happened, ``at`` when Halong heard of it; ``severity`` as it sounds;
    ``subject`` is its row (None for an item of the press).
    """

    ref: PartRef
    title: str
    at: datetime
    occurred_at: datetime
    severity: int = 2
    lon: float | None = None
    lat: float | None = None
    place: Place | None = None
    agency: Agency | None = None
    sector: str = ""
    kind: str = ""  # a key of playbooks.kinds where it is clear
    where: str = ""
    simulated: bool = False
    acknowledged_at: datetime | None = None
    subject: Any = None


def look(refs: Iterable[PartRef], by: Any) -> list[Source]:
    """What these parts say, each once, in their order; one query a kind. NotFound for one that isn't there, or that ``by``
    may not see.
    """
    wanted = list({(ref.kind, ref.ref): ref for ref in refs}.values())
    if any(ref.kind not in Part.Kind.values for ref in wanted):
        raise Invalid(_("Nothing is known of a part of this kind."))
    rows = {
        kind: kept.rows(by).in_bulk([_number(ref) for ref in wanted if ref.kind == kind])
        for kind, kept in _KEPT.items()
    }
    return [_press(ref) if ref.kind == Part.Kind.PRESS else _source(ref, rows[ref.kind]) for ref in wanted]


def _source(ref: PartRef, rows: Mapping[int, Any]) -> Source:
    kept = _KEPT[ref.kind]
    row = rows.get(_number(ref))
    if row is None:
        raise NotFound(str(kept.missing))
    return kept.said(ref, row)


def _number(ref: PartRef) -> int:
    if not (ref.ref.isascii() and ref.ref.isdecimal() and len(ref.ref) < 16):
        raise NotFound(ref.ref)
    return int(ref.ref)


def _alert(ref: PartRef, alert: Alert) -> Source:
    read = parse_datetime(str(alert.evidence.get("time") or "")) if alert.evidence else None
    occurred = (
        read if read is not None and read.tzinfo is not None and read < alert.raised_at else alert.raised_at
    )
    entity = alert.entity
    return Source(
        ref, alert.title, alert.raised_at, occurred, {1: 3, 2: 2}.get(alert.priority, 1),
        entity.lon if entity else None, entity.lat if entity else None, alert.place, alert.agency, alert.sector,
        where=entity.name if entity else "", simulated=alert.simulated, acknowledged_at=alert.acknowledged_at,
        subject=alert,
    )  # fmt: skip


def _report(ref: PartRef, report: Report) -> Source:
    return Source(
        ref, str(report), report.created_at, min(report.written_at, report.created_at), 2 if report.urgent else 1,
        report.lon, report.lat, report.place, report.agency, report.sector,
        kind="fire" if report.emergency == "fire" else "", where=report.address, simulated=report.simulated,
        acknowledged_at=report.routed_at, subject=report,
    )  # fmt: skip


def _call(ref: PartRef, call: Call) -> Source:
    said = " ".join(call.said.split())
    title = said if len(said) <= 120 else f"{said[:119].rsplit(' ', 1)[0]}…"
    return Source(
        ref, title, call.taken_at, call.started_at, 2 if call.urgent else 1, call.lon, call.lat, call.place,
        call.agency, call.sector, where=call.where, simulated=call.simulated, acknowledged_at=call.taken_at,
        subject=call,
    )  # fmt: skip


def _press(ref: PartRef) -> Source:
    host = _host(ref.ref)
    if not host or len(ref.ref) > 200:
        words = _("The address of an item of the press begins with https:// and has 200 characters at most.")
        raise Invalid(words, fields={"parts": words})
    now = timezone.now()
    return Source(ref, " ".join(ref.title.split())[:300] or host, now, now)


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:  # "https://["
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""


class _Kept(NamedTuple):
    """A kind of part that is a row of Halong's: which ones somebody may see, what one says, and where there is none."""

    rows: Callable[[Any], "QuerySet[Any]"]
    said: Callable[[PartRef, Any], Source]
    missing: Any


_KEPT: dict[str, _Kept] = {
    Part.Kind.ALERT: _Kept(
        lambda by: Alert.objects.visible_to(by).select_related("entity", "place", "agency", "rule"),
        _alert,
        gettext_lazy("This alert isn't there."),
    ),
    Part.Kind.REPORT: _Kept(
        lambda by: Report.objects.visible_to(by).select_related("category", "place", "agency"),
        _report,
        gettext_lazy("This report isn't there."),
    ),
    Part.Kind.CALL: _Kept(
        lambda by: Call.objects.visible_to(by).select_related("place", "agency"),
        _call,
        gettext_lazy("This call isn't there."),
    ),
}
