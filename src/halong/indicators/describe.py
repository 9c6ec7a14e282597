"""Definitions in words: how an indicator is made, its bands, and the facts that its page lists."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.core import registry
from halong.core.formats import format_date, format_duration, format_number
from halong.core.sector import all_types, find_attribute, find_type
from halong.core.units import unit_symbol
from halong.indicators.models import GRAVITY, Definition, Grain
from halong.indicators.specs import num_property
from halong.web.words import STATES

_KEY = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)+|[A-Za-z_]\w*")
OPS = {"<=": "≤", ">=": "≥", "==": "=", "<": "<", ">": ">", "!=": "≠"}


def formula_words(definition: Definition, names: Mapping[str, str]) -> str:
    """How the value is made, in a sentence or two. ``names``: the names of indicators by key, for formulas."""
    spec = definition.spec
    if definition.kind == Definition.Kind.SERIES:
        return f"{_first(spec)} {_then(spec)}"
    if definition.kind == Definition.Kind.RECORDS:
        return _records(spec)
    if definition.kind == Definition.Kind.FORMULA:
        return expression_words(str(spec.get("expression", "")), names)
    return _("Typed or imported by the agencies; it counts once it is approved.")


def expression_words(expression: str, names: Mapping[str, str]) -> str:
    """A formula with the names of its indicators instead of their keys."""
    text = _KEY.sub(lambda found: f"“{names[found[0]]}”" if found[0] in names else found[0], expression)
    return text.replace("*", "×").replace("/", "÷").replace("-", "−")


def _first(spec: Mapping[str, Any]) -> str:
    """What is taken of one thing."""
    words = {
        "mean": _("The mean of %(property)s over the period, for each of the %(things)s;"),
        "max": _("The highest %(property)s of the period, for each of the %(things)s;"),
        "min": _("The lowest %(property)s of the period, for each of the %(things)s;"),
        "sum": _("The sum of %(property)s over the period, for each of the %(things)s;"),
        "last": _("The last %(property)s of the period, for each of the %(things)s;"),
        "count": _("How many readings of %(property)s the period has, for each of the %(things)s;"),
    }
    text = words.get(str(spec.get("time", "mean")), words["mean"])
    return text % {
        "property": property_words(num_property(spec), spec.get("types") or []),
        "things": things_words(spec),
    }


def _then(spec: Mapping[str, Any]) -> str:
    """What becomes of all things."""
    where = spec.get("where") or {}
    said = f"{OPS.get(where.get('op', ''), '')} {format_number(where.get('value'))}".strip()
    below = spec.get("den_property") or spec.get("den_attribute") or ""
    words = {
        "mean": _("then the mean of them."),
        "sum": _("then the sum of them."),
        "max": _("then the highest of them."),
        "min": _("then the lowest of them."),
        "share": _("then the share of those whose value is %(condition)s."),
        "count": _("then how many of them have a value %(condition)s."),
        "alive": _("then the share of those with a valid reading, of all that there are."),
        "ratio": _("then the sum of them, divided by the sum of %(below)s."),
    }
    text = words.get(str(spec.get("across", "mean")), words["mean"])
    return text % {"condition": said, "below": property_words(str(below), spec.get("types") or [])}


def _records(spec: Mapping[str, Any]) -> str:
    measure = registry.record_measures.get(str(spec.get("measure", "")))
    label = str(measure.label) if measure else str(spec.get("measure", "–"))
    sector = registry.sectors.get(str(spec.get("sector", "")))
    if sector:
        return _("Counted in the records of Halong: %(what)s, only %(sector)s.") % {
            "what": label,
            "sector": sector.name,
        }
    return _("Counted in the records of Halong: %(what)s.") % {"what": label}


def property_words(name: str, types: list[str]) -> str:
    """A property as people say it."""
    spec = find_attribute(types or [kind.name for _sector, kind in all_types()], name)
    return f"“{spec.label}”" if spec else f"“{name}”"


def things_words(spec: Mapping[str, Any]) -> str:
    """The things that are looked at, in words."""
    names = [str(kind.plural) if (kind := find_type(name)) else name for name in spec.get("types") or []]
    sector = registry.sectors.get(str(spec.get("sector", "")))
    if not names and sector:
        names = [_("things of the sector %(sector)s") % {"sector": sector.name}]
    return ", ".join(name[:1].lower() + name[1:] for name in names) or _("things that have it")


def band_words(definition: Definition) -> str:
    """The bands in words, gravest first: "Nghiêm trọng < 10 · Cao < 25"."""
    rows = sorted(definition.bands, key=lambda band: GRAVITY.index(band["state"]), reverse=True)
    said = []
    for band in rows:
        ends = [
            f"{sign} {format_number(band[side])}"
            for side, sign in (("below", "<"), ("above", ">"))
            if side in band
        ]
        said.append(f"{STATES.get(band['state'], band['state'])} {' / '.join(ends)}")
    return " · ".join(said)


def definition_rows(definition: Definition) -> list[tuple[str, str]]:
    """The facts of a definition for its page."""
    rows = [
        (_("Unit"), unit_symbol(definition.unit) or _("a bare number")),
        (_("Better is"), definition.get_direction_display()),
        (pgettext("indicator", "Period"), Grain(definition.grain).label),
        (_("Longer periods are"), definition.get_over_time_display()),
        (_("Freshness promise"), format_duration(definition.freshness_s)),
        (_("Plausible"), plausible_words(definition)),
        (_("Bands"), band_words(definition)),
        (
            _("Source of the bands"),
            "; ".join(sorted({band.get("source", "") for band in definition.bands} - {""})),
        ),
        (_("Valid from"), format_date(definition.valid_from)),
    ]
    return [(key, str(value)) for key, value in rows if value]


def plausible_words(definition: Definition) -> str:
    """The plausible range, or nothing."""
    low, high = definition.plausible_min, definition.plausible_max
    if low is None and high is None:
        return ""
    if low is None:
        return f"≤ {format_number(high)}"
    return f"≥ {format_number(low)}" if high is None else f"{format_number(low)} – {format_number(high)}"


def version_words(before: Definition | None, after: Definition, names: Mapping[str, str]) -> str:
    """What a version changed against the one before."""
    if before is None:
        return _("the first definition")
    facts = dict(definition_rows(before))
    changed = [
        f"{key}: {facts.get(key, '–')} → {value}"
        for key, value in definition_rows(after)
        if facts.get(key) != value and key != _("Valid from")
    ]
    if before.spec != after.spec or before.kind != after.kind:
        changed.insert(0, formula_words(after, names))
    if before.name != after.name:
        changed.insert(0, f"{before.title} → {after.title}")
    return "; ".join(changed) or _("wording only")
