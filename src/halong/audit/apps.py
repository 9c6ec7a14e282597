from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.registry import HealthCheck, MenuItem, health_checks, menu


class AuditConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the page, and the check of the chain."""
        from halong.audit.chain import check_chain  # noqa: PLC0415 -- models aren't there before

        menu.register("audit", MenuItem("audit", _("Audit log"), "history", "audit", 830, "audit.view"))
        health_checks.register(
            "audit", HealthCheck("audit", _("Audit log"), check_chain, priority="critical")
        )
