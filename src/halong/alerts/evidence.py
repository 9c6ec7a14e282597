"""The grounds of an alert, kept with it: readings may be corrected and rules changed, what was seen then
stays.
"""

from datetime import datetime, timedelta
from typing import Any

from halong.core.sector import find_attribute
from halong.core.units import unit_symbol
from halong.observations.models import Series
from halong.observations.queries import series_points
from halong.rules.events import Crossing
from halong.rules.models import Rule

HOUR = timedelta(hours=1)
MOST = 120  # readings kept
INTERVALS = 24
MEANS = {"1h": 24 * HOUR, "8h": 24 * HOUR, "24h": 7 * 24 * HOUR}


def gather(rule: Rule, series: Series, crossing: Crossing) -> dict[str, Any]:
    """What made a rule true: the reading, the readings before it, the rule as it was, its legal source."""
    spec = find_attribute(series.entity.types, series.property)
    return {
        "time": crossing.time.isoformat(),
        "value": crossing.value,
        "limit": crossing.limit,
        "unit": unit_symbol(series.unit),
        "decimals": spec.decimals if spec else series.decimals,
        "property": series.property,
        "readings": [
            [at.timestamp(), value, quality]
            for at, value, quality in _before(rule, series, crossing)
            if value is not None
        ],
        "rule": {
            "name": rule.name,
            "kind": rule.kind,
            "params": rule.params,
            "averaging": rule.averaging,
            "version": rule.version,
            "advice": rule.advice,
            "legal_basis": rule.legal_basis,
            "limit_id": rule.limit_id,
        },
    }


def window(rule: Rule, series: Series, at: datetime) -> tuple[datetime, datetime]:
    """The time that explains a crossing at ``at``: as long as the rule looked back, at least some
    intervals.
    """
    if rule.averaging or rule.kind == Rule.Kind.HABIT:
        return at - MEANS.get(rule.averaging, 24 * HOUR), at
    params = rule.params
    looked = max(
        float(params.get("for_s") or 0),
        float(params.get("seconds") or 0),
        float(params.get("minutes") or 0) * 60,
        INTERVALS * series.interval_s,
    )
    return at - max(timedelta(seconds=1.5 * looked), HOUR), at


def _before(rule: Rule, series: Series, crossing: Crossing) -> list[tuple[datetime, float | None, int]]:
    start, end = window(rule, series, crossing.time)
    if rule.kind == Rule.Kind.SILENCE:
        start, end = start - HOUR, crossing.time
    if rule.averaging == "24h":
        return series_points(series, start, end, "day")[-MOST:]
    means = bool(rule.averaging) or rule.kind == Rule.Kind.HABIT
    return series_points(series, start, end, "hour" if means else "raw")[-MOST:]
