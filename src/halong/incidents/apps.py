from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.registry import (
    SearchProvider,
    alert_actions,
    alert_blocks,
    alert_marks,
    entity_blocks,
    live_topics,
    menu,
    number_pages,
    panorama_blocks,
    report_blocks,
    search_providers,
    wall_tiles,
)


class IncidentsConfig(AppConfig):
    """From alert to all-clear: incidents, their playbooks, reviews; see docs/architecture.md."""

    name = "halong.incidents"
    label = "incidents"

    def ready(self) -> None:
        """Listen to alerts, reports and tasks; offer the search, the live topic, and what duty hands over."""
        from halong.duty.near import finders, joiners  # noqa: PLC0415
        from halong.duty.openings import QuickSection, openings, sections  # noqa: PLC0415 -- need the models
        from halong.duty.wording import wordings  # noqa: PLC0415
        from halong.incidents import blocks, duty, known, subscribers  # noqa: F401, PLC0415
        from halong.incidents.finding import find_incidents, page_of  # noqa: PLC0415
        from halong.incidents.stage_facts import FACTS  # noqa: PLC0415
        from halong.incidents.steps import subscribers as of_steps  # noqa: F401, PLC0415
        from halong.stages.facts import sources  # noqa: PLC0415

        live_topics.register("incidents", "incidents.view")
        search_providers.register(
            "incidents", SearchProvider("incidents", _("Incidents"), find_incidents, "alert-hexagon")
        )
        number_pages.register("incident", page_of)
        openings.register("incidents", duty.openings)
        sources.register("incidents", FACTS)
        sections.register("incidents", QuickSection("incidents", _("Incidents"), 20, duty.quick_lines))
        wordings.register("incident", duty.said)
        finders.register("incidents", known.known_incidents)
        joiners.register("incident", known.join_call)
        menu.register("incidents", blocks.MENU)
        alert_actions.register("incident", blocks.ALERTS)
        alert_marks.register("incidents", blocks.marks)
        alert_blocks.register("incidents", blocks.ALERT)
        entity_blocks.register("incidents", blocks.ENTITY)
        report_blocks.register("incidents", blocks.REPORT)
        panorama_blocks.register("incidents", blocks.PANORAMA)
        wall_tiles.register("incidents", blocks.WALL)
