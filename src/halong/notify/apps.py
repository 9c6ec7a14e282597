from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.registry import HealthCheck, ShellItem, health_checks, live_topics, shell_items


class NotifyConfig(AppConfig):
    """What Halong tells people: in the product and by e-mail."""

    name = "halong.notify"
    label = "notify"

    def ready(self) -> None:
        """Put the bell into the top bar; let pages listen; watch the channels."""
        from halong.notify import bell, queries  # noqa: PLC0415 -- need the models

        shell_items.register("notices", ShellItem("notices", "notify/bell.html", bell.context, 10))
        live_topics.register("notices", "places.view")  # tells nothing but that somebody heard something
        health_checks.register("mail", HealthCheck("mail", _("E-mail"), queries.mail_trouble, "attention"))
