from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core import registry
from halong.core.registry import MenuItem


class ContextConfig(AppConfig):
    """The registry of things; see docs/architecture.md."""

    name = "halong.context"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the pages."""
        registry.menu.register(
            "entities",
            MenuItem("entities", _("Stations, devices"), "antenna", "entities", 30, "entities.view"),
        )
        registry.live_topics.register("entities", "entities.view")
