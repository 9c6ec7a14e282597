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
from halong.citizens.queries.similar import Similar, near
from halong.citizens.recognition import keywords_found
from halong.core.text import fold
from halong.places.models import Agency, Place

PAST = 3000
KEPT_S = 600.0
ALIKE = 62  # of 100: texts that share most of their words
NEIGHBOURS = 8
KEYWORD, LIKENESS = 1.0, 0.25  # weights of a keyword and of one alike report
DECIDED = (*WITH_AGENCY, "resolved", "closed")


@dataclass(frozen=True)
class Past:
    """A report that somebody has sent on: its folded text, category code, agency and number."""

    text: str
    category: str
    agency_id: int
    place_id: int
    number: str


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
    similar: list[Similar] = field(default_factory=list)


_kept: tuple[float, list[Past]] = (0.0, [])


def past_reports() -> list[Past]:
    """The latest that were sent on; kept in this process for ten minutes."""
    global _kept  # noqa: PLW0603 -- the one cache
    if time.monotonic() - _kept[0] > KEPT_S or not _kept[1]:
        rows = (
            Report.objects.filter(state__in=DECIDED, agency__isnull=False)
            .exclude(folded="")
            .order_by("-created_at")
            .values_list("folded", "category__code", "agency_id", "place_id", "pk")[:PAST]
        )
        past = [
            Past(text[:400], code, agency or 0, place, f"PA{pk:06d}")
            for text, code, agency, place, pk in rows
        ]
        _kept = (time.monotonic(), past)
    return _kept[1]


def forget_past() -> None:
    """Read past reports anew the next time."""
    global _kept  # noqa: PLW0603
    _kept = (0.0, [])


def alike(text: str, limit: int = NEIGHBOURS) -> list[tuple[Past, float]]:
    """Past reports whose text is alike, the most alike first."""
    past = past_reports()
    plain = fold(text)
    if len(plain) < 8 or not past:
        return []
    found = process.extract(
        plain, [row.text for row in past], scorer=fuzz.token_set_ratio, score_cutoff=ALIKE, limit=limit
    )
    return [(past[index], score) for _text, score, index in found]


def suggest_category(text: str, place: Place | None = None, limit: int = 3) -> list[Guess]:
    """Categories that a text seems to be of, the likeliest first; none where nothing tells."""
    scores: dict[str, float] = defaultdict(float)
    reasons: dict[str, list[str]] = defaultdict(list)
    categories: dict[str, Category] = {row.code: row for row in Category.objects.on(timezone.localdate())}
    for code, category in categories.items():
        words = keywords_found(text, category.keywords.splitlines())
        if words:
            scores[code] += sum(KEYWORD * (1 + word.count(" ") / 2) for word in words)
            reasons[code].append(_("words: %(words)s") % {"words": ", ".join(words[:4])})
    numbers: dict[str, list[str]] = defaultdict(list)
    for row, score in alike(text):
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
    """Category and agency for a report, with reasons, and the reports that it may be a duplicate of."""
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
    similar: list[Similar] = []
    if report.lon is not None and report.lat is not None:
        similar = near(category, report.lon, report.lat, report.text, public=False, besides=report.pk)
    return Proposal(category, agency, reasons, similar)


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
            "similar": [
                {"id": row.report.pk, "number": row.report.number, "m": round(row.distance_m), "why": row.why}
                for row in made.similar
            ],
        }
    )
