from django.apps import AppConfig


class SectorsConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.sectors"
    default_auto_field = "django.db.models.BigAutoField"
