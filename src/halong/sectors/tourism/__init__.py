"""Tourism: destinations and how many people are there."""

from django.utils.translation import gettext_lazy as _

from halong.core.sector import AttributeSpec, EntityType, Sector

TOURISM = "https://github.com/smart-data-models/dataModel.TourismDestinations/blob/master"

DESTINATION = EntityType(
    name="TouristDestination",
    label=_("Tourist destination"),
    plural=_("Tourist destinations"),
    icon="map-pin-heart",
    model_url=f"{TOURISM}/TouristDestination/doc/spec.md",
    headline=("peopleCount",),
    attributes=(
        # Named as in CrowdFlowObserved of dataModel.Transportation: the destination's own model counts
        # nobody.
        AttributeSpec(
            "peopleCount",
            _("Visitors now"),
            minimum=0,
            maximum=1_000_000,
            decimals=0,
            interval_s=900,
            series=True,
        ),
        AttributeSpec("openingHours", _("Opening hours")),
        AttributeSpec("address", _("Address"), kind="JsonProperty"),
    ),
)
SECTOR = Sector(key="tourism", name=_("Tourism"), order=50, icon="beach", types=(DESTINATION,))
