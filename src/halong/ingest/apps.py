from django.apps import AppConfig


class IngestConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.ingest"
    default_auto_field = "django.db.models.BigAutoField"
