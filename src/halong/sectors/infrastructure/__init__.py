"""Urban infrastructure: power, water supply, flooding of roads, street lighting, construction."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from halong.core.sector import AttributeSpec, EntityType, Sector

MODELS = "https://github.com/smart-data-models"
QUARTER, HOUR = 900, 3600
Series = partial(AttributeSpec, series=True, minimum=0, interval_s=QUARTER)
Trait = partial(AttributeSpec, minimum=0, decimals=0)

POWER = EntityType(
    name="PowerSupplyArea",
    label=_("Power supply area"),
    plural=_("Power supply areas"),
    icon="bolt",
    headline=("activePower", "customersInterrupted"),
    attributes=(
        Series("activePower", _("Electrical load"), unit="MAW", maximum=20_000),
        Series("customersInterrupted", _("Customers without power"), maximum=5_000_000, decimals=0),
        Trait("customers", _("Customers"), maximum=5_000_000),
        AttributeSpec("telephone", _("Telephone")),
    ),
)
WATER = EntityType(
    name="WaterSupplyZone",
    label=_("Water supply zone"),
    plural=_("Water supply zones"),
    icon="droplet",
    headline=("pressure", "flow", "loss"),
    attributes=(
        Series("pressure", _("Water pressure"), unit="BAR", maximum=40, decimals=2),
        Series("flow", _("Water supplied"), unit="MQH", maximum=100_000),
        # Of what was supplied in the hour, what no customer's meter counted.
        Series("loss", _("Water lost"), unit="MQH", maximum=100_000, interval_s=HOUR),
        Trait("customers", _("Customers"), maximum=5_000_000),
        AttributeSpec("telephone", _("Telephone")),
    ),
)
FLOOD = EntityType(
    name="FloodMonitoring",
    label=_("Flooding point"),
    plural=_("Flooding points"),
    icon="cloud-rain",
    model_url=f"{MODELS}/dataModel.Environment/blob/master/FloodMonitoring/doc/spec.md",
    headline=("currentLevel", "precipitation"),
    attributes=(
        Series("currentLevel", _("Water over the road"), unit="CMT", maximum=500, decimals=0),
        # Named as in WeatherObserved: many flooding points carry a rain gauge.
        Series("precipitation", _("Rain in the interval"), unit="MMT", maximum=200, chart="bar"),
    ),
)
CABINET = EntityType(
    name="StreetlightControlCabinet",
    label=_("Street lighting cabinet"),
    plural=_("Street lighting cabinets"),
    icon="bulb",
    model_url=f"{MODELS}/dataModel.Streetlighting/blob/master/StreetlightControlCabinet/doc/spec.md",
    headline=("totalActivePower", "lampsFaulty"),
    attributes=(
        Series("totalActivePower", _("Active power"), unit="KWT", maximum=1_000),
        Series("energyConsumed", _("Energy consumed"), unit="KWH", interval_s=HOUR),
        Series("lampsFaulty", _("Lamps out of order"), maximum=10_000, decimals=0, interval_s=HOUR),
        Trait("lampsTotal", _("Lamps"), maximum=10_000),
        AttributeSpec("workingMode", _("Mode of switching")),
    ),
)
SITE = EntityType(
    name="ConstructionSite",
    label=_("Construction site"),
    plural=_("Construction sites"),
    icon="crane",
    headline=("pm10", "LAeq"),
    attributes=(
        # Named as in AirQualityObserved and NoiseLevelObserved.
        Series("pm10", _("Dust (PM10)"), unit="GQ", maximum=5_000, interval_s=HOUR),
        Series("LAeq", _("Noise"), unit="2N", maximum=140, interval_s=HOUR),
        AttributeSpec("permitNumber", _("Building permit")),
        AttributeSpec("contractor", _("Contractor")),
    ),
)
SECTOR = Sector(
    key="infrastructure",
    name=_("Urban infrastructure"),
    order=90,
    icon="building-skyscraper",
    types=(POWER, WATER, FLOOD, CABINET, SITE),
)
