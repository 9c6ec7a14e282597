from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.registry import MenuItem, alert_counters, live_topics, menu


class AlertsConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.alerts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to crossings; offer the pages and the live topic."""
        from halong.alerts import measures, queries, subscribers  # noqa: F401, PLC0415 -- need the models

        measures.register()
        alert_counters.register("alerts", queries.raised_by_rule)
        live_topics.register("alerts", "alerts.view")
        menu.register("alerts", MenuItem("alerts", _("Alerts"), "bell", "alerts", 11, "alerts.view"))
