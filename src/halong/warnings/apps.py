from django.apps import AppConfig


class WarningsConfig(AppConfig):
    """Public warnings in CAP 1.2, ours and others'."""

    name = "halong.warnings"
    label = "warnings"
