from django.apps import AppConfig


class DutyConfig(AppConfig):
    """Who is on, who is told, what was written down."""

    name = "halong.duty"
    label = "duty"
