from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.programme"
    default_auto_field = "django.db.models.BigAutoField"
