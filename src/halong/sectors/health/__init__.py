"""Health: hospitals, their beds, their emergency load, and their level of IT maturity (Circular
54/2017/TT-BYT).
"""

from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.sector import AttributeSpec, EntityType, Sector

HOUR = 3600
QUARTER = 900
Count = partial(AttributeSpec, minimum=0, maximum=10_000, decimals=0)
Series = partial(Count, series=True, interval_s=HOUR)

HOSPITAL = EntityType(
    name="Hospital",
    label=_("Hospital"),
    plural=_("Hospitals"),
    icon="building-hospital",
    model_url="https://schema.org/Hospital",
    headline=("bedsAvailable", "icuOccupancy", "emergencyPatients", "waitingTime"),
    attributes=(
        Count("bedsTotal", _("Beds")),
        Count("icuBedsTotal", _("Intensive care beds")),
        Series("bedsOccupied", _("Occupied beds")),
        # Free means staffed and ready: with beds closed for repair it is less than all minus occupied.
        Series("bedsAvailable", _("Free beds")),
        Series("icuBedsOccupied", _("Occupied intensive care beds"), maximum=1_000),
        Series("icuBedsAvailable", _("Free intensive care beds"), maximum=1_000),
        # Rules judge one series: the share that is in use is sent beside the counts that it comes from.
        Series("icuOccupancy", _("Intensive care beds in use"), unit="P1", maximum=100, decimals=1),
        Series("emergencyPatients", _("Patients in emergency care"), interval_s=QUARTER),
        Series(
            "waitingTime", _("Waiting time of outpatients"), unit="MIN", maximum=1_440, interval_s=QUARTER
        ),
        Series("outpatientVisits", _("Outpatients today")),
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
