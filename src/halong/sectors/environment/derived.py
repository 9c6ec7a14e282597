"""VN_AQI, VN_WQI and the excesses of discharges as derived series: the formulas seen through the contract of
``halong.core.derived``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from halong.core.derived import DerivedSeries, Explanation, Input, Part, Window
from halong.sectors.environment import discharge, vn_aqi, vn_wqi
from halong.sectors.environment.hours import labels_before

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

DAY_HOURS = 24
OZONE_HOURS = vn_aqi.RUNNING_HOURS - 1  # a running mean at 01:00 reaches seven hours into the day before

REASONS: dict[str, "StrPromise | str"] = {
    vn_aqi.Missing.NO_PARTICLES: _(
        "Neither PM10 nor PM2.5 has enough data; Decision 1459/QĐ-TCMT requires at least one of them."
    ),
    vn_wqi.Missing.TOO_FEW_GROUPS: _("Too few groups of parameters have data."),
    vn_wqi.Missing.TOO_FEW_PARAMETERS: _("Too few parameters of an obligatory group have data."),
    vn_wqi.Missing.NO_ORGANICS: _("No parameter of the group of organics and nutrients has data."),
}
_AQI_INPUTS = tuple(Input(name, "GQ") for name in vn_aqi.PARAMETERS)
_WQI_INPUTS = (
    Input("temperature", "CEL"),
    *(Input(parameter.name, parameter.unit) for parameter in vn_wqi.PARAMETERS.values()),
)


def _hours(window: Window, name: str, labels: Sequence[datetime]) -> list[float | None]:
    series = window.get(name, {})
    return [series.get(label) for label in labels]


def _explain_aqi(result: vn_aqi.AQI) -> Explanation:
    parts = tuple(
        Part(entry.parameter, entry.concentration, entry.value, entry.parameter in result.dominant)
        for entry in result.sub_indices
    )
    return Explanation(result.value, parts, REASONS[result.missing] if result.missing else None)


def explain_hourly_aqi(label: datetime, window: Window) -> Explanation:
    """VN_AQI of the hour with this label: Nowcast of the particles, 1-hour means of the gases."""
    recent = labels_before(label, vn_aqi.NOWCAST_HOURS)
    particles = {name: _hours(window, name, recent) for name in vn_aqi.PARTICLES}
    gases = {name: window.get(name, {}).get(label) for name in vn_aqi.GASES}
    return _explain_aqi(vn_aqi.hourly_aqi(particles, gases))


def explain_daily_aqi(label: datetime, window: Window) -> Explanation:
    """VN_AQI of the day that ends with this label (00:00 of the next day, local time)."""
    labels = labels_before(label, DAY_HOURS + OZONE_HOURS)[::-1]
    day = {name: _hours(window, name, labels[OZONE_HOURS:]) for name in vn_aqi.PARAMETERS}
    return _explain_aqi(vn_aqi.daily_aqi(day, _hours(window, "o3", labels[:OZONE_HOURS])))


def explain_wqi(label: datetime, window: Window) -> Explanation:
    """VN_WQI of the hourly means of a surface water station; the rule of minimum data is that for automatic
    ones.

    The dominant parts are the weakest parameters: the lowest index is the worst.
    """
    values = {entry.property: window.get(entry.property, {}).get(label) for entry in _WQI_INPUTS}
    result = vn_wqi.wqi(values, vn_wqi.AUTOMATIC)
    parts = tuple(
        Part(entry.parameter, entry.concentration, entry.value, entry.parameter in result.weakest)
        for entry in result.sub_indices
    )
    return Explanation(result.value, parts, REASONS[result.missing] if result.missing else None)


DERIVED: tuple[DerivedSeries, ...] = (
    DerivedSeries(
        key="vn-aqi-hour",
        entity_types=("AirQualityObserved",),
        output_property="airQualityIndex",
        inputs=_AQI_INPUTS,
        kind="hour",
        lookback_hours=vn_aqi.NOWCAST_HOURS,
        explain=explain_hourly_aqi,
        minimum=0,
        maximum=500,
        required_any=vn_aqi.PARTICLES,
        source=vn_aqi.SCALE.source,
    ),
    DerivedSeries(
        key="vn-aqi-day",
        entity_types=("AirQualityObserved",),
        output_property="airQualityIndexDaily",
        inputs=_AQI_INPUTS,
        kind="day",
        lookback_hours=DAY_HOURS + OZONE_HOURS,
        explain=explain_daily_aqi,
        minimum=0,
        maximum=500,
        required_any=vn_aqi.PARTICLES,
        source=vn_aqi.SCALE.source,
    ),
    DerivedSeries(
        key="vn-wqi-hour",
        entity_types=("SurfaceWaterStation",),
        output_property="waterQualityIndex",
        inputs=_WQI_INPUTS,
        kind="hour",
        lookback_hours=1,
        explain=explain_wqi,
        minimum=0,
        maximum=100,
        required_any=tuple(name for name, rule in vn_wqi.PARAMETERS.items() if rule.group == "IV"),
        source=vn_wqi.SCALE.source,
    ),
    DerivedSeries(
        key="discharge-excess",
        entity_types=("WastewaterStation",),
        output_property="limitsExceeded",
        inputs=tuple(Input(name, unit) for name, unit in discharge.INPUTS.items()),
        kind="hour",
        lookback_hours=1,
        explain=discharge.explain_excess,
        minimum=0,
        maximum=40,
        source=discharge.SOURCE,
    ),
)
