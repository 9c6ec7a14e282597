from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core import registry
from halong.core.registry import MenuItem


class IndicatorsConfig(AppConfig):
    """Indicators: definitions, values, targets, collections; see docs/architecture.md."""

    name = "halong.indicators"
    label = "indicators"

    def ready(self) -> None:
        """Hear of hours that changed; offer the pages and the live topic; go when the product goes live."""
        from halong.indicators import actions, measures, members  # noqa: PLC0415 -- need the models

        registry.hour_listeners.register("indicators", members.note_hours)
        registry.live_topics.register("indicators", "indicators.view")
        registry.simulated_removers.register("indicators", actions.remove_simulated_values)
        measures.register()
        registry.menu.register(
            "indicators",
            MenuItem("indicators", _("Indicators"), "chart-bar", "indicators", 20, "indicators.view"),
        )
