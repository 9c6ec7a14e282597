from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.connectors"
    default_auto_field = "django.db.models.BigAutoField"
