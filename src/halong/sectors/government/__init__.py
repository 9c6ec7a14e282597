"""Administration: the offices where people and businesses settle administrative procedures."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.sector import AttributeSpec, EntityType, Sector

OFFICE = EntityType(
    name="GovernmentOffice",
    label=_("Public service centre"),
    plural=_("Public service centres"),
    icon="building-bank",
    model_url="https://schema.org/GovernmentOffice",
    headline=("peopleWaiting", "waitingTime"),
    attributes=(
        AttributeSpec(
            "peopleWaiting",
            _("People waiting"),
            minimum=0,
            maximum=5_000,
            decimals=0,
            interval_s=1800,
            series=True,
        ),
        AttributeSpec(
            "waitingTime",
            _("Waiting time"),
            unit="MIN",
            minimum=0,
            maximum=1_440,
            decimals=0,
            interval_s=1800,
            series=True,
        ),
        AttributeSpec("openingHours", _("Opening hours")),
        AttributeSpec("telephone", _("Telephone")),
        AttributeSpec("address", _("Address"), kind="JsonProperty"),
    ),
)
SECTOR = Sector(
    key="government",
    name=pgettext_lazy("sector", "Administration"),
    order=80,
    icon="building-bank",
    types=(OFFICE,),
)
