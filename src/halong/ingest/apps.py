from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core import registry
from halong.core.registry import MenuItem


class IngestConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.ingest"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say who may hear that sources changed, and offer the pages."""
        from halong.ingest import measures  # noqa: PLC0415 -- needs the models

        measures.register()
        registry.live_topics.register("sources", "sources.view")
        registry.menu.register(
            "sources", MenuItem("sources", _("Data sources"), "plug-connected", "sources", 60, "sources.view")
        )
        registry.menu.register(
            "quarantine", MenuItem("quarantine", _("Quarantine"), "archive", "quarantine", 61, "sources.view")
        )
