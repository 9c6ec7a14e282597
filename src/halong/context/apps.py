from django.apps import AppConfig


class ContextConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.context"
    default_auto_field = "django.db.models.BigAutoField"
