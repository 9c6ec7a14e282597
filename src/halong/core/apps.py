from django.apps import AppConfig


class CoreConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.core"
    default_auto_field = "django.db.models.BigAutoField"
