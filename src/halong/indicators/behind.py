"""What lies behind a number: the things, records, indicators or tables that it is made of, as they are now. From here
it is one click to the cause.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.core import registry
from halong.core.sector import find_attribute
from halong.core.units import unit_symbol
from halong.indicators.formulas import keys_of
from halong.indicators.grains import period_words
from halong.indicators.models import Definition, Indicator, Submission
from halong.indicators.standings import Standing, standings
from halong.observations.models import Series, SeriesQuerySet
from halong.observations.queries import latest

SHOWN = 60
OPS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
PAGES = {  # where the records of a measure are listed
    "alerts": "alerts", "tasks": "tasks", "things": "entities", "sources": "sources", "projects": "programme",
    "submissions": "collections", "reports": "reports-figures",
}  # fmt: skip


@dataclass(frozen=True)
class BehindRow:
    """Something that the number is made of: its value now and how it counts."""

    name: str
    url: str
    place: str = ""
    value: float | None = None
    decimals: int = 1
    unit: str = ""
    words: str = ""
    state: str = ""
    at: datetime | None = None
    max_age: int = 0
    note: str = ""


@dataclass(frozen=True)
class Behind:
    """What stands behind a number. ``none`` and ``why`` say what to say where there is nothing to list."""

    heading: str
    note: str = ""
    rows: list[BehindRow] = field(default_factory=list)
    more: int = 0
    url: str = ""
    none: str = ""
    why: str = ""


def behind(standing: Standing, user: Any, now: datetime) -> Behind:
    """What the number is made of, for whoever may see it. A fixed number of queries."""
    kinds = {
        Definition.Kind.SERIES: _things,
        Definition.Kind.RECORDS: _records,
        Definition.Kind.FORMULA: _indicators,
        Definition.Kind.TABLE: _tables,
    }
    return kinds[Definition.Kind(standing.definition.kind)](standing, user, now)


def series_behind(spec: Mapping[str, Any]) -> SeriesQuerySet:
    """The series that a spec reads: by property, types and sector."""
    name = spec.get("property") or spec.get("num_property") or ""
    found = Series.objects.filter(property=name, entity__deleted_at=None)
    if spec.get("types"):
        found = found.filter(entity__types__overlap=list(spec["types"]))
    if spec.get("sector"):
        found = found.filter(entity__sector=spec["sector"])
    return found


def _things(standing: Standing, user: Any, now: datetime) -> Behind:
    spec = standing.definition.spec
    found = series_behind(spec).visible_to(user)
    if standing.place is not None and standing.place.parent_id is not None:
        found = found.filter(entity__place__path__startswith=standing.place.path)
    if standing.agency is not None:
        found = found.filter(entity__agency__path__startswith=standing.agency.path)
    names = dict(found.values_list("pk", "entity__name"))
    points = latest(list(names))
    better = standing.definition.direction
    worst = sorted(names, key=lambda pk: _badness(spec, points.get(pk), names[pk], better))
    shown = found.select_related("entity__place").defer("entity__place__boundary").in_bulk(worst[:SHOWN])
    return Behind(
        heading=pgettext("indicator", "Thing"),
        note=_("as they are now; the worst first"),
        rows=[_thing(shown[pk], points.get(pk), spec, now) for pk in worst[:SHOWN] if pk in shown],
        more=max(0, len(names) - SHOWN),
        none=_("No things"),
        why=_("Nothing that you may see measures this here."),
    )


def _thing(series: Series, point: Any, spec: Mapping[str, Any], now: datetime) -> BehindRow:
    declared = find_attribute(series.entity.types, series.property)
    at, value, quality = (point[0], point[1], point[2]) if point else (None, None, 0)
    words, state = _counts_as(spec, value, quality)
    return BehindRow(
        name=series.entity.name or series.entity.urn,
        url=f"{reverse('entity', args=[series.entity.pk])}?property={series.property}",
        place=series.entity.place.name if series.entity.place else "",
        value=value,
        decimals=declared.decimals if declared else series.decimals,
        unit=unit_symbol(series.unit),
        words=words,
        state=state,
        at=at,
        max_age=2 * series.interval_s,
        note=str(declared.label) if declared else series.property,
    )


def _counts_as(spec: Mapping[str, Any], value: float | None, quality: int) -> tuple[str, str]:
    """How a thing counts with its value of now, and the shape for it."""
    state = _state(spec, value, quality)
    words = {
        "dead": _("never heard of"),
        "stale": _("not valid, doesn't count"),
        "normal": _("fulfils the condition"),
        "attention": _("doesn't fulfil it"),
    }
    return words.get(state) or pgettext("thing of an indicator", "counts"), state


def _state(spec: Mapping[str, Any], value: float | None, quality: int) -> str:
    if value is None:
        return "dead"
    if quality:
        return "stale"
    where = spec.get("where") or {}
    if spec.get("across") in ("share", "count") and where.get("op") in OPS:
        return "normal" if OPS[where["op"]](value, float(where.get("value") or 0)) else "attention"
    return ""


def _badness(spec: Mapping[str, Any], point: Any, name: str, direction: str) -> tuple[int, float, str]:
    """The order of a page: what doesn't fulfil the condition, then the worst values, then what isn't heard of."""
    _at, value, quality = (point[0], point[1], point[2]) if point else (None, None, 0)
    state = _state(spec, value, quality)
    order = {"attention": 0, "dead": 2, "stale": 2}.get(state, 1)
    number = value or 0.0
    return order, number if direction == Definition.Direction.UP and state == "" else -number, name


def _records(standing: Standing, user: Any, now: datetime) -> Behind:
    """The list of the module that keeps the records; it obeys the same selectors."""
    key = str(standing.definition.spec.get("measure", ""))
    measure = registry.record_measures.get(key)
    url = ""
    try:
        url = reverse(PAGES.get(key.partition(".")[0], ""))
    except NoReverseMatch:
        url = ""
    label = str(measure.label) if measure else key
    rows = [BehindRow(name=label, url=url, value=standing.value, decimals=standing.definition.decimals,
                      unit=standing.unit_text, words=_("see the list"), at=standing.label)] if url else []  # fmt: skip
    return Behind(
        heading=_("Records"),
        note=_("the list that is counted"),
        rows=rows,
        none=label,
        why=_("These records have no page of their own."),
    )


def _indicators(standing: Standing, user: Any, now: datetime) -> Behind:
    wanted = (
        Indicator.objects.visible_to(user)
        .filter(key__in=keys_of(standing.definition))
        .order_by("order", "key")
    )
    found = standings(
        user, wanted, place=standing.place, agency=standing.agency, now=now, only_with_values=False
    )
    return Behind(
        heading=_("Indicator"),
        note=_("what the formula is made of"),
        rows=[_indicator(row) for row in found],
        none=_("No indicators"),
        why=_("The formula names none that you may see."),
    )


def _indicator(row: Standing) -> BehindRow:
    return BehindRow(
        name=row.name,
        url=row.url,
        value=row.value,
        decimals=row.definition.decimals,
        unit=row.unit_text,
        words=row.period,
        state=row.state if row.value is not None else "dead",
        at=row.label,
        max_age=row.definition.freshness_s,
        note=row.scope_words,
    )


def _tables(standing: Standing, user: Any, now: datetime) -> Behind:
    """The tables of the latest periods, with what each agency said."""
    found = Submission.objects.visible_to(user).filter(collection__indicators=standing.indicator)
    if standing.agency is not None:
        found = found.filter(agency__path__startswith=standing.agency.path)
    rows = found.select_related("agency", "collection").order_by("-label", "agency__sort_key")
    return Behind(
        heading=_("Table of an agency"),
        note=_("the newest first"),
        rows=list(_tables_of(rows[:SHOWN], standing)),
        url=reverse("collections"),
        none=_("No collection"),
        why=_("No collection asks for it: its values were imported."),
    )


def _tables_of(rows: Iterable[Submission], standing: Standing) -> Iterable[BehindRow]:
    states = {"approved": "normal", "returned": "attention"}
    for row in rows:
        said = [num for num, _den in row.values.get(standing.indicator.key, {}).values() if num is not None]
        yield BehindRow(
            name=row.agency.name,
            url=reverse("submission", args=[row.pk]),
            value=sum(said) if said else None,
            decimals=standing.definition.decimals,
            unit=standing.unit_text,
            words=row.get_state_display(),
            state=states.get(row.state, ""),
            at=row.submitted_at,
            note=period_words(row.label, row.collection.grain),
        )
