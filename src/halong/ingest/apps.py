from django.apps import AppConfig

from halong.core import registry


class IngestConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.ingest"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say who may hear that sources changed."""
        registry.live_topics.register("sources", "sources.view")
