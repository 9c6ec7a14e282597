from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.registry import (
    Block,
    MenuItem,
    alert_blocks,
    entity_blocks,
    indicator_blocks,
    live_topics,
    menu,
)


class AnalysisConfig(AppConfig):
    """What is unusual, what comes next, what goes together."""

    name = "halong.analysis"
    label = "analysis"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the list, and blocks to the pages of things, indicators and alerts."""
        from halong.analysis import blocks  # noqa: PLC0415 -- needs the models

        live_topics.register("unusual", "panorama.view")
        menu.register(
            "unusual", MenuItem("unusual", _("Unusual"), "activity", "unusual", 31, "panorama.view")
        )
        entity_blocks.register(
            "analysis", Block("analysis", "analysis/block.html", blocks.of_entity, 50, "entities.view")
        )
        indicator_blocks.register(
            "analysis", Block("analysis", "analysis/block.html", blocks.of_indicator, 50, "indicators.view")
        )
        alert_blocks.register(
            "analysis", Block("analysis", "analysis/alert.html", blocks.of_alert, 50, "alerts.view")
        )
