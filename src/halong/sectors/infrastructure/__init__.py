"""Urban infrastructure: power, water, construction; so far the cabinets of street lighting."""

from django.utils.translation import gettext_lazy as _

from halong.core.sector import AttributeSpec, EntityType, Sector

LIGHTING = "https://github.com/smart-data-models/dataModel.Streetlighting/blob/master"

CABINET = EntityType(
    name="StreetlightControlCabinet",
    label=_("Street lighting cabinet"),
    plural=_("Street lighting cabinets"),
    icon="bulb",
    model_url=f"{LIGHTING}/StreetlightControlCabinet/doc/spec.md",
    headline=("totalActivePower",),
    attributes=(
        AttributeSpec(
            "totalActivePower", _("Active power"), unit="KWT", minimum=0, maximum=1_000, series=True
        ),
        AttributeSpec("energyConsumed", _("Energy consumed"), unit="KWH", minimum=0, series=True),
        AttributeSpec("workingMode", _("Mode of switching")),
    ),
)
SECTOR = Sector(
    key="infrastructure",
    name=_("Urban infrastructure"),
    order=90,
    icon="building-skyscraper",
    types=(CABINET,),
)
