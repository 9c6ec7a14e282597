"""Registers the sectors and their derived series; nobody imports this package."""

from django.apps import AppConfig

from halong.core import registry
from halong.sectors.catalogue import load_sectors


class SectorsConfig(AppConfig):
    """The sectors: data and pure formulas, no tables."""

    name = "halong.sectors"
    label = "sectors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put every sector, built in or installed, and its derived series into core's registries."""
        for sector in load_sectors():
            registry.sectors.register(sector.key, sector)
            for derived in sector.derived:
                registry.derived_series.register(derived.key, derived)
