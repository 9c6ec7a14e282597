from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.registry import MenuItem, live_topics, menu


class StagesConfig(AppConfig):
    """The operating stage of the province, and disaster-risk levels that readings suggest."""

    name = "halong.stages"
    label = "stages"

    def ready(self) -> None:
        """Offer the facts of alerts and of disaster risk, the page and the live topic."""
        from halong.stages import facts  # noqa: PLC0415 -- needs the models

        facts.sources.register(
            "alerts",
            facts.Facts(
                {
                    "alerts.critical": _("Critical alerts that call"),
                    "alerts.high": _("High alerts that call"),
                },
                facts.alert_values,
            ),
        )
        facts.sources.register(
            "risk",
            facts.Facts(
                {
                    "risk.suggested": _("Highest level of disaster risk that readings suggest"),
                    "risk.official": _("Highest level of disaster risk in official bulletins"),
                },
                facts.risk_values,
            ),
        )
        live_topics.register("stages", None)
        menu.register(
            "stages", MenuItem("stages", _("Operating stage"), "traffic-lights", "stages", 17, "stages.view")
        )
