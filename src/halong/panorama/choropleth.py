"""Units coloured by an indicator: classes, their limits in words, and which shapes a unit of another time is drawn with."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext

from halong.core.errors import NotFound
from halong.core.formats import format_number
from halong.core.units import unit_symbol
from halong.indicators import queries
from halong.indicators.grains import period_words
from halong.indicators.models import Definition, Indicator
from halong.places.models import Place, PlaceSuccession

MOST_CLASSES = 5  # more shades of one colour can't be told apart


def breaks(values: Sequence[float], decimals: int) -> list[float]:
    """Where one class ends and the next begins: equal numbers of units in each as far as their values allow, limits as round
    as the value is shown. Ascending, at most four, every class has a unit in it; two different values are two classes.
    """
    shown = sorted(round(value, decimals) for value in values)
    distinct = sorted(set(shown))
    if len(distinct) <= MOST_CLASSES:
        return distinct[1:]
    # a quantile that many units share with the lowest would end no class: the next value does
    limits = (shown[len(shown) * n // MOST_CLASSES] for n in range(1, MOST_CLASSES))
    return sorted({max(limit, distinct[1]) for limit in limits})


def shapes(tree: date, today: date) -> dict[int, list[int]]:
    """Which units of today cover each unit of a day: itself while it stands, else (mainly) its successors."""
    children: dict[int, list[int]] = {}
    for former, present in PlaceSuccession.objects.values_list("former_id", "present_id"):
        children.setdefault(former, []).append(present)
    standing = set(Place.objects.on(today).values_list("pk", flat=True))

    def below(pk: int, seen: frozenset[int]) -> list[int]:
        if pk in standing:
            return [pk]
        nexts = [child for child in children.get(pk, []) if child not in seen]
        return [leaf for child in nexts for leaf in below(child, seen | {pk})]

    return {pk: below(pk, frozenset()) for pk in Place.objects.on(tree).values_list("pk", flat=True)}


def areas(indicator: Indicator, tree: date, today: date) -> dict[str, Any]:
    """Everything that the map needs to colour units by an indicator and to say what it is."""
    definition = indicator.definition_on(today)
    if definition is None:
        raise NotFound(indicator.key)
    label = queries.latest_label(indicator)
    found = queries.by_place(indicator, label=label, tree=tree) if label else []
    limits = breaks([row.value for row in found if row.value is not None] or [0.0], definition.decimals)
    covers = shapes(tree, today)
    rows = [
        _row(row, definition, limits) | {"shapes": covers.get(row.place.pk, [])} for row in found if row.place
    ]
    return {
        "key": indicator.key,
        "name": definition.title,
        "unit": unit_symbol(definition.unit),
        "period": period_words(label, definition.grain) if label else "",
        "tree": tree.isoformat(),
        "former": tree < today and any(row.place and not row.place.valid_on(today) for row in found),
        "estimated": any(row.estimated for row in found),
        "classes": _classes(rows, limits, definition.decimals),
        "rows": sorted(rows, key=lambda row: (row["value"] is None, -(row["value"] or 0))),
    }


def _row(row: Any, definition: Definition, limits: list[float]) -> dict[str, Any]:
    value = None if row.value is None else round(row.value, definition.decimals)
    return {
        "id": row.place.pk,
        "name": row.place.qualified_name,
        "value": value,
        "text": format_number(value, definition.decimals) if value is not None else gettext("no data"),
        "of": _denominator(row) if definition.shows_denominator else "",
        "class": None if value is None else bisect_right(limits, value),
        "state": row.state,
        "rank": row.rank if row.ranked else None,
    }


def _denominator(row: Any) -> str:
    if row.den is None:
        return ""
    return f"{format_number(row.num, 0)} /{format_number(row.den, 0)}"


def _classes(rows: list[dict[str, Any]], limits: list[float], decimals: int) -> list[dict[str, Any]]:
    """The limits of each class as the values in it say them, and how many units it has."""
    made = []
    for number in range(len(limits) + 1):
        values = [row["value"] for row in rows if row["class"] == number]
        if values:
            low, high = format_number(min(values), decimals), format_number(max(values), decimals)
            made.append(
                {"class": number, "words": low if low == high else f"{low} – {high}", "count": len(values)}
            )
    return made
