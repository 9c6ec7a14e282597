"""What log, calls, hand-over and quick report put into the registries of others, when Django is up."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.registry import live_topics
from halong.duty.tabs import Tab, duty_tabs


def register() -> None:
    """Called once by the app."""
    from halong.duty import gathering, log_subscribers, near  # noqa: F401, PLC0415 -- need the models

    for topic in ("duty-log", "calls", "handover", "quick"):
        live_topics.register(topic, "duty.view")
    duty_tabs.register("log", Tab("log", _("Duty log"), "duty-log", 10))
    duty_tabs.register("calls", Tab("calls", pgettext_lazy("duty", "Calls"), "duty-calls", 20))
    duty_tabs.register("handover", Tab("handover", _("Hand-over"), "duty-handovers", 30))
    duty_tabs.register("quick", Tab("quick", _("Quick reports"), "duty-quicks", 40))
    gathering.register()
    near.register()
