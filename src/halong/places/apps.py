from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.places"
    default_auto_field = "django.db.models.BigAutoField"
