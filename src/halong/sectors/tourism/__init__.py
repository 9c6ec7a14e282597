"""Tourism: destinations and lodgings and how full they are, ports of the bay, and the sea."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from halong.core.sector import AttributeSpec, EntityType, Sector

MODELS = "https://github.com/smart-data-models"
QUARTER, HOUR = 900, 3600
Count = partial(AttributeSpec, minimum=0, maximum=1_000_000, decimals=0, series=True, interval_s=QUARTER)
Address = partial(AttributeSpec, "address", _("Address"), kind="JsonProperty")

DESTINATION = EntityType(
    name="TouristDestination",
    label=_("Tourist destination"),
    plural=_("Tourist destinations"),
    icon="map-pin-heart",
    model_url=f"{MODELS}/dataModel.TourismDestinations/blob/master/TouristDestination/doc/spec.md",
    headline=("peopleCount",),
    attributes=(
        # Named as in CrowdFlowObserved of dataModel.Transportation: the destination's own model counts
        # nobody.
        Count("peopleCount", _("Visitors now")),
        AttributeSpec("capacity", _("Room for visitors"), minimum=1, maximum=1_000_000, decimals=0),
        AttributeSpec("openingHours", _("Opening hours")),
        Address(),
    ),
)
LODGING = EntityType(
    name="LodgingBusiness",
    label=_("Lodging"),
    plural=_("Lodgings"),
    icon="bed",
    model_url="https://schema.org/LodgingBusiness",
    headline=("roomsOccupied",),
    attributes=(
        AttributeSpec("roomsTotal", _("Rooms"), minimum=1, maximum=100_000, decimals=0),
        Count("roomsOccupied", _("Occupied rooms"), maximum=100_000, interval_s=HOUR),
        AttributeSpec("telephone", _("Telephone")),
        Address(),
    ),
)
PORT = EntityType(
    name="BoatTerminal",
    label=_("Passenger port"),
    plural=_("Passenger ports"),
    icon="ship",
    model_url="https://schema.org/BoatTerminal",
    headline=("vesselsAtSea", "passengersAtSea"),
    attributes=(
        Count("vesselsAtSea", _("Boats out on the water"), maximum=5_000),
        Count("passengersAtSea", _("People on these boats"), maximum=200_000),
        AttributeSpec("openingHours", _("Opening hours")),
        Address(),
    ),
)
SEA = EntityType(
    name="SeaConditions",
    label=_("Marine station"),
    plural=_("Marine stations"),
    icon="sailboat",
    model_url=f"{MODELS}/dataModel.Weather/blob/master/SeaConditions/doc/spec.md",
    headline=("windSpeed", "waveHeight", "waterLevel"),
    attributes=(
        Count("windSpeed", _("Wind speed"), unit="MTS", maximum=90, decimals=1),
        Count("waveHeight", _("Height of the waves"), unit="MTR", maximum=30, decimals=1),
        # Above the zero of the sea chart.
        Count("waterLevel", _("Level of the sea"), unit="MTR", minimum=-2, maximum=10, decimals=2),
        Count("visibility", _("Visibility at sea"), unit="MTR", maximum=50_000),
    ),
)
SECTOR = Sector(
    key="tourism", name=_("Tourism"), order=50, icon="beach", types=(DESTINATION, LODGING, PORT, SEA)
)
