"""The list of indicators: how each stands in the scope of the top bar, narrowed, sorted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from halong.context.scope import Scope
from halong.core import registry
from halong.core.permissions import has_perm
from halong.core.text import fold, sort_key
from halong.indicators.chart import words_of_trend
from halong.indicators.models import GRAVITY, Indicator, Submission
from halong.indicators.standings import Standing, standings
from halong.indicators.submitting import is_his

QUALITY = {"good": (90, 100), "fair": (70, 89), "poor": (0, 69)}
CSV_HEAD = (
    "key", "name", "sector", "level", "value", "unit", "target", "state", "period", "updated", "late", "owner", "quality",
    "simulated",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    standing: Standing
    sector: str
    owner: str
    trend_words: str

    @property
    def score(self) -> int | None:
        """The quality score."""
        return self.standing.quality.score if self.standing.quality else None


def listed(user: Any, scope: Scope, said: dict[str, Any], sort: str, now: datetime) -> list[Row]:
    """The lines that fit, in order. A fixed number of queries, however many indicators."""
    wanted = Indicator.objects.visible_to(user).active().select_related("agency", "person")
    if scope.sector:
        wanted = wanted.filter(sector=scope.sector)
    if said.get("level"):
        wanted = wanted.filter(level=said["level"])
    if said.get("owner"):
        wanted = wanted.filter(agency__path__startswith=said["owner"].path)
    found = standings(
        user,
        wanted.prefetch_related("definitions"),
        place=scope.place,
        agency=scope.agency,
        period=scope.period,
        now=now,
        only_with_values=False,
    )
    rows = [_row(standing) for standing in found if _fits(standing, said)]
    return _sorted(rows, sort)


def _row(standing: Standing) -> Row:
    sector = registry.sectors.get(standing.indicator.sector)
    owner = standing.indicator.agency
    return Row(
        standing,
        str(sector.name) if sector else standing.indicator.sector,
        owner.called if owner else "",
        words_of_trend(standing.trend, standing.definition),
    )


def _fits(standing: Standing, said: dict[str, Any]) -> bool:
    words = fold(said.get("q") or "")
    text = fold(f"{standing.name} {standing.scope_words} {standing.indicator.key}")
    state, quality = said.get("state"), said.get("quality")
    low, high = QUALITY.get(quality or "", (0, 100))
    score = standing.quality.score if standing.quality else None
    return (
        all(word in text for word in words.split())
        and (not state or _has_state(standing, state))
        and (not quality or (score is not None and low <= score <= high))
        and (not said.get("freshness") or said["freshness"] == _freshness(standing))
    )


def _has_state(standing: Standing, state: str) -> bool:
    if standing.value is None:
        return False
    return standing.state != "normal" if state == "bad" else standing.state == state


def _freshness(standing: Standing) -> str:
    if standing.label is None:
        return "none"
    return "old" if standing.is_old else "fresh"


SORTS: dict[str, Callable[[Row], Any]] = {
    "name": lambda row: sort_key(row.standing.name),
    "value": lambda row: row.standing.value,
    "state": lambda row: GRAVITY.index(row.standing.state) if row.standing.value is not None else None,
    "owner": lambda row: sort_key(row.owner) if row.owner else None,
    "age": lambda row: row.standing.label,
    "quality": lambda row: row.score,
}


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    """By the column that was asked for, what has nothing there last; else in the order of pages."""
    key = SORTS.get(sort.lstrip("-"))
    if key is None:
        return rows
    known = [row for row in rows if key(row) is not None]
    known.sort(key=key, reverse=sort.startswith("-"))
    return known + [row for row in rows if key(row) is None]


def csv_rows(rows: list[Row]) -> Iterator[list[Any]]:
    """The list as a table; figures are bare numbers, times are ISO 8601."""
    for row in rows:
        s = row.standing
        yield [
            s.indicator.key, s.name, s.indicator.sector, s.indicator.level, s.value, s.unit_text, s.target,
            s.state if s.value is not None else "", s.period, s.label and s.label.isoformat(), s.is_old, row.owner,
            row.score, s.simulated,
        ]  # fmt: skip


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The pages of this module side by side, with how many tables wait for this person."""
    mine = 0
    if has_perm(request.user, "indicators.submit"):
        owed = Submission.objects.visible_to(request.user).waiting().filter(collection__active=True)
        mine = sum(
            is_his(request.user, row.agency) and has_perm(request.user, "indicators.submit", row)
            for row in owed.select_related("agency")
        )
    entries = [
        ("indicators", _("Indicators")),
        ("collections", _("Tables from agencies")),
        ("league", _("Comparison")),
    ]
    counts = {"collections": mine or None}
    return [
        {"label": label, "url": reverse(name), "current": name == current, "count": counts.get(name)}
        for name, label in entries
    ]
