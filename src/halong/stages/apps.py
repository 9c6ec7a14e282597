from django.apps import AppConfig


class StagesConfig(AppConfig):
    """The operating stage of the province, and disaster-risk levels that readings suggest."""

    name = "halong.stages"
    label = "stages"
