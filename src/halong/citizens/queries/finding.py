"""What ⌘K finds among reports: a number at once; words, with or without accents, in what is open or changed lately."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from halong.citizens.models import OPEN, Report, ReportQuerySet
from halong.core.finding import SAME, WITHIN, WORDS
from halong.core.permissions import has_perm
from halong.core.registry import SearchHit
from halong.core.text import fold

RECENT = timedelta(days=30)  # what ended longer ago is found by its number, or in the lists
AMONG = 20_000  # the newest of these are read: a word that is in none of them must not read the whole archive
SHORTEST = 2  # letters; one letter stands in everything


def find_reports(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Reports that a person may see, by number, text, kind and street. The text itself isn't shown, only where and what."""
    typed = query.replace("\0", " ").split()
    if not typed or not has_perm(user, "reports.view"):
        return []
    number = numbered("".join(typed))
    if number is not None:
        return [_hit(row, SAME) for row in _seen(user).filter(pk=number)]
    words = {word: fold(word) for word in typed if len(word) >= SHORTEST}
    return (
        [_hit(row, _score(row, words.values())) for row in _with_words(user, words)[:limit]] if words else []
    )


def numbered(text: str) -> int | None:
    """The id behind "PA000123", "pa123" or "000123"; None where it is no number of a report."""
    bare = text.casefold().removeprefix("pa")
    whole = text.casefold() != bare or len(bare) >= 3  # "12" may be a house
    return int(bare) if whole and bare.isascii() and bare.isdecimal() and len(bare) < 16 else None


def _seen(user: Any) -> ReportQuerySet:
    return Report.objects.visible_to(user).select_related("category", "place").defer("place__boundary")


def _with_words(user: Any, words: Mapping[str, str]) -> ReportQuerySet:
    recent = Report.objects.visible_to(user).filter(
        Q(state__in=OPEN) | Q(changed_at__gte=timezone.now() - RECENT)
    )
    found = _seen(user).filter(pk__in=recent.order_by("-changed_at").values("pk")[:AMONG])
    for word, bare in words.items():  # streets are kept as they were written only
        found = found.filter(
            Q(folded__contains=bare) | Q(category__folded__contains=bare) | Q(address__icontains=word)
        )
    return found.order_by("-changed_at")


def _score(report: Report, words: Iterable[str]) -> float:
    said = f"{report.category.folded} {report.folded}"
    return WORDS if " ".join(words) in said else WITHIN


def _hit(report: Report, score: float) -> SearchHit:
    where = f"{report.get_state_display()} · {report.place.name}"
    return SearchHit(
        f"{report.number} · {report.category}", where, reverse("report", args=[report.pk]), score
    )
