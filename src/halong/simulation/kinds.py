"""Which behaviour a thing has, by its types."""

from collections.abc import Collection
from typing import Any

from halong.simulation import air, people, stacks, water
from halong.simulation.device import Kind

KINDS: dict[str, Kind[Any]] = {
    "AirQualityObserved": air.AIR,
    "EmissionStation": stacks.EMISSION,
    "SurfaceWaterStation": water.SURFACE_WATER,
    "CoastalWaterStation": water.COASTAL_WATER,
    "WastewaterStation": water.WASTEWATER,
    "AccessPoint": people.WIFI,
    "TrafficFlowObserved": people.TRAFFIC,
    "TouristDestination": people.DESTINATION,
    "Hospital": people.HOSPITAL,
    "GovernmentOffice": people.OFFICE,
    "StreetlightControlCabinet": people.CABINET,
    "WaterQualityObserved": water.SURFACE_WATER,
}
STATION_TYPES = (
    "AirQualityObserved",
    "SurfaceWaterStation",
    "CoastalWaterStation",
    "WastewaterStation",
    "EmissionStation",
)


def kind_of(types: Collection[str]) -> Kind[Any] | None:
    """The behaviour of a thing of these types, most specific first; None if nobody described it."""
    return next((KINDS[name] for name in types if name in KINDS), None)


def station_type(types: Collection[str]) -> str | None:
    """The type of a monitoring station that reports by files, or None for what reports otherwise."""
    return next((name for name in types if name in STATION_TYPES), None)
