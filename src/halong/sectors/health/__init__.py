"""Health: hospitals, their beds, their emergency load, and their level of IT maturity (Circular
54/2017/TT-BYT).
"""

from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.sector import AttributeSpec, EntityType, Sector

Count = partial(AttributeSpec, minimum=0, maximum=10_000, decimals=0)

HOSPITAL = EntityType(
    name="Hospital",
    label=_("Hospital"),
    plural=_("Hospitals"),
    icon="building-hospital",
    model_url="https://schema.org/Hospital",
    headline=("bedsOccupied", "emergencyPatients"),
    attributes=(
        Count("bedsTotal", _("Beds")),
        Count("bedsOccupied", _("Occupied beds"), series=True, interval_s=3600),
        Count("emergencyPatients", _("Patients in emergency care"), series=True, interval_s=900),
        Count("outpatientVisits", _("Outpatients today"), series=True, interval_s=3600),
        # Circular 54/2017/TT-BYT knows seven levels of the use of information technology in a hospital.
        AttributeSpec(
            "maturityLevel", _("IT maturity (Circular 54/2017/TT-BYT)"), minimum=1, maximum=7, decimals=0
        ),
        AttributeSpec("telephone", _("Telephone")),
        AttributeSpec("address", _("Address"), kind="JsonProperty"),
    ),
)
SECTOR = Sector(
    key="health", name=pgettext_lazy("sector", "Health"), order=10, icon="heartbeat", types=(HOSPITAL,)
)
