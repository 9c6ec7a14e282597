"""Which category and agency a report seems to be for, with the reasons; a person decides.

Two witnesses: the words of the categories, and past reports that duty officers have sent on (likeness of texts). What was
laid down for category and place says the agency; where nothing was, the one that has kept such reports of the place before.
"""

import time
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from halong.citizens.models import WITH_AGENCY, Category, Report
from halong.citizens.promises import destination_of
from halong.citizens.recognition import keywords_found
from halong.core.text import fold
from halong.places.models import Agency, Place

PAST = 3000
KEPT_S = 600.0
COMPARED = 400  # characters of a text
ALIKE = 62  # of 100: texts that share most of their words
NEIGHBOURS = 8
KEYWORD, LIKENESS = 1.0, 0.25  # weights of a keyword and of one alike report
DECIDED = (*WITH_AGENCY, "resolved", "closed")


@dataclass(frozen=True)
class Past:
    """A report that somebody has sent on: its folded text, category code, agency, place and id."""

    text: str
    category: str
    agency_id: int
    place_id: int
    pk: int

    @property
    def number(self) -> str:
        """``PA000123``."""
        return f"PA{self.pk:06d}"


@dataclass(frozen=True)
class Guess:
    """A category with its score and the words for it."""

    category: Category
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """What is proposed for a report, and why."""

    category: Category
    agency: Agency | None
    reasons: list[str] = field(default_factory=list)


_kept: dict[bool, tuple[float, list[Past]]] = {}


def past_reports(*, public: bool) -> list[Past]:
    """The latest that were sent on; kept in this process for ten minutes. ``public``: only what the public reads of them,
    since whoever may try texts freely would find out by the answers what stands in the others.
    """
    at, known = _kept.get(public, (0.0, []))
    if known and time.monotonic() - at <= KEPT_S:
        return known
    text = "public_folded" if public else "folded"
    decided = Report.objects.filter(state__in=DECIDED, agency__isnull=False).exclude(**{text: ""})
    rows = (decided.filter(public=True) if public else decided).order_by("-created_at")
    sides = rows.values_list(text, "category__code", "agency_id", "place_id", "pk")[:PAST]
    past = [Past(words[:COMPARED], code, agency or 0, place, pk) for words, code, agency, place, pk in sides]
    _kept[public] = (time.monotonic(), past)
    return past


def forget_past() -> None:
    """Read past reports anew the next time."""
    _kept.clear()


def alike(text: str, limit: int = NEIGHBOURS, *, public: bool = False) -> list[tuple[Past, float]]:
    """Past reports whose text is alike, the most alike first; without those that were withheld or purged since they were
    read.
    """
    past = past_reports(public=public)
    plain = fold(text)[:COMPARED]
    if len(plain) < 8 or not past:
        return []
    found = process.extract(
        plain, [row.text for row in past], scorer=fuzz.token_set_ratio, score_cutoff=ALIKE, limit=limit
    )
    rows = [(past[index], score) for _text, score, index in found]
    stands = Report.objects.filter(pk__in=[row.pk for row, _score in rows], state__in=DECIDED)
    still = set((stands.filter(public=True) if public else stands).values_list("pk", flat=True))
    return [(row, score) for row, score in rows if row.pk in still]


def suggest_category(
    text: str, place: Place | None = None, limit: int = 3, *, public: bool = False
) -> list[Guess]:
    """Categories that a text seems to be of, the likeliest first; none where nothing tells. ``public``: the answer goes to
    somebody who may read public reports only.
    """
    scores: dict[str, float] = defaultdict(float)
    reasons: dict[str, list[str]] = defaultdict(list)
    categories: dict[str, Category] = {row.code: row for row in Category.objects.on(timezone.localdate())}
    for code, category in categories.items():
        words = keywords_found(text, category.keywords.splitlines())
        if words:
            scores[code] += sum(KEYWORD * (1 + word.count(" ") / 2) for word in words)
            reasons[code].append(_("words: %(words)s") % {"words": ", ".join(words[:4])})
    numbers: dict[str, list[str]] = defaultdict(list)
    for row, score in alike(text, public=public):
        if row.category in categories:
            nearer = 1.3 if place is not None and row.place_id == place.pk else 1.0
            scores[row.category] += LIKENESS * nearer * score / 100
            numbers[row.category].append(row.number)
    for code, like in numbers.items():
        reasons[code].append(
            _("like %(n)d past reports (%(which)s)") % {"n": len(like), "which": ", ".join(like[:3])}
        )
    best = sorted(scores, key=lambda code: (-scores[code], categories[code].order))[:limit]
    return [Guess(categories[code], round(scores[code], 3), tuple(reasons[code])) for code in best]


def propose(report: Report) -> Proposal:
    """Category and agency for a report, with reasons."""
    guesses = suggest_category(report.text, report.place)
    category, reasons = report.category, []
    chosen = next((guess for guess in guesses if guess.category.code == category.code), None)
    best = guesses[0] if guesses else None
    if best is not None and best.score >= KEYWORD and best.score >= 1.5 * (chosen.score if chosen else 0):
        category = best.category
        reasons = [
            _("%(category)s, by its text: %(why)s") % {"category": category, "why": "; ".join(best.reasons)}
        ]
    elif chosen is not None:
        reasons = [
            _("%(category)s, as the sender chose; %(why)s")
            % {"category": category, "why": "; ".join(chosen.reasons)}
        ]
    else:
        reasons = [_("%(category)s, as the sender chose") % {"category": category}]
    goal = destination_of(category, report.place)
    agency, why = goal.agency, _("nobody has laid down an agency for this")
    if goal.route is not None:
        why = _("laid down for %(what)s") % {"what": goal.route.category or _("all kinds")}
        if goal.route.place is not None:
            why += " · " + goal.route.place.name
    elif agency is not None:
        why = _("the People's Committee of the place")
    if agency is None:
        agency, kept = _kept_before(report, category)
        why = _("kept by it before: %(which)s") % {"which": ", ".join(kept)} if agency else why
    reasons.append(f"{agency.short_name or agency.name}: {why}" if agency else why)
    return Proposal(category, agency, reasons)


def _kept_before(report: Report, category: Category) -> tuple[Agency | None, list[str]]:
    """The agency that kept the most of such reports near by, and which ones."""
    votes: dict[int, list[str]] = defaultdict(list)
    for row, _score in alike(report.text, limit=20):
        if row.category == category.code and row.place_id == report.place_id:
            votes[row.agency_id].append(row.number)
    best = max(votes, key=lambda pk: len(votes[pk]), default=0)
    return Agency.objects.filter(pk=best).first(), votes.get(best, [])[:3]


@transaction.atomic
def keep_proposal(report: Report) -> None:
    """Compute the proposal of a report that waits and keep it on its row, for the duty officer's list."""
    made = propose(report)
    Report.objects.filter(pk=report.pk, state__in=["sent", "returned"]).update(
        proposal={
            "category": made.category.pk,
            "agency": made.agency.pk if made.agency else None,
            "category_name": str(made.category),
            "agency_name": (made.agency.short_name or made.agency.name) if made.agency else "",
            "reasons": made.reasons,
        }
    )
