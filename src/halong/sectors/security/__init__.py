"""Security and public order: calls for help, what the police record, and cameras whose places and pictures
are never open data.
"""

from functools import partial

from django.utils.translation import gettext_lazy as _

from halong.core.sector import AttributeSpec, EntityType, Sector
from halong.sectors.traffic import DEVICES, QUARTER

Hourly = partial(AttributeSpec, series=True, interval_s=3600, minimum=0, decimals=0, chart="bar")

SECURITY_CAMERA = EntityType(
    name="SecurityCamera",
    label=_("Security camera"),
    plural=_("Security cameras"),
    icon="shield-lock",
    also=("Camera",),
    model_url=f"{DEVICES}/Camera/doc/spec.md",
    private=True,
    attributes=(
        AttributeSpec(
            "frameRate",
            _("Pictures per second"),
            unit="HTZ",
            minimum=0,
            maximum=240,
            interval_s=QUARTER,
            series=True,
            private=True,
        ),
        AttributeSpec("on", _("Switched on"), private=True),
        AttributeSpec("cameraType", _("Kind of camera"), private=True),
        AttributeSpec("streamURL", _("Video stream"), private=True),
        AttributeSpec("imageSnapshot", _("Still image"), private=True),
    ),
)
# What is recorded in an hour; numbers only, no case and no person.
POLICE = EntityType(
    name="PoliceStation",
    label=_("Police station"),
    plural=_("Police stations"),
    icon="shield",
    model_url="https://schema.org/PoliceStation",
    headline=("publicOrderCases", "fires", "trafficAccidents"),
    attributes=(
        Hourly("publicOrderCases", _("Cases of public order in the hour"), maximum=500),
        Hourly("fires", _("Fires in the hour"), maximum=200),
        Hourly("trafficAccidents", _("Traffic accidents in the hour"), maximum=200),
        AttributeSpec("telephone", _("Telephone")),
    ),
)
CALL_CENTRE = EntityType(
    name="EmergencyCallCentre",
    label=_("Emergency call centre"),
    plural=_("Emergency call centres"),
    icon="headset",
    headline=("callsReceived", "callsAnswered", "answerTime"),
    attributes=(
        Hourly("callsReceived", _("Calls in the hour"), maximum=20_000),
        Hourly("callsAnswered", _("Calls answered in the hour"), maximum=20_000),
        Hourly("answerTime", _("Time to answer"), unit="SEC", maximum=3_600, decimals=1, chart="line"),
        AttributeSpec("telephone", _("Telephone")),
    ),
)
SECTOR = Sector(
    key="security",
    name=_("Security and order"),
    order=60,
    icon="shield",
    types=(SECURITY_CAMERA, POLICE, CALL_CENTRE),
)
