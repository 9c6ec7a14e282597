"""Public wifi: access points, whether they work, and how many people use them (Smart Data Models:
AccessPoint).
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.sector import AttributeSpec, EntityType, Sector

WIFI = "https://github.com/smart-data-models/dataModel.WifiNetwork/blob/master"

ACCESS_POINT = EntityType(
    name="AccessPoint",
    label=_("Wifi access point"),
    plural=_("Wifi access points"),
    icon="wifi",
    model_url=f"{WIFI}/AccessPoint/doc/spec.md",
    headline=("clientsConnected", "throughput"),
    attributes=(
        AttributeSpec(
            "clientsConnected",
            _("Connected devices"),
            minimum=0,
            maximum=5_000,
            decimals=0,
            series=True,
            chart="step",
        ),
        # The model has no traffic and no sessions; these names are ours.
        AttributeSpec("throughput", _("Data rate"), unit="E20", minimum=0, maximum=100_000, series=True),
        AttributeSpec(
            "sessions",
            _("Sessions begun in the hour"),
            minimum=0,
            maximum=50_000,
            decimals=0,
            interval_s=3600,
            series=True,
            chart="bar",
        ),
        AttributeSpec(
            "dataVolume",
            _("Data carried in the hour"),
            unit="E34",
            minimum=0,
            maximum=50_000,
            interval_s=3600,
            series=True,
            chart="bar",
        ),
        AttributeSpec(
            "apState",
            pgettext_lazy("access point", "State"),
            choices=(
                ("up", pgettext_lazy("access point", "Working")),
                ("down", pgettext_lazy("access point", "Out of order")),
            ),
        ),
        AttributeSpec("ssid", _("Network name")),
        AttributeSpec("ipAddress", _("IP address"), private=True),
        AttributeSpec("serialNumber", _("Serial number"), private=True),
    ),
)
SECTOR = Sector(key="wifi", name=_("Public wifi"), order=70, icon="wifi", types=(ACCESS_POINT,))
