"""Services and requests as the documents of the specification. Nothing in them leads to who sent a request."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from math import cos, radians
from typing import Any

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import ApiKey
from halong.audit.models import AuditEntry
from halong.citizens.kept import kept
from halong.citizens.models import OPEN, Answer, Category, CategoryField, Photo, Report, ReportEvent
from halong.citizens.open311.parameters import Asked
from halong.citizens.queries.similar import M_PER_DEGREE, metres
from halong.core.formats import ZONE, local
from halong.core.language import text_of
from halong.core.text import fold
from halong.places.models import Place

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
LAID_DOWN = ("reports.ensure_catalogue", "reports.lay_down")
BEGINNING = datetime(2025, 7, 1, tzinfo=ZONE)
WAITING = ("sent", "returned")
# the words of FixMyStreet's extended statuses, which its Open311 clients read
STATUSES = {
    "sent": "open", "returned": "investigating", "routed": "open", "working": "in_progress", "answered": "in_progress",
    "resolved": "fixed", "closed": "fixed", "duplicate": "duplicate", "declined": "not_councils_responsibility",
}  # fmt: skip
AFTER = {
    "sent": "open", "routed": "open", "accepted": "in_progress", "returned": "investigating", "resolved": "fixed",
    "reopened": "open", "closed": "fixed", "merged": "duplicate", "declined": "not_councils_responsibility",
    "unmerged": "open", "restored": "open",
}  # fmt: skip


def changed(day: date) -> datetime:
    """When services or their attributes last changed: somebody laid them down, or what was laid down came into force."""
    rows = Category.objects.filter(valid_from__lte=day).aggregate(
        began=Max("valid_from"), ended=Max("valid_to", filter=Q(valid_to__lt=day))
    )
    days = [rows["began"], rows["ended"] and rows["ended"] + timedelta(days=1)]
    moments = [datetime.combine(found, time.min, ZONE) for found in days if found]
    laid_down = AuditEntry.objects.filter(action__in=LAID_DOWN).order_by("-id").values_list("at", flat=True)
    return max([*laid_down[:1], *moments], default=BEGINNING)


def discovery(base: str) -> dict[str, Any]:
    """The discovery document; ``base`` is the address of the product."""
    day = timezone.localdate()
    changeset = stamp(kept(("open311-changed", day), lambda: changed(day)))
    name = text_of(settings.PROFILE["centre"]["name"])
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{base}/open311/v2",
        "changeset": changeset,
        "type": "test" if settings.HALONG_SIMULATE else "production",
        "formats": ["text/xml", "application/json"],
    }
    contact = _("%(centre)s; an administrator gives keys with the permission reports.send.") % {
        "centre": name
    }
    return {"changeset": changeset, "contact": contact, "key_service": f"{base}/c", "endpoints": [endpoint]}


def service(category: Category) -> dict[str, Any]:
    """One service of the list."""
    return {
        "service_code": category.code,
        "service_name": str(category),
        "description": category.description_said or str(category),
        "metadata": any(True for _field in category.fields.all()),
        "type": str(category.answering),
        "keywords": ", ".join(category.keywords.splitlines()),
        "group": category.group_said,
    }


def definition(category: Category) -> dict[str, Any]:
    """The attributes of a service."""
    return {
        "service_code": category.code,
        "attributes": [_attribute(field) for field in category.fields.all()],
    }


def _attribute(field: CategoryField) -> dict[str, Any]:
    found: dict[str, Any] = {
        "variable": field.variable,
        "code": field.code,
        "datatype": str(field.datatype),
        "required": field.required,
        "datatype_description": field.hint_said or None,
        "order": field.order,
        "description": str(field),
    }
    if field.values:
        found["values"] = [{"key": key, "name": name} for key, name in field.options]
    return found


def found(wanted: Asked, place: Place | None, key: ApiKey | None) -> "QuerySet[Report]":
    """The requests that are asked for, the newest first: public ones, and with a key those that it sent itself.

    Asked by their numbers, also those that wait for the duty officer, of which only the state is told: they are found in
    every jurisdiction, since asking one after the other would tell their place.
    """
    seen = Q(public=True)
    if key is not None:
        seen |= Q(api_key=key)
    if place is not None:
        seen &= Q(place__path__startswith=place.path)
    rows: QuerySet[Report] = Report.objects.all()
    if wanted.ids is not None:
        return rows.filter(seen | (named_q() & Q(public=False)), pk__in=wanted.ids)
    rows = rows.filter(seen, created_at__gte=wanted.start, created_at__lte=wanted.end)
    if wanted.codes:
        rows = rows.filter(category__code__in=wanted.codes)
    if wanted.status and len(set(wanted.status)) == 1:
        rows = rows.filter(state__in=OPEN) if wanted.status[0] == "open" else rows.exclude(state__in=OPEN)
    if wanted.updated_after is not None:
        rows = rows.filter(changed_at__gte=wanted.updated_after)
    if wanted.updated_before is not None:
        rows = rows.filter(changed_at__lte=wanted.updated_before)
    if wanted.around is not None:
        rows = rows.filter(_around(*wanted.around))
    for word in fold(wanted.words).split():
        rows = rows.filter(public_folded__contains=word)
    return rows


def _around(lon: float, lat: float, radius_m: float) -> Q:
    """By public places: by the exact ones, asking again and again would find them out."""
    up = (radius_m + 80) / M_PER_DEGREE
    side = up / max(0.1, cos(radians(lat)))
    return Q(public_lon__range=(lon - side, lon + side), public_lat__range=(lat - up, lat + up))


def named_q() -> Q:
    """Requests whose state is told to whoever knows the number: not those that a moderator, their kind or the law hides."""
    return Q(withheld=False) & ~Q(state="handed_over") & ~Q(category__exposure="hidden") & (
        Q(category__answering="realtime") | ~Q(state__in=WAITING)
    )  # fmt: skip


def requests(
    reports: "QuerySet[Report]", key: ApiKey | None, base: str, wanted: Asked | None = None
) -> list[dict[str, Any]]:
    """The documents of requests, in a fixed number of queries."""
    rows = list(reports.select_related("category", "place", "agency", "merged_into").defer("place__boundary"))
    if wanted is not None and wanted.around is not None:
        lon, lat, most = wanted.around
        rows = [row for row in rows if row.public_lon is not None and row.public_lat is not None
                and metres(lon, lat, row.public_lon, row.public_lat) <= most + 80]  # fmt: skip
    photos = _first_photos(row.pk for row in rows)
    answers = dict(
        Answer.objects.filter(report__in=[row.pk for row in rows], state="approved")
        .order_by("decided_at")
        .values_list("report", "text")
    )
    found = [_request(row, key, base, photos.get(row.pk), answers.get(row.pk, "")) for row in rows]
    if wanted is not None and wanted.extensions:
        for document, row in zip(found, rows, strict=True):
            document["extended_attributes"] = {"simulated": row.simulated}
    return found


def _first_photos(ids: Iterable[int]) -> dict[int, int]:
    rows = Photo.objects.filter(report__in=list(ids), released_at__isnull=False, use="report").order_by("-pk")
    return dict(rows.values_list("report", "pk"))


def _request(report: Report, key: ApiKey | None, base: str, photo: int | None, answer: str) -> dict[str, Any]:
    own = key is not None and report.api_key_id == key.pk
    shown = report.public or own
    purged = report.state == "handed_over"
    return {
        "service_request_id": str(report.pk),
        "status": "open" if report.is_open else "closed",
        "status_notes": answer or _notes(report),
        "service_name": str(report.category),
        "service_code": report.category.code,
        "description": (report.public_text or None) if shown and not purged else None,
        "agency_responsible": report.agency.name if report.agency else None,
        "service_notice": _marked(_("Number %(number)s") % {"number": report.number}, report),
        "requested_datetime": stamp(report.created_at),
        "updated_datetime": stamp(report.changed_at),
        "expected_datetime": stamp(report.due_at),
        "address": _address(report) if shown and not purged else None,
        "address_id": report.place.code if shown and not purged else None,
        "zipcode": None,
        "lat": report.public_lat if shown else None,
        "long": report.public_lon if shown else None,
        "media_url": f"{base}/c/photos/{photo}/public" if photo and report.public else None,
    }


def _address(report: Report) -> str:
    return ", ".join(part for part in (report.public_address, report.place.name) if part)


def _notes(report: Report) -> str:
    words = str(report.get_state_display())
    if report.state == "declined" and report.declined:
        words = f"{words}: {report.get_declined_display()}"
    if report.state == "duplicate" and report.merged_into is not None:
        words = f"{words}: {report.merged_into.number}"
    return words


def updates(events: "QuerySet[ReportEvent]", base: str) -> list[dict[str, Any]]:
    """Entries of public timelines as updates (FixMyStreet's extension)."""
    return [
        {
            "update_id": str(row.pk),
            "service_request_id": str(row.report_id),
            "status": AFTER.get(row.kind) or STATUSES.get(row.report.state, "open"),
            "updated_datetime": stamp(row.at),
            "description": _marked(row.note or str(row.get_kind_display()), row.report),
            "media_url": None,
        }
        for row in events.select_related("report")
    ]


def _marked(words: str, report: Report) -> str:
    """Words about a report, which say when it is simulated: clients that know no extensions read them, too."""
    return words + " (" + _("simulated") + ")" if report.simulated else words


def stamp(at: datetime) -> str:
    """``2026-11-23T14:05:20+07:00``."""
    return local(at).isoformat(timespec="seconds")
