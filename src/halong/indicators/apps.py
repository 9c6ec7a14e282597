from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """Indicators: definitions, values, targets, collections."""

    name = "halong.indicators"
    label = "indicators"
