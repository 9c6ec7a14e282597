from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.registry import (
    MenuItem,
    ShellItem,
    live_topics,
    menu,
    search_providers,
    shell_items,
    simulated_removers,
)
from halong.duty.tabs import Tab, duty_tabs


class DutyConfig(AppConfig):
    """Who is on, who is told, what was written down."""

    name = "halong.duty"
    label = "duty"

    def ready(self) -> None:
        """Listen to others and offer the pages, the tabs and the live topics."""
        # All of these need the models; importing what subscribes is enough.
        from halong.alerts.quality.measures import on_watch  # noqa: PLC0415
        from halong.duty import gathering, log_subscribers, near, stage_calls, subscribers  # noqa: F401, PLC0415
        from halong.duty.actions.sample import remove_simulated  # noqa: PLC0415
        from halong.duty.finding import CONTACTS, TEAMS  # noqa: PLC0415
        from halong.duty.queries import operators_on  # noqa: PLC0415
        from halong.duty.views.board import bell_context  # noqa: PLC0415

        menu.register(
            "duty", MenuItem("duty", pgettext_lazy("menu", "Duty"), "headset", "duty", 13, "duty.view")
        )
        for topic in ("duty", "duty-log", "calls", "handover", "quick"):
            live_topics.register(topic, "duty.view")
        live_topics.register("pages", "duty.view")  # tells nothing but that somebody was told something
        shell_items.register("pages", ShellItem("pages", "duty/bell.html", bell_context, 5))
        duty_tabs.register("now", Tab("now", _("Who is on"), "duty", 5))
        duty_tabs.register("log", Tab("log", _("Duty log"), "duty-log", 10))
        duty_tabs.register("calls", Tab("calls", pgettext_lazy("duty", "Calls"), "duty-calls", 20))
        duty_tabs.register("handover", Tab("handover", _("Hand-over"), "duty-handovers", 30))
        duty_tabs.register("quick", Tab("quick", _("Quick reports"), "duty-quicks", 40))
        duty_tabs.register("pages", Tab("pages", _("Calls to people"), "duty-runs", 60))
        duty_tabs.register("directory", Tab("directory", _("Directory"), "directory", 70, "directory.view"))
        duty_tabs.register("chains", Tab("chains", _("Chains"), "duty-chains", 80))
        on_watch.register("duty", operators_on)
        gathering.register()
        near.register()
        search_providers.register(TEAMS.key, TEAMS)
        search_providers.register(CONTACTS.key, CONTACTS)
        simulated_removers.register("duty", remove_simulated)
