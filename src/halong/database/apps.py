from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.database"
    default_auto_field = "django.db.models.BigAutoField"
