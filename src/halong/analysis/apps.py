from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    """What is unusual, what comes next, what goes together."""

    name = "halong.analysis"
    label = "analysis"
