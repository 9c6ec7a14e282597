"""What the form of a rule offers: properties, types, units and the legal limits in force."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from halong.core.formats import format_number
from halong.core.sector import AttributeSpec, Limit, all_types, find_attribute, find_limit, find_limits
from halong.core.units import UnknownUnitError, convert, unit_symbol

# Units that people give limits in, beside the properties' own.
KNOWN_UNITS = (
    "GQ", "GP", "A93", "M1", "H29", "GL", "CEL", "KEL", "MQH", "MQS", "G52", "G51", "A97", "KPA", "MTS", "KMH", "MTR",
    "CMT", "MMT", "G42", "H61", "P1", "NX", "59", "61", "KWT", "KWH", "E20", "2Z", "DD",
)  # fmt: skip


def property_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every property that is a series, by kind of thing; each once, where it is declared first."""
    seen: set[str] = set()
    groups = []
    for _sector, kind in all_types():
        own = [spec for spec in kind.attributes if spec.series and spec.name not in seen]
        seen |= {spec.name for spec in own}
        if own:
            groups.append((str(kind.plural), [(spec.name, _with_unit(spec)) for spec in own]))
    return groups


def type_choices(wanted: str, chosen: list[str]) -> list[tuple[str, Any]]:
    """The types of things that have a property (any series, if none is wanted), and those chosen already."""
    return [
        (kind.name, kind.plural)
        for _sector, kind in all_types()
        if kind.name in chosen or any(spec.series and wanted in {"", spec.name} for spec in kind.attributes)
    ]


def unit_choices(wanted: str, chosen: str = "") -> list[tuple[str, str]]:
    """The units in which a limit of a property can be given: those that convert into the property's own."""
    spec = find_attribute([kind.name for _sector, kind in all_types()], wanted)
    same = [("", gettext("that of the series"))]
    codes = {chosen, *KNOWN_UNITS} - {"", "C62"}
    return same + [(code, unit_symbol(code)) for code in sorted(codes) if spec and _converts(code, spec.unit)]


def unit_of(wanted: str) -> str:
    """The unit in which a property is declared; "" for a bare number or an unknown property."""
    spec = find_attribute([kind.name for _sector, kind in all_types()], wanted)
    return spec.unit if spec and spec.unit != "C62" else ""


def _converts(code: str, into: str) -> bool:
    try:
        convert(1.0, code, into)
    except UnknownUnitError:
        return False
    return True


def _with_unit(spec: AttributeSpec) -> str:
    symbol = unit_symbol(spec.unit)
    return f"{spec.label} ({symbol})" if symbol else str(spec.label)


def limit_choices(wanted: str, types: list[str], on: date | None = None) -> list[tuple[str, str]]:
    """The legal limits in force of a property, for things of these types (of all, if none are given)."""
    on = on or timezone.localdate()
    types = types or [kind.name for _sector, kind in all_types()]
    return [
        (limit.id, _limit_words(limit))
        for limit in find_limits(types, wanted, on)
        if limit.averaging != "year"
    ]


def _limit_words(limit: Limit) -> str:
    bounds = [format_number(end) for end in (limit.minimum, limit.maximum) if end is not None]
    words = [
        limit.standard,
        limit.column and gettext("column {name}").format(name=limit.column),
        "" if limit.averaging == "instant" else limit.averaging,
        f"{'–'.join(bounds)} {unit_symbol(limit.unit)}".strip(),
        "" if limit.verified else gettext("unverified"),
    ]
    return " · ".join(word for word in words if word)


def with_limit(shown: dict[str, Any]) -> dict[str, Any]:
    """The same with the numbers of the legal limit that was chosen."""
    limit = find_limit(shown.get("limit_id") or "")
    if limit is None:
        return shown
    above = limit.maximum is not None
    return shown | {
        "direction": "above" if above else "below",
        "limit": limit.maximum if above else limit.minimum,
        "clear": None,
        "unit": limit.unit,
        "averaging": "" if limit.averaging == "instant" else limit.averaging,
        "legal_basis": limit.source,
        "types": shown.get("types") or list(limit.types),
    }
