from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.observations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer what indicators can count."""
        from halong.observations import measures  # noqa: PLC0415 -- needs the models

        measures.register()
