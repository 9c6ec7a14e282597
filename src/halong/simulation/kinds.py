"""Which behaviour a thing has, by its types."""

from collections.abc import Collection
from typing import Any

from halong.simulation import air, city, coast, hospitals, order, people, stacks, water
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
    "Hospital": hospitals.HOSPITAL,
    "GovernmentOffice": people.OFFICE,
    "School": people.SCHOOL,
    "SecurityCamera": order.CAMERA,
    "Camera": order.CAMERA,
    "PoliceStation": order.POLICE,
    "EmergencyCallCentre": order.CALL_CENTRE,
    "LodgingBusiness": coast.LODGING,
    "BoatTerminal": coast.PORT,
    "SeaConditions": coast.SEA,
    "PowerSupplyArea": city.POWER,
    "WaterSupplyZone": city.WATER,
    "FloodMonitoring": city.FLOOD,
    "StreetlightControlCabinet": city.CABINET,
    "ConstructionSite": city.SITE,
    "WaterQualityObserved": water.SURFACE_WATER,
}
STATION_TYPES = (
    "AirQualityObserved",
    "SurfaceWaterStation",
    "CoastalWaterStation",
    "WastewaterStation",
    "EmissionStation",
)
# Whose links fail together: in each of these groups some are silent at any time. What is in none never is.
NETWORKS = {
    "AccessPoint": "points",
    "School": "schools",
    **dict.fromkeys(("SecurityCamera", "Camera", "TrafficFlowObserved"), "cameras"),
    **dict.fromkeys(("GovernmentOffice", "LodgingBusiness", "TouristDestination"), "offices"),
    **dict.fromkeys(
        ("WaterSupplyZone", "FloodMonitoring", "StreetlightControlCabinet", "ConstructionSite"), "city"
    ),
}


def kind_of(types: Collection[str]) -> Kind[Any] | None:
    """The behaviour of a thing of these types, most specific first; None if nobody described it."""
    return next((KINDS[name] for name in types if name in KINDS), None)


def station_type(types: Collection[str]) -> str | None:
    """The type of a monitoring station that reports by files, or None for what reports otherwise."""
    return next((name for name in types if name in STATION_TYPES), None)


def network_of(types: Collection[str]) -> str:
    """The network through which a point reports, or "" for one that is never silent."""
    return next((NETWORKS[name] for name in types if name in NETWORKS), "")
