"""Traffic: cameras at key points and counts of vehicles (Smart Data Models: Camera, TrafficFlowObserved)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.sector import AttributeSpec, EntityType, Sector

QUARTER = 900
DEVICES = "https://github.com/smart-data-models/dataModel.Device/blob/master"
TRANSPORT = "https://github.com/smart-data-models/dataModel.Transportation/blob/master"

CAMERA = EntityType(
    name="Camera",
    label=_("Traffic camera"),
    plural=_("Traffic cameras"),
    icon="device-cctv",
    model_url=f"{DEVICES}/Camera/doc/spec.md",
    attributes=(
        # What the video server receives: it is how we know that a camera is alive, without its pictures.
        AttributeSpec(
            "frameRate",
            _("Pictures per second"),
            unit="HTZ",
            minimum=0,
            maximum=240,
            interval_s=QUARTER,
            series=True,
        ),
        AttributeSpec("on", _("Switched on")),
        AttributeSpec("cameraUsage", _("Purpose of the camera")),
        AttributeSpec("cameraType", _("Kind of camera")),
        # Streams carry credentials and show people: never open data.
        AttributeSpec("streamURL", _("Video stream"), private=True),
        AttributeSpec("imageSnapshot", _("Still image"), private=True),
    ),
)
FLOW = EntityType(
    name="TrafficFlowObserved",
    label=_("Traffic counting point"),
    plural=_("Traffic counting points"),
    icon="traffic-lights",
    model_url=f"{TRANSPORT}/TrafficFlowObserved/doc/spec.md",
    headline=("intensity", "averageVehicleSpeed", "occupancy"),
    attributes=(
        # The model counts vehicles in the interval of the observation.
        AttributeSpec(
            "intensity",
            _("Vehicles"),
            minimum=0,
            maximum=20_000,
            decimals=0,
            interval_s=QUARTER,
            series=True,
            chart="bar",
        ),
        AttributeSpec(
            "averageVehicleSpeed",
            _("Mean speed"),
            unit="KMH",
            minimum=0,
            maximum=250,
            interval_s=QUARTER,
            series=True,
        ),
        AttributeSpec(
            "occupancy",
            _("Occupancy of the lane"),
            unit="P1",
            minimum=0,
            maximum=100,
            interval_s=QUARTER,
            series=True,
        ),
        AttributeSpec("laneDirection", _("Direction of travel")),
    ),
)
SECTOR = Sector(
    key="traffic",
    name=pgettext_lazy("sector", "Traffic"),
    order=40,
    icon="traffic-lights",
    types=(CAMERA, FLOW),
)
