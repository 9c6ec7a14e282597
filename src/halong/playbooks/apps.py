from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    """What is to be done when a kind of problem comes: written beforehand, versioned."""

    name = "halong.playbooks"
    label = "playbooks"
