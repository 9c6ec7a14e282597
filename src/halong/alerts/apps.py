from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.alerts"
    default_auto_field = "django.db.models.BigAutoField"
