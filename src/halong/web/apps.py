from django.apps import AppConfig


class WebConfig(AppConfig):
    """The shell: templates, components, scripts and styles that every screen is built from."""

    name = "halong.web"
    label = "web"
