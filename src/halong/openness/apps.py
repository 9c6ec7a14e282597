from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core import registry
from halong.core.registry import MenuItem


class OpennessConfig(AppConfig):
    """Public pages and open data."""

    name = "halong.openness"

    def ready(self) -> None:
        """Fill the bottom bar of the citizen's shell."""
        for item in (
            MenuItem("public-home", _("Home"), "home", "public-home", 10, shell="citizen"),
            MenuItem("public-map", _("Map"), "map-pin", "public-map", 20, shell="citizen"),
            MenuItem("public-data", _("Open data"), "database", "public-data", 60, shell="citizen"),
        ):
            registry.menu.register(item.key, item)
        registry.live_topics.register("public", None)
