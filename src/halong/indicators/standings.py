"""How indicators stand at a node: the value, its age, target, trend and quality. A fixed number of queries, however many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.context.scope import PERIODS
from halong.core.formats import format_number
from halong.core.units import unit_symbol
from halong.indicators.grains import (
    GRAINS,
    label_of,
    labels_between,
    period_words,
    previous,
    rank,
    short_words,
    start_of,
)
from halong.indicators.models import Definition, Indicator, Target, node_of
from halong.places.models import Agency, Place

POINTS = 60  # of a trend
LEAST = 12  # points that a trend shows at least, however short the period
JUDGED = 30  # periods that quality looks at
PARTIAL = 0.75  # a running period is shown once so many of the things have reported
GRAIN_OF_PERIOD = {"24h": "hour", "7d": "day", "30d": "day", "1y": "month"}

_LATEST = """
SELECT k.n, v.label, v.value, v.num, v.den, v.reported, v.expected, v.running, v.estimated, v.simulated, v.computed_at
FROM unnest(%(ids)s::bigint[], %(grains)s::text[], %(last)s::timestamptz[]) WITH ORDINALITY AS k (id, grain, last, n)
CROSS JOIN LATERAL (
    SELECT * FROM indicators_value v WHERE v.indicator_id = k.id AND v.grain = k.grain AND v.node = %(node)s
    AND v.label <= k.last AND v.value IS NOT NULL ORDER BY v.label DESC LIMIT 3) v ORDER BY k.n, v.label DESC
"""
_TREND = """
SELECT k.n, v.label, v.value
FROM unnest(%(ids)s::bigint[], %(grains)s::text[], %(first)s::timestamptz[], %(last)s::timestamptz[])
    WITH ORDINALITY AS k (id, grain, first, last, n)
CROSS JOIN LATERAL (
    SELECT v.label, v.value FROM indicators_value v WHERE v.indicator_id = k.id AND v.grain = k.grain
    AND v.node = %(node)s AND v.label > k.first AND v.label <= k.last ORDER BY v.label DESC LIMIT %(points)s) v
ORDER BY k.n, v.label
"""
_QUALITY = """
SELECT k.n, q.earliest, q.complete, q.valued, q.timed, q.timely, q.plausible, EXISTS (
    SELECT FROM indicators_value v WHERE v.indicator_id = k.id AND v.grain = k.grain AND v.node = %(node)s
    AND v.label <= k.first)
FROM unnest(%(ids)s::bigint[], %(grains)s::text[], %(first)s::timestamptz[], %(last)s::timestamptz[],
            %(promises)s::int[], %(lows)s::float8[], %(highs)s::float8[])
    WITH ORDINALITY AS k (id, grain, first, last, promise, low, high, n)
CROSS JOIN LATERAL (
    SELECT min(v.label) AS earliest,
           sum(CASE WHEN v.value IS NULL THEN 0 WHEN v.expected > 0 THEN least(1, v.reported::float8 / v.expected)
               ELSE 1 END) AS complete,
           count(v.value) AS valued,
           count(v.value) FILTER (WHERE v.first_at IS NOT NULL) AS timed,
           count(v.value) FILTER (WHERE v.first_at <= v.label + k.promise * interval '1 second') AS timely,
           count(v.value) FILTER (WHERE (k.low IS NULL OR v.value >= k.low) AND (k.high IS NULL OR v.value <= k.high))
               AS plausible
    FROM indicators_value v WHERE v.indicator_id = k.id AND v.grain = k.grain AND v.node = %(node)s
    AND v.label > k.first AND v.label <= k.last) q
"""


@dataclass(frozen=True)
class Quality:
    """How good the figures of the latest 30 periods are, each between 0 and 1: things that reported of those expected;
    values that came within the promise; values inside the plausible range.
    """

    complete: float
    on_time: float
    plausible: float

    @property
    def score(self) -> int:
        """The product of the three, of 100."""
        return round(100 * self.complete * self.on_time * self.plausible)


@dataclass(frozen=True)
class Standing:
    """One indicator at one node, as it stands. Place and agency None: the whole province.

    ``label``: the END of the period; ``running``: it isn't over; ``estimated``: a former unit, as the sum of those that
    followed it; ``is_old``: older than the promise of freshness; ``trend``: values over the chosen period, ascending.
    """

    indicator: Indicator
    definition: Definition
    place: Place | None
    agency: Agency | None
    value: float | None = None
    num: float | None = None
    den: float | None = None
    label: datetime | None = None
    period: str = ""
    computed_at: datetime | None = None
    running: bool = False
    estimated: bool = False
    simulated: bool = False
    is_old: bool = False
    target: float | None = None
    state: str = "normal"
    trend: tuple[float | None, ...] = ()
    change: float | None = None
    change_words: str = ""
    quality: Quality | None = None
    reported: int = 0
    expected: int = 0

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.definition.title

    @property
    def scope_words(self) -> str:
        """The second line of the tile."""
        return self.definition.second_line

    @property
    def unit_text(self) -> str:
        """The sign of the unit."""
        return unit_symbol(self.definition.unit)

    @property
    def value_text(self) -> str:
        """The value as it is written; a part of a whole ("19") where the definition shows its denominator."""
        if self.shows_part:
            return format_number(self.num, 0)
        return format_number(self.value, self.definition.decimals)

    @property
    def den_text(self) -> str:
        """The whole that the value is a part of ("24"), or nothing."""
        return format_number(self.den, 0) if self.shows_part else ""

    @property
    def shows_part(self) -> bool:
        """Whether the tile says "19 /24"."""
        return self.definition.shows_denominator and self.num is not None and self.den is not None

    @property
    def short_period(self) -> str:
        """The period in as few letters as a tile has room for."""
        if self.label is None:
            return ""
        return short_words(self.label, self.definition.grain, timezone.localdate())

    @property
    def change_text(self) -> str:
        """The change against the period before with its sign, or nothing where there is none."""
        return "" if self.change is None else _signed(self.definition, self.change)

    @property
    def target_text(self) -> str:
        """The target as it is written, or nothing; beside a part of a whole ("19 /24") with its unit: it is no part."""
        if self.target is None:
            return ""
        text = format_number(self.target, self.definition.decimals)
        return f"{text} {self.unit_text}".strip() if self.shows_part else text

    @property
    def url(self) -> str:
        """The indicator's page, at this node."""
        return indicator_url(self.indicator, self.place, self.agency)


def indicator_url(indicator: Indicator, place: Place | None = None, agency: Agency | None = None) -> str:
    """The page of an indicator at a node."""
    node = {"place": place.pk if place else "", "agency": agency.pk if agency else ""}
    kept = urlencode({key: value for key, value in node.items() if value})
    return reverse("indicator", args=[indicator.pk]) + (f"?{kept}" if kept else "")


def standings(  # noqa: PLR0913 -- the scope of a page, side by side
    user: Any,
    indicators: Iterable[Indicator] | None = None,
    *,
    level: int | None = None,
    place: Place | None = None,
    agency: Agency | None = None,
    sector: str = "",
    period: str = "24h",
    now: datetime | None = None,
    only_with_values: bool = True,
) -> list[Standing]:
    """How indicators that ``user`` may see stand at a node, in the order of pages; without ``indicators`` all active ones
    of the level and the sector. Those without any value at the node are left out, unless told otherwise.
    """
    rows = _chosen(user, indicators, level, sector)
    now = now or timezone.now()
    node = node_of(place, agency)
    pairs = [(row, found) for row in rows if (found := row.definition_on(timezone.localdate(now)))]
    if not pairs:
        return []
    defined = [definition for _row, definition in pairs]
    latest = _latest(defined, node, now)
    trends = _trends(defined, node, now, period)
    qualities = qualities_of(defined, node, now)
    targets = targets_at(rows, node, timezone.localdate(now))
    standing = [
        _standing(row, definition, place, agency, latest.get(n, []), now)
        | {"trend": trends.get(n, ()), "quality": qualities[n], "target": targets.get(row.pk)}
        for n, (row, definition) in enumerate(pairs)
    ]
    return [Standing(**given) for given in standing if not only_with_values or given.get("label")]


def _chosen(
    user: Any, indicators: Iterable[Indicator] | None, level: int | None, sector: str
) -> list[Indicator]:
    found = Indicator.objects.visible_to(user)
    if indicators is not None:
        wanted = list(indicators)
        seen = set(found.filter(pk__in=[row.pk for row in wanted]).values_list("pk", flat=True))
        rows = [row for row in wanted if row.pk in seen]
        prefetch_related_objects(rows, "definitions", "agency", "person")
        return rows
    if level is not None:
        found = found.filter(level=level)
    if sector:
        found = found.filter(sector=sector)
    return list(found.active().select_related("agency", "person").prefetch_related("definitions"))


def _keys(defined: Sequence[Definition], node: int, now: datetime) -> dict[str, Any]:
    return {
        "ids": [definition.indicator_id for definition in defined],
        "grains": [definition.grain for definition in defined],
        "last": [label_of(now, definition.grain) for definition in defined],
        "node": node,
    }


def _rows(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _latest(defined: Sequence[Definition], node: int, now: datetime) -> dict[int, list[tuple[Any, ...]]]:
    """The latest three values of each definition at the node, the newest first."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for n, *row in _rows(_LATEST, _keys(defined, node, now)):
        found.setdefault(n - 1, []).append(tuple(row))
    return found


def trend_grain(base: str, period: str) -> str:
    """The grain in which a trend of the period is drawn: never finer than the definition's."""
    wanted = GRAIN_OF_PERIOD.get(period, "day")
    return GRAINS[max(rank(base), rank(wanted))]


def _trends(
    defined: Sequence[Definition], node: int, now: datetime, period: str
) -> dict[int, tuple[float | None, ...]]:
    given = _keys(defined, node, now)
    given["grains"] = [trend_grain(definition.grain, period) for definition in defined]
    given["last"] = [label_of(now, grain) for grain in given["grains"]]
    begin = now - PERIODS.get(period, timedelta(hours=24))
    given["first"] = [
        min(start_of(label_of(begin, grain), grain), previous(last, grain, LEAST))
        for grain, last in zip(given["grains"], given["last"], strict=True)
    ]
    found: dict[int, list[float | None]] = {}
    for n, _label, value in _rows(_TREND, given | {"points": POINTS}):
        found.setdefault(n - 1, []).append(value)
    return {n: tuple(values) for n, values in found.items()}


def qualities_of(defined: Sequence[Definition], node: int, now: datetime) -> list[Quality | None]:
    """The quality of each definition's figures at a node over the latest 30 periods for which the promise has come due;
    None without any value. A period without a value is incomplete; before the first value nothing was expected.
    """
    given = _keys(defined, node, now)
    given["last"] = [_latest_due(definition, now) for definition in defined]
    given["first"] = [previous(last, d.grain, JUDGED) for last, d in zip(given["last"], defined, strict=True)]
    given |= {
        "promises": [definition.freshness_s for definition in defined],
        "lows": [definition.plausible_min for definition in defined],
        "highs": [definition.plausible_max for definition in defined],
    }
    found: list[Quality | None] = [None] * len(defined)
    for n, earliest, complete, valued, timed, timely, plausible, older in _rows(_QUALITY, given):
        if valued:
            begun = given["first"][n - 1] if older else start_of(earliest, defined[n - 1].grain)
            periods = sum(1 for _label in labels_between(begun, given["last"][n - 1], defined[n - 1].grain))
            found[n - 1] = Quality(complete / periods, timely / timed if timed else 1.0, plausible / valued)
    return found


def _latest_due(definition: Definition, now: datetime) -> datetime:
    """The label of the latest period whose value was promised by now."""
    before = now - timedelta(seconds=definition.freshness_s)
    label = label_of(before, definition.grain)
    return label if label == before else start_of(label, definition.grain)


def targets_at(indicators: Iterable[Indicator], node: int, day: Any) -> dict[int, float]:
    """The target in force on a day at a node, by indicator."""
    rows = Target.objects.filter(indicator__in=[row.pk for row in indicators], valid_from__lte=day)
    found: dict[int, float] = {}
    for target in rows.select_related("place", "agency").order_by("valid_from"):
        if target.node == node and (target.valid_to is None or target.valid_to >= day):
            found[target.indicator_id] = target.value
    return found


def _standing(
    indicator: Indicator,
    definition: Definition,
    place: Place | None,
    agency: Agency | None,
    rows: list[tuple[Any, ...]],
    now: datetime,
) -> dict[str, Any]:
    given: dict[str, Any] = {
        "indicator": indicator, "definition": definition, "place": place, "agency": agency,
    }  # fmt: skip
    chosen = rows[1:] if rows and not _is_telling(definition, rows[0]) else rows
    if not chosen:
        return given
    label, value, num, den, reported, expected, running, estimated, simulated, computed_at = chosen[0]
    before = [row[1] for row in chosen[1:] if row[0] == previous(label, definition.grain)]
    change = value - before[0] if before else None
    return given | {
        "value": value, "num": num, "den": den, "label": label, "running": running, "estimated": estimated,
        "simulated": simulated, "computed_at": computed_at, "reported": reported, "expected": expected,
        "period": period_words(label, definition.grain),
        "is_old": is_old(definition, label, now), "state": definition.state_of(value), "change": change,
        "change_words": change_words(definition, change, label),
    }  # fmt: skip


def _is_telling(definition: Definition, row: tuple[Any, ...]) -> bool:
    """Whether a running period says enough already: not a sum of readings that has only begun, nor a mean of a few."""
    _label, _value, _num, _den, reported, expected, running, *_rest = row
    if not running or definition.kind != Definition.Kind.SERIES:
        return True
    if definition.spec.get("time") in ("sum", "count"):
        return False
    return bool(reported >= PARTIAL * expected)


def is_old(definition: Definition, label: datetime, now: datetime) -> bool:
    """Whether a value of the period that ended at ``label`` is older than was promised.

    A promise as long as the period or longer is an age; a shorter one is the time after the end of the next period.
    """
    promise = timedelta(seconds=definition.freshness_s)
    upcoming = previous(label, definition.grain, -1)
    return now > (label if promise >= upcoming - label else upcoming) + promise


def change_words(definition: Definition, change: float | None, label: datetime) -> str:
    """The change against the period before in words: "+2 so với 13:00, 23/11"."""
    if change is None:
        return ""
    before = period_words(start_of(label, definition.grain), definition.grain)
    text = _signed(definition, change)
    if not text:
        return _("unchanged since %(period)s") % {"period": before}
    return _("%(change)s since %(period)s") % {"change": text, "period": before}


def _signed(definition: Definition, change: float) -> str:
    """A change as the definition writes it, with its sign; nothing where it is zero as written."""
    text = format_number(change, definition.decimals)
    if not any(char in "123456789" for char in text):
        return ""
    return f"+{text}" if change > 0 else text
