"""Indicators as ``GET /api/v1/indicators`` and its values list them (mounted in ``halong.api``)."""

from datetime import datetime
from typing import Any

from halong.core.errors import Invalid, NotFound
from halong.indicators.grains import GRAINS
from halong.indicators.models import Indicator
from halong.indicators.queries import Point, history, standings
from halong.indicators.standings import Standing
from halong.places.models import Agency, Place


def list_indicators(
    user: Any, *, sector: str = "", level: int | None = None, place: str = "", agency: str = ""
) -> Any:
    """Every active indicator that ``user`` may see, as it stands at a node (codes of a place or an agency)."""
    node = node_of_codes(place, agency)
    return [
        indicator_document(row)
        for row in standings(user, sector=sector, level=level, only_with_values=False, **node)
    ]


def node_of_codes(place: str, agency: str) -> dict[str, Any]:
    """The place or the agency that codes name; NotFound for a code that nobody has."""
    found: dict[str, Any] = {}
    if place:
        found["place"] = Place.objects.filter(code=place).order_by("-valid_from").first()
    if agency:
        found["agency"] = Agency.objects.filter(code=agency).order_by("-valid_from").first()
    if None in found.values():
        raise NotFound("There is no such place or agency.")
    return found


def indicator_document(row: Standing) -> dict[str, Any]:
    """One indicator as JSON types: what it means and how it stands."""
    definition, owner = row.definition, row.indicator.agency
    return {
        "key": row.indicator.key,
        "name": {"vi": definition.name, "en": definition.name_en or None},
        "meaning": {"vi": definition.meaning, "en": definition.meaning_en or None},
        "sector": row.indicator.sector,
        "level": row.indicator.level,
        "owner": {"code": owner.code, "name": owner.name} if owner else None,
        "unit": definition.unit,
        "kind": definition.kind,
        "grain": definition.grain,
        "version": definition.version,
        "source": definition.source or None,
        "verified": definition.verified,
        "label": row.label.isoformat() if row.label else None,
        "value": row.value,
        "numerator": row.num,
        "denominator": row.den,
        "running": row.running,
        "estimated": row.estimated,
        "simulated": row.simulated,
        "old": row.is_old,
        "target": row.target,
        "state": row.state,
        "quality": row.quality.score if row.quality else None,
    }


def values_of(
    user: Any, key: str, *, start: datetime, end: datetime, grain: str = "", place: str = "", agency: str = ""
) -> dict[str, Any]:
    """The values of one indicator at a node; ``label`` is the END of each period."""
    indicator = Indicator.objects.visible_to(user).filter(key=key).first()
    if indicator is None:
        raise NotFound(f"There is no indicator {key}.")
    if grain and grain not in GRAINS:
        raise Invalid(f"There is no period {grain!r}.", fields={"grain": "unknown"})
    points = history(indicator, start=start, end=end, grain=grain or None, **node_of_codes(place, agency))
    definition = indicator.definition
    return {
        "key": key,
        "unit": definition.unit if definition else "",
        "grain": grain or (definition.grain if definition else ""),
        "points": [_point(point) for point in points],
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "label": point.label.isoformat(), "value": point.value, "numerator": point.num, "denominator": point.den,
        "reported": point.reported, "expected": point.expected, "version": point.version, "flags": list(point.flags),
    }  # fmt: skip
