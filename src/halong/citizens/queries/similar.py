"""Reports like this one: near by and of the same kind first, then by likeness of their texts. A person decides."""

from dataclasses import dataclass
from datetime import timedelta
from math import cos, hypot, radians
from typing import Any

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from halong.citizens.models import OPEN, Category, Report
from halong.core.formats import format_number
from halong.core.text import fold

RADIUS_M = 300.0
RECENT = timedelta(days=60)
CANDIDATES = 300
M_PER_DEGREE = 111_200.0
LEAST = 0.35


@dataclass(frozen=True)
class Similar:
    """A report like the asked one: how far, how alike the texts are (0–100, None without text), the sum of it all (0–1)."""

    report: Report
    distance_m: float
    likeness: float | None
    score: float

    @property
    def why(self) -> str:
        """Why it is shown, in words."""
        if self.likeness is None:
            return _("%(m)s m away") % {"m": format_number(self.distance_m, 0)}
        return _("%(m)s m away, %(n)s%% of the words alike") % {
            "m": format_number(self.distance_m, 0),
            "n": format_number(self.likeness, 0),
        }


def near(
    category: Category | None,
    lon: float,
    lat: float,
    text: str = "",
    *,
    public: bool = True,
    limit: int = 5,
    radius_m: float = RADIUS_M,
    besides: int | None = None,
) -> list[Similar]:
    """Reports near by that are open or were answered lately, the most alike first. ``public``: only what the public sees,
    measured by its coarse place.
    """
    now = timezone.now()
    rows_near = in_coarse_box if public else in_circle
    found = rows_near(Report.objects.all(), lon, lat, radius_m)
    found = found.filter(
        Q(state__in=OPEN) | Q(resolved_at__gte=now - RECENT), created_at__gte=now - 6 * RECENT
    )
    if public:
        found = found.filter(public=True)
    if category is not None:
        found = found.filter(Q(category__code=category.code) | Q(sector=category.sector))
    if besides is not None:
        found = found.exclude(pk=besides)
    sides = ("public_lon", "public_lat", "public_folded") if public else ("lon", "lat", "folded")
    rows = found.order_by("-created_at").values_list("pk", *sides, "category__code")[:CANDIDATES]
    plain = fold(text)
    scored = [_score(row, lon, lat, plain, category, radius_m) for row in rows]
    best = sorted((row for row in scored if row[3] >= LEAST), key=lambda row: -row[3])[:limit]
    reports = Report.objects.select_related("category", "place", "agency").in_bulk([row[0] for row in best])
    return [Similar(reports[pk], distance, likeness, score) for pk, distance, likeness, score in best]


def _score(
    row: tuple[Any, ...], lon: float, lat: float, text: str, category: Category | None, radius_m: float
) -> tuple[int, float, float | None, float]:
    pk, its_lon, its_lat, its_text, code = row
    distance = metres(lon, lat, its_lon, its_lat)
    closeness = max(0.0, 1 - distance / (radius_m + 80))
    kind = 1.0 if category is None or code == category.code else 0.3
    if not text or not its_text:
        return pk, distance, None, 0.6 * closeness + 0.4 * kind if kind == 1.0 else 0.3 * closeness
    likeness = fuzz.token_set_ratio(text, its_text)
    return pk, distance, likeness, 0.35 * closeness + 0.3 * kind + 0.35 * likeness / 100


def in_circle(reports: "QuerySet[Report]", lon: float, lat: float, radius_m: float) -> "QuerySet[Report]":
    """Reports in the box around a circle, by the GiST index over their points."""
    up = radius_m / M_PER_DEGREE
    side = up / max(0.1, cos(radians(lat)))
    box = RawSQL(
        "point(citizens_report.lon, citizens_report.lat) <@ box(point(%s, %s), point(%s, %s))",
        [lon - side, lat - up, lon + side, lat + up],
        output_field=BooleanField(),
    )
    return reports.filter(box)


def in_coarse_box(reports: "QuerySet[Report]", lon: float, lat: float, radius_m: float) -> "QuerySet[Report]":
    """Reports around a point by their public places: by the exact ones, asking again and again would find them out."""
    up = (radius_m + 80) / M_PER_DEGREE
    side = up / max(0.1, cos(radians(lat)))
    return reports.filter(public_lon__range=(lon - side, lon + side), public_lat__range=(lat - up, lat + up))


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """The distance of two near points."""
    return hypot((other_lon - lon) * cos(radians(lat)), other_lat - lat) * M_PER_DEGREE
