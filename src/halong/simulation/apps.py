from django.apps import AppConfig


class SimulationConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.simulation"
    default_auto_field = "django.db.models.BigAutoField"
