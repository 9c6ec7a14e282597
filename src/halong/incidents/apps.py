from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """From alert to all-clear: incidents, playbooks, operating stage, reviews."""

    name = "halong.incidents"
    label = "incidents"
