from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core import registry
from halong.core.registry import MenuItem


class PlacesConfig(AppConfig):
    """Administrative units and agencies; see docs/architecture.md."""

    name = "halong.places"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the pages."""
        registry.menu.register(
            "places", MenuItem("places", _("Places"), "map-2", "places", 610, "places.edit")
        )
        registry.menu.register(
            "agencies", MenuItem("agencies", _("Agencies"), "sitemap", "agencies", 620, "places.edit")
        )
        registry.live_topics.register("places", "places.view")
        registry.live_topics.register("agencies", "places.view")
