from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.registry import MenuItem, menu


class RulesConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.rules"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the pages."""
        menu.register("rules", MenuItem("rules", _("Rules"), "adjustments", "rules", 520, "rules.view"))
