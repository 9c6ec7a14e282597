from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core import registry
from halong.core.registry import MenuItem


class ProgrammeConfig(AppConfig):
    """The Scheme's projects and the province's indices; see docs/architecture.md."""

    name = "halong.programme"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the page."""
        from halong.programme import measures  # noqa: PLC0415 -- needs the models

        measures.register()
        registry.menu.register(
            "programme",
            MenuItem("programme", _("Programme"), "clipboard-data", "programme", 70, "programme.view"),
        )
