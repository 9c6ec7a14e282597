"""What a citizen's page guesses while he fills it in: the unit, the kind, reports that tell the same. Nothing is kept."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.citizens.models import Category, LawfulChannel, Photo, Report
from halong.citizens.promises import channels_for
from halong.citizens.proposals import suggest_category
from halong.citizens.queries.public import rows_of
from halong.citizens.queries.rows import PublicRow
from halong.citizens.queries.similar import near
from halong.citizens.recognition import Recognised, recognise
from halong.places.models import Place
from halong.places.queries import locate

MOST = 4
CLEAR = 0.6  # of the best score
LATELY, FEWEST, KEPT_S = timedelta(days=90), 3, 300


@dataclass(frozen=True)
class Kind:
    """A kind that fits, and why; ``told``: by the words, else by what is reported near by."""

    category: Category
    why: str
    told: bool


@dataclass(frozen=True)
class Found:
    """What is guessed. ``outside``: the position lies outside of the province."""

    place: Place | None = None
    approximate: bool = False
    outside: bool = False
    kinds: list[Kind] = field(default_factory=list)
    recognised: Recognised = field(default_factory=Recognised)
    channels: list[LawfulChannel] = field(default_factory=list)


@dataclass(frozen=True)
class Alike:
    """A public report near by."""

    row: PublicRow
    distance_m: float
    photo: int | None


def guess(text: str, lon: float | None, lat: float | None, place: Place | None = None) -> Found:
    """The unit of the position (else the chosen one), kinds by the words, then by what is reported near by."""
    day = timezone.localdate()
    at = locate(lon, lat, day) if lon is not None and lat is not None else None
    outside = lon is not None and lat is not None and at is None
    place = at.place if at else place
    recognised = recognise(text)
    kinds = _by_words(text, place)
    if lon is not None and lat is not None and not outside:
        kinds += _reported_near(lon, lat, {kind.category.pk for kind in kinds})
    if place is not None and not text.strip():
        kinds += _usual(place, {kind.category.pk for kind in kinds})
    channels = channels_for(recognised.legal, place, day) if recognised.legal else []
    return Found(place, bool(at and at.approximate), outside, kinds[:MOST], recognised, channels)


def _by_words(text: str, place: Place | None) -> list[Kind]:
    """Kinds that the words tell; one that is told much less clearly than the first only confuses."""
    found = suggest_category(text, place, public=True) if text.strip() else []
    return [
        Kind(row.category, _("by what you wrote"), True)
        for row in found
        if row.score >= CLEAR * found[0].score
    ]


def _reported_near(lon: float, lat: float, known: set[int]) -> list[Kind]:
    counts = Counter(row.report.category for row in near(None, lon, lat, limit=20))
    words = _("reported near by")
    return [
        Kind(category, words, False) for category, _n in counts.most_common(MOST) if category.pk not in known
    ]


def _usual(place: Place, known: set[int]) -> list[Kind]:
    """What people report in the unit, counted anew every five minutes: a guess for a photo without words."""
    key = f"citizens-usual-{place.pk}"
    usual: list[int] | None = cache.get(key)
    if usual is None:
        here = Report.objects.shown().filter(place=place, created_at__gte=timezone.now() - LATELY)
        counts = here.values_list("category").annotate(n=Count("pk")).order_by("-n", "category")
        usual = [pk for pk, n in counts[:MOST] if n >= FEWEST]
        cache.set(key, usual, KEPT_S)
    rows = Category.objects.on(timezone.localdate()).in_bulk(usual)
    words = _("often reported in %(place)s") % {"place": place.name}
    return [Kind(rows[pk], words, False) for pk in usual if pk in rows and pk not in known]


def alike(category: Category | None, lon: float | None, lat: float | None, text: str = "") -> list[Alike]:
    """Public reports near by that may tell the same, with enough to say so."""
    if category is None or lon is None or lat is None:
        return []
    found = {row.report.pk: row.distance_m for row in near(category, lon, lat, text, limit=3)}
    photos = dict(
        Photo.objects.filter(report__in=found, released_at__isnull=False, use=Photo.Use.REPORT).values_list(
            "report", "pk"
        )
    )
    rows = (Alike(row, found[row.pk], photos.get(row.pk)) for row in rows_of(found))
    return sorted(rows, key=lambda one: one.distance_m)
