"""What the public sees of reports: coarse places, covered texts, no word of who sent them.

Nothing here hands out a model: a page, a feed or a file can only show what these rows hold.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from math import floor
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Count, F, FloatField, IntegerField, Max, Q, QuerySet, Sum
from django.db.models.functions import Cast, Floor
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.citizens.models import (
    OPEN,
    Answer,
    Category,
    Extension,
    Photo,
    PhotoCopy,
    Proof,
    Report,
    ReportEvent,
    ServiceNotice,
)
from halong.citizens.queries.rows import (
    PublicExtension,
    PublicFilter,
    PublicPage,
    PublicProof,
    PublicReport,
    PublicRow,
    Step,
)
from halong.core.formats import ZONE
from halong.core.text import fold
from halong.places.models import Agency, Place

SIZE, MOST = 20, 1000
POINTS_FROM_ZOOM = 15
MOST_POINTS = 1500

COLUMNS = (
    "pk", "category_id", "public_text", "place_id", "public_address", "public_lon", "public_lat", "state", "agency_id",
    "agency__name", "created_at", "due_at", "resolved_at", "weight", "extensions", "reopenings", "rating", "urgent",
    "simulated",
)  # fmt: skip


def filtered(wanted: PublicFilter, now: datetime | None = None) -> "QuerySet[Report]":
    """Public reports of a filter, in no order."""
    found: QuerySet[Report] = Report.objects.shown()
    now = now or timezone.now()
    if wanted.category:
        found = found.filter(category__code=wanted.category)
    if wanted.group:
        found = found.filter(category__group=wanted.group)
    if wanted.state == "open":
        found = found.filter(state__in=OPEN)
    elif wanted.state == "late":
        found = found.filter(Q(state__in=OPEN, due_at__lt=now) | Q(resolved_at__gt=F("due_at")))
    elif wanted.state == "resolved":
        found = found.filter(state__in=["resolved", "closed"])
    if wanted.place is not None:
        below = Place.objects.filter(path__startswith=wanted.place.path).values_list("pk", flat=True)
        found = found.filter(place__in=list(below))
    if wanted.agency is not None:
        agencies = Agency.objects.filter(path__startswith=wanted.agency.path).values_list("pk", flat=True)
        found = found.filter(agency__in=list(agencies))
    return _when_and_where(found, wanted)


def _when_and_where(found: "QuerySet[Report]", wanted: PublicFilter) -> "QuerySet[Report]":
    if wanted.start is not None:
        found = found.filter(created_at__gte=datetime.combine(wanted.start, datetime.min.time(), ZONE))
    if wanted.end is not None:
        after = datetime.combine(wanted.end + timedelta(days=1), datetime.min.time(), ZONE)
        found = found.filter(created_at__lt=after)
    if wanted.box is not None:
        west, south, east, north = wanted.box
        found = found.filter(public_lon__range=(west, east), public_lat__range=(south, north))
    words = fold(wanted.q)[:200]
    if words.removeprefix("pa").isdigit():
        found = found.filter(pk=min(int(words.removeprefix("pa")), 2**62))
    elif words:
        query = SearchQuery(words, config="simple", search_type="plain")
        found = found.annotate(words=SearchVector("public_folded", config="simple")).filter(words=query)
    return found


def reports(wanted: PublicFilter, *, page: int = 1, size: int = SIZE) -> PublicPage:
    """A page of the list, the newest first. A fixed number of queries."""
    found, page = filtered(wanted), max(1, page)
    start = (page - 1) * size
    rows = found.order_by("-created_at", "-pk").values_list(*COLUMNS)[start : start + size]
    return PublicPage(_rows(rows), found.count(), page, size)


def recent(limit: int = 5, place: Place | None = None) -> list[PublicRow]:
    """The newest ones, for the home page and feeds."""
    found = filtered(PublicFilter(place=place)).order_by("-created_at", "-pk")
    return _rows(found.values_list(*COLUMNS)[:limit])


def rows_of(ids: Iterable[int]) -> list[PublicRow]:
    """These reports, as far as the public sees them, in no order."""
    return _rows(Report.objects.shown().filter(pk__in=list(ids)).values_list(*COLUMNS))


def rows_for_csv(wanted: PublicFilter, most: int = 50_000) -> Iterator[PublicRow]:
    """Rows for a file, read in parts, the newest first."""
    found = filtered(wanted).order_by("-created_at", "-pk").values_list(*COLUMNS)[:most]
    part: list[tuple[Any, ...]] = []
    for row in found.iterator(chunk_size=2000):
        part.append(row)
        if len(part) == 2000:
            yield from _rows(part)
            part = []
    yield from _rows(part)


def _rows(found: Any) -> list[PublicRow]:
    rows = list(found)
    categories = Category.objects.in_bulk({row[1] for row in rows})
    places = Place.objects.defer("boundary").in_bulk({row[3] for row in rows})
    return [_row(row, categories, places) for row in rows]


def _row(row: tuple[Any, ...], categories: dict[int, Category], places: dict[int, Place]) -> PublicRow:
    names = [name for name in PublicRow.__dataclass_fields__ if name not in ("category", "place")]
    values = [
        value for column, value in zip(COLUMNS, row, strict=True) if column not in ("category_id", "place_id")
    ]
    given: dict[str, Any] = dict(zip(names, values, strict=True))
    given["agency_name"] = given["agency_name"] or ""
    return PublicRow(category=categories[row[1]], place=places[row[3]], **given)


def report(pk: int) -> PublicReport | None:
    """One public report with its timeline; None for what the public doesn't see. A merged one isn't public: ``merged``."""
    found = _rows(Report.objects.shown().filter(pk=pk).values_list(*COLUMNS))
    if not found:
        return None
    answer = (
        Answer.objects.filter(report=pk, state="approved")
        .select_related("agency")
        .order_by("-decided_at")
        .first()
    )
    released = Photo.objects.filter(report=pk, released_at__isnull=False, use=Photo.Use.REPORT)
    times = Report.objects.filter(pk=pk).values_list("changed_at", "attributes").get()
    return PublicReport(
        row=found[0],
        steps=steps_of(pk),
        answer=answer.text if answer else "",
        answered_by=answer.agency.name if answer else "",
        proofs=proofs_of(answer),
        extensions=extensions_of(pk),
        photos=list(released.order_by("pk").values_list("pk", flat=True)),
        updated_at=times[0],
        attributes=_public_attributes(found[0].category, times[1]),
    )


def extensions_of(pk: int) -> list[PublicExtension]:
    """Every extension that was asked for, also the refused ones: they are counted openly."""
    found = (
        Extension.objects.filter(report=pk).exclude(state=Extension.State.DROPPED).select_related("agency")
    )
    return [
        PublicExtension(
            row.agency.name,
            row.reason,
            row.before,
            row.asked_due_at,
            row.asked_at,
            row.state,
            str(row.get_state_display()),
            row.note,
        )
        for row in found.order_by("asked_at")
    ]


def _public_attributes(category: Category, given: dict[str, Any]) -> dict[str, Any]:
    """Answers without free text, which may say who somebody is."""
    free = {"string", "text"}
    asked = {row.code for row in category.fields.all() if row.datatype not in free}
    return {code: value for code, value in given.items() if code in asked}


def merged(pk: int) -> int | None:
    """Into which public report a merged one went."""
    row = Report.objects.filter(pk=pk, state="duplicate", merged_into__public=True).values_list(
        "merged_into", flat=True
    )
    return row.first()


def steps_of(pk: int) -> list[Step]:
    """The public timeline of a report, the oldest first."""
    found = ReportEvent.objects.filter(report=pk, public=True).select_related("agency").order_by("at", "pk")
    return [
        Step(
            row.kind,
            str(row.get_kind_display()),
            row.at,
            row.agency.name if row.agency else "",
            row.note,
            row.due_at,
        )
        for row in found
        if row.kind != ReportEvent.Kind.RESOLVED or row.agency
    ]


def proofs_of(answer: Answer | None, *, all_photos: bool = False) -> list[PublicProof]:
    """The proof of an answer; photos only when a moderator has released them, or all checked ones for the sender."""
    if answer is None:
        return []
    found = Proof.objects.filter(answer=answer).select_related("photo").defer("content").order_by("pk")
    return [
        PublicProof(row.kind, row.photo_id, row.name, row.value, row.unit, row.measured_at)
        for row in found
        if row.photo is None or row.photo.is_public or (all_photos and row.photo.state == Photo.State.READY)
    ]


def photo_bytes(photo_id: int, kind: str = PhotoCopy.Kind.PUBLIC) -> PhotoCopy | None:
    """A public copy; None unless a moderator has released the photo and the report is public."""
    if kind not in (PhotoCopy.Kind.PUBLIC, PhotoCopy.Kind.SMALL):
        return None
    return PhotoCopy.objects.filter(
        photo=photo_id, kind=kind, photo__released_at__isnull=False, photo__report__public=True
    ).first()


def map_points(wanted: PublicFilter, *, zoom: float) -> dict[str, Any]:
    """GeoJSON for the map: where one looks closely single reports, the newest 1,500; else a feature a cell of the map with
    its count, how many are open, and a single report where a cell has one only.
    """
    found = filtered(wanted).filter(public_lon__isnull=False)
    if zoom >= POINTS_FROM_ZOOM:
        return _collection(_single_points(found.order_by("-created_at")[:MOST_POINTS]))
    cell = 360 / 2 ** (max(0, floor(zoom)) + 3)  # an eighth of a tile: about 64 pixels
    rows = list(
        found.annotate(
            x=Floor(Cast(F("public_lon") / cell, FloatField()), output_field=IntegerField()),
            y=Floor(Cast(F("public_lat") / cell, FloatField()), output_field=IntegerField()),
        )
        .values("x", "y")
        .annotate(
            n=Count("pk"),
            lon=Sum("public_lon"),
            lat=Sum("public_lat"),
            open=Count("pk", filter=Q(state__in=OPEN)),
            one=Max("pk"),
            simulated=BoolOr("simulated"),
        )
        .order_by()
    )
    alone = [row["one"] for row in rows if row["n"] == 1]
    return _collection(
        _single_points(Report.objects.shown().filter(pk__in=alone))
        + [
            _point(
                row["lon"] / row["n"],
                row["lat"] / row["n"],
                {"count": row["n"], "open": row["open"], "simulated": row["simulated"]},
            )
            for row in rows
            if row["n"] > 1
        ]
    )


def _single_points(found: "QuerySet[Report]") -> list[dict[str, Any]]:
    rows = found.values_list(
        "pk", "public_lon", "public_lat", "category__code", "state", "due_at", "resolved_at", "simulated"
    )
    now = timezone.now()
    return [
        _point(
            lon,
            lat,
            {"id": pk, "category": code, "state": state, "late": (done or now) > due, "simulated": made_up},
        )
        for pk, lon, lat, code, state, due, done, made_up in rows
        if lon is not None and lat is not None
    ]


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _point(lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [round(lon, 5), round(lat, 5)]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def notices(place: Place | None = None, now: datetime | None = None) -> "QuerySet[ServiceNotice]":
    """Notices of services that stand now or later, of a place (with what lies above and below it) or of all."""
    found = (
        ServiceNotice.objects.shown_at(now or timezone.now())
        .select_related("agency")
        .prefetch_related("places")
    )
    if place is not None:
        chain = [int(part) for part in place.path.strip("/").split("/") if part]
        here = Q(places__in=chain) | Q(places__path__startswith=place.path) | Q(places=None)
        found = found.filter(here).distinct()
    return found.order_by("starts_at", "pk")


def categories(day: date | None = None) -> list[tuple[str, list[Category]]]:
    """The kinds of report of today by group, in their order, with their questions."""
    rows = (
        Category.objects.on(day or timezone.localdate()).prefetch_related("fields").order_by("order", "name")
    )
    groups: dict[str, list[Category]] = {}
    for row in rows:
        groups.setdefault(row.group_said or _("Other"), []).append(row)
    return list(groups.items())
