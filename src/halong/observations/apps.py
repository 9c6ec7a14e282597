from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.observations"
    default_auto_field = "django.db.models.BigAutoField"
