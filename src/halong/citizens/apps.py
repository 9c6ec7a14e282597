from django.apps import AppConfig


class CitizensConfig(AppConfig):
    """Reports of citizens, answers, suggestions, notices of services; see docs/architecture.md "Citizens"."""

    name = "halong.citizens"
    label = "citizens"
