"""What conditions may name: of the incident, of readings near it, and of the steps of the plan itself.

``incidents.steps.facts`` computes them; one that isn't known at an hour is None, never 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from halong.playbooks.schema import StepPlan

Across = Literal["max", "min", "sum"]


@dataclass(frozen=True)
class Fact:
    """A number that a condition may name."""

    key: str
    label: "StrPromise"
    unit: str = ""


@dataclass(frozen=True)
class NearFact(Fact):
    """The latest valid reading of a property of all things near the incident: the largest, smallest, or their sum.
    ``types``: of which types of things; () is any. ``wide``: of the whole province, wherever the incident is.
    """

    property: str = ""
    across: Across = "max"
    types: tuple[str, ...] = ()
    wide: bool = False


INCIDENT = (
    Fact("severity", _("Severity of the incident, 1 minor to 4 extraordinary")),
    Fact("stage", _("Operating stage of the province, 1 to 5")),
    Fact("minutes", _("Time since the incident was declared"), "min"),
    Fact("alerts", _("Alerts that belong to it")),
    Fact("reports", _("Citizens' reports that belong to it")),
    Fact("calls", _("Telephone calls that belong to it")),
)
NEAR = (
    NearFact("wind", _("Strongest wind near it"), "m/s", property="windSpeed"),
    NearFact("waves", _("Highest waves near it"), "m", property="waveHeight", types=("SeaConditions",)),
    NearFact("sea_level", _("Highest level of the sea near it"), "m", property="waterLevel", types=("SeaConditions",)),
    NearFact("visibility", _("Least visibility at sea near it"), "m", property="visibility", across="min",
             types=("SeaConditions",)),
    NearFact("rain", _("Heaviest rain near it, in one interval of measuring"), "mm", property="precipitation"),
    NearFact("flood_depth", _("Deepest water over a road near it"), "cm", property="currentLevel",
             types=("FloodMonitoring",)),
    NearFact("aqi", _("Highest VN_AQI near it"), property="airQualityIndex", types=("AirQualityObserved",)),
    NearFact("pm25", _("Highest PM2.5 near it"), "µg/m³", property="pm25", types=("AirQualityObserved",)),
    NearFact("temperature", _("Highest air temperature near it"), "°C", property="temperature",
             types=("AirQualityObserved",)),
    NearFact("without_power", _("Customers without power near it"), property="customersInterrupted", across="sum"),
    NearFact("water_pressure", _("Lowest pressure of the water supply near it"), "bar", property="pressure",
             across="min", types=("WaterSupplyZone",)),
    NearFact("beds_free", _("Free beds in the province"), property="bedsAvailable", across="sum",
             types=("Hospital",), wide=True),
    NearFact("icu_free", _("Free intensive care beds in the province"), property="icuBedsAvailable", across="sum",
             types=("Hospital",), wide=True),
)  # fmt: skip
FACTS: dict[str, Fact] = {fact.key: fact for fact in (*INCIDENT, *NEAR)}


def is_fact(key: str, steps: Sequence["StepPlan"]) -> bool:
    """Whether a condition in a plan of these steps may name this: a fact, ``done.step``, ``step.ask`` or ``step.check``."""
    first, dot, second = key.partition(".")
    if not dot:
        return key in FACTS
    if first == "done":
        return any(step.key == second for step in steps)
    step = next((step for step in steps if step.key == first), None)
    return step is not None and second in [
        *(ask.key for ask in step.asks),
        *(check.key for check in step.checks),
    ]
