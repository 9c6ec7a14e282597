from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.registry import HealthCheck, MenuItem, health_checks, menu
from halong.ingest.records import takers


class Open311ConnectorConfig(AppConfig):
    """The Open311 connector; see docs/open311.md."""

    name = "halong.connectors.open311"
    label = "open311"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take records in, hear of reports, offer the page."""
        from halong.connectors.open311 import queries, subscribers, taking  # noqa: F401, PLC0415 -- need the models

        takers.register(taking.REQUEST, taking.take_request)
        takers.register(taking.UPDATE, taking.take_update)
        health_checks.register(
            "open311", HealthCheck("open311", _("Exchange with partners"), queries.trouble, "attention")
        )
        menu.register(
            "open311-exchange",
            MenuItem(
                "open311-exchange",
                _("Exchange with partners"),
                "arrows-exchange",
                "open311-exchange",
                62,
                "sources.view",
            ),
        )
