from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.registry import (
    HealthCheck,
    MenuItem,
    SearchProvider,
    health_checks,
    live_topics,
    menu,
    search_providers,
    simulated_removers,
)
from halong.ingest.records import takers


class WarningsConfig(AppConfig):
    """Public warnings in CAP 1.2, ours and others'."""

    name = "halong.warnings"
    label = "warnings"

    def ready(self) -> None:
        """Listen to changes; offer menu, search, health, words for the duty log, and what is open for hand-overs."""
        from halong.duty.openings import openings  # noqa: PLC0415 -- need the models
        from halong.duty.wording import wordings  # noqa: PLC0415
        from halong.warnings import channels, subscribers  # noqa: F401, PLC0415
        from halong.warnings.actions.removing import remove_simulated  # noqa: PLC0415
        from halong.warnings.elsewhere import find_warnings, logged, open_warnings  # noqa: PLC0415
        from halong.warnings.foreign.taking import KIND, take_alert  # noqa: PLC0415

        menu.register(
            "warnings",
            MenuItem(
                "warnings", pgettext_lazy("menu", "Warnings"), "speakerphone", "warnings", 18, "warnings.view"
            ),
        )
        live_topics.register("warnings", "warnings.view")
        live_topics.register("foreign-warnings", "warnings.view")
        takers.register(KIND, take_alert)
        search_providers.register(
            "warnings", SearchProvider("warnings", _("Warnings to the people"), find_warnings, "speakerphone")
        )
        health_checks.register("warnings", HealthCheck("warnings", _("Public warnings"), channels.trouble))
        simulated_removers.register("warnings", remove_simulated)
        openings.register("warnings", open_warnings)
        wordings.register("warning", logged)
