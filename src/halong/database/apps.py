from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatabaseConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.database"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of ``halong doctor``."""
        from halong.core.registry import HealthCheck, health_checks  # noqa: PLC0415 -- Django is up only now
        from halong.database import health  # noqa: PLC0415

        for check in (
            HealthCheck("database", _("Database"), health.check_database, "critical"),
            HealthCheck("migrations", _("Database tables"), health.check_migrations),
            HealthCheck("disk", _("Disk"), health.check_disk, "critical"),
            HealthCheck("clock", _("Clock"), health.check_clock),
            HealthCheck("processes", _("Processes"), health.check_processes),
            HealthCheck("queue", _("Queue of jobs"), health.check_queue),
            HealthCheck("backup", _("Backup"), health.check_backup, "medium"),
        ):
            health_checks.register(check.key, check)
