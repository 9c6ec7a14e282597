from django.apps import AppConfig


class OpennessConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.openness"
    default_auto_field = "django.db.models.BigAutoField"
