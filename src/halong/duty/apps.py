from django.apps import AppConfig


class DutyConfig(AppConfig):
    """Who is on, who is told, what was written down."""

    name = "halong.duty"
    label = "duty"

    def ready(self) -> None:
        """Listen to others and offer the pages, the tabs and the live topics."""
        from halong.duty import watch  # noqa: PLC0415 -- needs the models

        watch.register()
