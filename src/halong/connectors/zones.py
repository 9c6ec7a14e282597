"""The clocks that partners use."""

from datetime import UTC, tzinfo

from django.utils.translation import gettext_lazy as _

from halong.connectors.values import LOCAL

ZONES = [("local", _("Vietnam's time")), ("utc", _("UTC"))]


def zone_of(name: str) -> tzinfo:
    """The zone of a setting."""
    return UTC if name == "utc" else LOCAL
