"""Reading indicators: as they stand, over time, side by side, what changed, and who is late.

``standings`` and its dataclasses live in ``halong.indicators.standings`` and can be imported from here, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.core.formats import format_number
from halong.indicators.grains import GRAINS, label_of, period_words
from halong.indicators.models import (
    GRAVITY,
    WHOLE,
    Definition,
    Indicator,
    Revision,
    Submission,
    Value,
    node_of,
)
from halong.indicators.standings import Quality, Standing, indicator_url, is_old, standings
from halong.places.models import Agency, Place

LEAST_CASES = 20  # fewer of them say too little for comparing an agency with others
NOT_RANKED = ("đảng", "cơ quan đảng", "công an", "quân sự", "quân đội", "lực lượng vũ trang")
NOT_RANKED_NAMES = (
    "Công an", "Bộ Chỉ huy", "Ban Chỉ huy Quân sự", "Bộ đội", "Tỉnh ủy", "Thành ủy", "Thị ủy", "Huyện ủy", "Đảng ủy",
)  # fmt: skip


@dataclass(frozen=True)
class Point:
    """The value of one period; ``label`` is its END."""

    label: datetime
    value: float | None
    num: float | None = None
    den: float | None = None
    running: bool = False
    estimated: bool = False
    simulated: bool = False
    version: int = 1
    reported: int = 0
    expected: int = 0

    @property
    def flags(self) -> tuple[str, ...]:
        """Which of running, estimated and simulated hold."""
        return tuple(name for name in ("running", "estimated", "simulated") if getattr(self, name))


@dataclass(frozen=True)
class NodeRow:
    """A place or an agency beside the others. ``rank``: 1 is the best, None where it isn't ranked; ``few``: because of too
    few cases.
    """

    place: Place | None
    agency: Agency | None
    value: float | None
    num: float | None
    den: float | None
    state: str = "normal"
    rank: int | None = None
    few: bool = False
    estimated: bool = False

    @property
    def ranked(self) -> bool:
        """Whether it has a rank."""
        return self.rank is not None


@dataclass(frozen=True)
class IndicatorChange:
    """An indicator whose value, and perhaps state, is another one than it was."""

    at: datetime
    standing_url: str
    name: str
    text: str
    state_before: str
    state_after: str
    before: float | None = None
    after: float | None = None
    indicator: Indicator | None = None


@dataclass(frozen=True)
class LateRow:
    """Something that should have come: a table of an agency, or the data of an indicator."""

    agency: Agency | None
    what: str
    due_at: datetime
    days: int
    url: str


def history(
    indicator: Indicator,
    *,
    place: Place | None = None,
    agency: Agency | None = None,
    start: datetime,
    end: datetime,
    grain: str | None = None,
) -> list[Point]:
    """The values at a node of the periods that end after ``start`` and not after ``end`` (a running one that covers ``end``
    included), ascending; in the definition's own grain unless told otherwise.
    """
    if grain is None:
        definition = indicator.definition_on(timezone.localdate(end))
        grain = definition.grain if definition else "day"
    rows = Value.objects.filter(
        indicator=indicator,
        grain=grain,
        node=node_of(place, agency),
        label__gt=start,
        label__lte=label_of(end, grain),
    ).order_by("label")
    names = (
        "label", "value", "num", "den", "running", "estimated", "simulated", "version", "reported", "expected",
    )  # fmt: skip
    return [Point(*row) for row in rows.values_list(*names)]


def latest_label(indicator: Indicator, *, grain: str = "", now: datetime | None = None) -> datetime | None:
    """The end of the latest closed period for which the whole has a value."""
    now = now or timezone.now()
    definition = indicator.definition_on(timezone.localdate(now))
    rows = Value.objects.filter(
        indicator=indicator,
        grain=grain or (definition.grain if definition else "day"),
        node=WHOLE,
        label__lte=now,
        value__isnull=False,
    )
    return rows.order_by("-label").values_list("label", flat=True).first()


def by_place(
    indicator: Indicator, *, label: datetime | None = None, grain: str | None = None, tree: date | None = None
) -> list[NodeRow]:
    """The lowest units of the tree of a day (today's) side by side, in the order of their rank, then of the alphabet.

    Without ``label`` for the latest closed period. Units before 01/07/2025 are the sums of those that followed them, and
    are marked as estimated. Places are ranked whatever their number of cases: that few cases say little protects agencies,
    which are compared by what they do.
    """
    day = tree or timezone.localdate()
    units = list(Place.objects.on(day).defer("boundary").order_by("sort_key"))
    parents = {unit.parent_id for unit in units}
    lowest = [unit for unit in units if unit.pk not in parents]
    found = _at(indicator, [unit.pk for unit in lowest], label, grain)
    rows = [(unit, found[unit.pk]) for unit in lowest if unit.pk in found]
    return _ranked(indicator, [(unit, None, value) for unit, value in rows])


def by_agency(
    indicator: Indicator, *, label: datetime | None = None, grain: str | None = None
) -> list[NodeRow]:
    """Agencies of today side by side, like ``by_place``. Bodies of the Party, the police and the army are left out; an
    agency with fewer than ``LEAST_CASES`` cases stands in the list without a rank.
    """
    agencies = list(Agency.objects.on(timezone.localdate()).exclude(is_not_ranked()).order_by("sort_key"))
    found = _at(indicator, [-agency.pk for agency in agencies], label, grain)
    return _ranked(
        indicator, [(None, agency, found[-agency.pk]) for agency in agencies if -agency.pk in found]
    )


def is_not_ranked(path: str = "") -> Q:
    """Agencies that no league table compares; ``path`` leads to the agency ("agency__")."""
    q = Q()
    for kind in NOT_RANKED:
        q |= Q(**{f"{path}kind__iexact": kind})
    for name in NOT_RANKED_NAMES:
        q |= Q(**{f"{path}name__startswith": name})
    return q


def _at(
    indicator: Indicator, nodes: list[int], label: datetime | None, grain: str | None
) -> dict[int, Value]:
    definition = indicator.definition
    grain = grain or (definition.grain if definition else "day")
    label = label or latest_label(indicator, grain=grain)
    if label is None:
        return {}
    rows = Value.objects.filter(indicator=indicator, grain=grain, node__in=nodes, label=label)
    return {row.node: row for row in rows}


def _ranked(indicator: Indicator, rows: Iterable[tuple[Place | None, Agency | None, Value]]) -> list[NodeRow]:
    """Rows with their rank by the direction of the definition of today: equal values share a rank. Agencies with few cases
    have none.
    """
    definition = indicator.definition
    if definition is None:
        return []
    relative, compared = is_relative(definition), definition.direction != Definition.Direction.NONE
    sign = -1 if definition.direction == Definition.Direction.UP else 1
    made = []
    for place, agency, value in rows:
        few = agency is not None and relative and (value.den or 0) < LEAST_CASES
        key = None if value.value is None or few or not compared else sign * value.value
        made.append((place, agency, value, few, key))
    order = sorted(key for *_row, key in made if key is not None)
    done = [
        NodeRow(
            place, agency, value.value, value.num, value.den, definition.state_of(value.value),
            None if key is None else order.index(key) + 1, few, value.estimated,
        )
        for place, agency, value, few, key in made
    ]  # fmt: skip
    return sorted(done, key=lambda row: (row.rank is None, row.rank or 0))


def is_relative(definition: Definition) -> bool:
    """Whether a value is a part of a number of cases, so that few cases say little."""
    return definition.unit in ("P1", "NX") or definition.spec.get("across") in ("share", "ratio", "alive")


def changed_since(
    user: Any,
    since: datetime,
    *,
    place: Place | None = None,
    agency: Agency | None = None,
    sector: str = "",
    now: datetime | None = None,
    level: int | None = None,
) -> list[IndicatorChange]:
    """Indicators whose shown value is another one than it was at ``since``: changes of state first, the gravest first,
    then those that moved farthest for their own size. Two calls of a fixed number of queries.
    """
    now = now or timezone.now()
    scope: dict[str, Any] = {"place": place, "agency": agency, "sector": sector, "level": level}
    after = standings(user, now=now, **scope)
    before = {row.indicator.pk: row for row in standings(user, now=since, **scope)}
    changes = [
        _change(before[row.indicator.pk], row)
        for row in after
        if row.indicator.pk in before and row.value_text != before[row.indicator.pk].value_text
    ]
    return sorted(changes, key=_weight)


def _change(before: Standing, after: Standing) -> IndicatorChange:
    unit = f" {after.unit_text}" if after.unit_text and not after.shows_part else ""
    return IndicatorChange(
        at=after.computed_at or after.label or timezone.now(),
        standing_url=after.url,
        name=after.name,
        text=f"{before.value_text} → {after.value_text}{unit}",
        state_before=before.state,
        state_after=after.state,
        before=before.value,
        after=after.value,
        indicator=after.indicator,
    )


def _weight(change: IndicatorChange) -> tuple[int, int, float]:
    gravest = max(GRAVITY.index(change.state_before), GRAVITY.index(change.state_after))
    before, after = change.before or 0.0, change.after or 0.0
    share = abs(after - before) / (abs(before) or 1.0)
    return (0 if change.state_before != change.state_after else 1, -gravest, -share)


def late(
    user: Any,
    *,
    place: Place | None = None,
    agency: Agency | None = None,
    sector: str = "",
    now: datetime | None = None,
) -> list[LateRow]:
    """What should have come and hasn't: tables that agencies owe, and indicators whose data is older than promised; the
    longest overdue first.
    """
    now = now or timezone.now()
    rows = [
        *_late_submissions(user, place, agency, sector, now),
        *late_indicators(user, agency=agency, sector=sector, now=now),
    ]
    return sorted(rows, key=lambda row: row.due_at)


def _late_submissions(
    user: Any, place: Place | None, agency: Agency | None, sector: str, now: datetime
) -> list[LateRow]:
    found = Submission.objects.visible_to(user).waiting().filter(due_at__lt=now, collection__active=True)
    if agency is not None:
        found = found.filter(agency__path__startswith=agency.path)
    if place is not None and place.parent_id is not None:
        found = found.filter(agency__place__path__startswith=place.path)
    if sector:
        found = found.filter(collection__indicators__sector=sector).distinct()
    return [
        LateRow(
            row.agency,
            f"{row.collection.said}, {period_words(row.label, row.collection.grain)}",
            row.due_at,
            (now - row.due_at).days,
            reverse("submission", args=[row.pk]),
        )
        for row in found.select_related("agency", "collection").order_by("due_at")
    ]


def late_indicators(
    user: Any, *, agency: Agency | None = None, sector: str = "", now: datetime
) -> list[LateRow]:
    """Indicators of the whole whose latest value is older than promised. A table's lateness is that of its submissions."""
    rows = []
    for row in standings(user, sector=sector, now=now):
        if row.label is None or row.definition.kind == Definition.Kind.TABLE:
            continue
        owner = row.indicator.agency
        if agency is not None and (owner is None or not owner.path.startswith(agency.path)):
            continue
        if is_old(row.definition, row.label, now):
            due = row.label + timedelta(seconds=row.definition.freshness_s)
            words = _("%(name)s: data of %(period)s") % {"name": row.name, "period": row.period}
            rows.append(LateRow(owner, words, due, (now - due).days, row.url))
    return rows


def punctuality(user: Any, *, start: datetime, end: datetime) -> list[NodeRow]:
    """Agencies by the share of what they owed between two instants that came on time: num on time of den due, the best
    first. What is due later than ``end`` doesn't count yet.
    """
    on_time = Q(submitted_at__isnull=False, submitted_at__lte=F("due_at")) & ~Q(
        state=Submission.State.RETURNED
    )
    counted = (
        Submission.objects.visible_to(user)
        .filter(due_at__gt=start, due_at__lte=end)
        .exclude(is_not_ranked("agency__"))
        .values("agency")
        .annotate(due=Count("pk"), timely=Count("pk", filter=on_time))
    )
    figures = {row["agency"]: (row["timely"], row["due"]) for row in counted}
    agencies = Agency.objects.filter(pk__in=figures).order_by("sort_key")
    shares = {pk: 100 * timely / due for pk, (timely, due) in figures.items()}
    order = sorted(shares.values(), reverse=True)
    rows = [
        NodeRow(None, row, shares[row.pk], *figures[row.pk], rank=order.index(shares[row.pk]) + 1)
        for row in agencies
    ]
    return sorted(rows, key=lambda row: row.rank or 0)


def revisions_of(
    indicator: Indicator, *, place: Place | None = None, agency: Agency | None = None, limit: int = 50
) -> list[Revision]:
    """The latest corrections of settled values at a node, the newest first."""
    rows = Revision.objects.filter(indicator=indicator, node=node_of(place, agency)).order_by("-at", "-pk")
    return list(rows[:limit])


def first_label(indicator: Indicator) -> datetime | None:
    """The end of the first period, of any grain, that the whole has a value for."""
    labels = [
        Value.objects.filter(indicator=indicator, grain=grain, node=WHOLE, value__isnull=False)
        .order_by("label")
        .values_list("label", flat=True)
        .first()
        for grain in GRAINS
    ]
    return min((label for label in labels if label), default=None)


def value_text(definition: Definition, value: float | None) -> str:
    """A value as the definition writes it."""
    return format_number(value, definition.decimals)


__all__ = [
    "IndicatorChange", "LateRow", "NodeRow", "Point", "Quality", "Standing", "by_agency", "by_place", "changed_since",
    "first_label", "history", "indicator_url", "late", "latest_label", "punctuality", "revisions_of", "standings",
    "value_text",
]  # fmt: skip
