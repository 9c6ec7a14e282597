"""Security and public order: cameras whose places and pictures are never open data."""

from django.utils.translation import gettext_lazy as _

from halong.core.sector import AttributeSpec, EntityType, Sector
from halong.sectors.traffic import DEVICES

SECURITY_CAMERA = EntityType(
    name="SecurityCamera",
    label=_("Security camera"),
    plural=_("Security cameras"),
    icon="shield-lock",
    also=("Camera",),
    model_url=f"{DEVICES}/Camera/doc/spec.md",
    private=True,
    attributes=(
        AttributeSpec("on", _("Switched on"), private=True),
        AttributeSpec("cameraType", _("Kind of camera"), private=True),
        AttributeSpec("streamURL", _("Video stream"), private=True),
        AttributeSpec("imageSnapshot", _("Still image"), private=True),
    ),
)
SECTOR = Sector(
    key="security", name=_("Security and order"), order=60, icon="shield", types=(SECURITY_CAMERA,)
)
