from django.apps import AppConfig


class RulesConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.rules"
    default_auto_field = "django.db.models.BigAutoField"
