from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.profiles"
    default_auto_field = "django.db.models.BigAutoField"
