from django.apps import AppConfig


class PanoramaConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.panorama"
    default_auto_field = "django.db.models.BigAutoField"
