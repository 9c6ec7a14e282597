from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """What Halong tells people: in the product and by e-mail."""

    name = "halong.notify"
    label = "notify"
