from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.citizens.menu import DESK
from halong.core.registry import (
    HealthCheck,
    MenuItem,
    SearchProvider,
    alert_blocks,
    health_checks,
    live_topics,
    menu,
    record_measures,
    search_providers,
    simulated_removers,
    wall_tiles,
)


class CitizensConfig(AppConfig):
    """Reports of citizens, answers, suggestions, notices of services; see docs/architecture.md "Citizens"."""

    name = "halong.citizens"
    label = "citizens"

    def ready(self) -> None:
        """Listen to events; offer measures, search, blocks of other pages, health checks and the live topics."""
        from halong.citizens import blocks, channels, clamav, measures, subscribers  # noqa: F401, PLC0415 -- need the models
        from halong.citizens.actions.catalogue import remove_simulated  # noqa: PLC0415
        from halong.citizens.queries.finding import find_reports  # noqa: PLC0415

        for item in (
            MenuItem("public-reports", _("Reports"), "message-report", "public-reports", 30, shell="citizen"),
            MenuItem("citizen-find", _("Mine"), "inbox", "citizen-find", 40, shell="citizen"),
            *DESK,
        ):
            menu.register(item.key, item)
        live_topics.register("reports", "reports.view")
        live_topics.register("service-notices", None)
        health_checks.register("clamav", HealthCheck("clamav", _("Malware scanner"), clamav.trouble))
        health_checks.register(
            "messages", HealthCheck("messages", _("Messages to citizens"), channels.trouble, "attention")
        )
        search_providers.register(
            "reports", SearchProvider("reports", _("Reports"), find_reports, "message-report")
        )
        alert_blocks.register("reports", blocks.ALERT)
        wall_tiles.register("reports", blocks.WALL)
        simulated_removers.register("citizens", remove_simulated)
        for measure in measures.MEASURES:
            record_measures.register(measure.key, measure)
