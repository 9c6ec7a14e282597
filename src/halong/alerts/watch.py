"""Alerts of Halong about itself (``core.registry.health_checks``) and about its sources."""

import logging

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from halong.alerts.actions import Condition, clear_alert, raise_alert
from halong.alerts.models import Alert, AlertQuerySet
from halong.core import registry
from halong.core.registry import HealthCheck
from halong.ingest.models import Source
from halong.rules.models import Rule

SYSTEM_SECTOR = "system"
PRIORITIES = {
    "critical": Rule.Priority.CRITICAL,
    "high": Rule.Priority.HIGH,
    "medium": Rule.Priority.ATTENTION,
    "low": Rule.Priority.ATTENTION,
}
logger = logging.getLogger(__name__)


def watch_self() -> None:
    """Raise an alert for every check that finds something, and clear those of checks that are content
    again.
    """
    with translation.override(settings.LANGUAGE_CODE):
        for check in registry.health_checks:
            _settle(
                f"self:{check.key}",
                _finding(check),
                title=_("Halong: {what}").format(what=check.label),
                priority=PRIORITIES.get(check.priority, Rule.Priority.HIGH),
            )


def _finding(check: HealthCheck) -> str | None:
    try:
        return check.check()
    except Exception as error:
        logger.exception("the check %s failed", check.key)
        return _("The check itself failed: {error}").format(error=type(error).__name__)


def watch_sources() -> None:
    """The same for sources that are broken or silent."""
    with translation.override(settings.LANGUAGE_CODE):
        wrong = {}
        bad = [Source.State.BROKEN, Source.State.SILENT]
        for source in Source.objects.filter(enabled=True, state__in=bad).select_related("place", "agency"):
            wrong[f"source:{source.pk}"] = source
        open_causes = set(_standing().filter(cause__startswith="source:").values_list("cause", flat=True))
        for cause in open_causes - wrong.keys():
            _settle(cause, None)
        for cause in wrong.keys() - open_causes:
            source = wrong[cause]
            broken = source.state == Source.State.BROKEN
            title = _("Source broken: {name}") if broken else _("Source silent: {name}")
            words = source.state_detail or _("Nothing has come from it for too long.")
            _settle(
                cause, words, title=title.format(name=source.name), priority=Rule.Priority.HIGH, source=source
            )


def _settle(
    cause: str,
    finding: str | None,
    *,
    title: str = "",
    priority: int = Rule.Priority.HIGH,
    source: Source | None = None,
) -> None:
    """Raise once while something is found, clear once when nothing is."""
    now = timezone.now()
    stands = _standing().filter(cause=cause).exists()
    if finding is None:
        if stands:
            clear_alert(cause, _serial(cause), now)
    elif not stands:
        condition = Condition(
            cause=cause,
            serial=_serial(cause),
            at=now,
            title=title,
            priority=priority,
            evidence={"finding": finding},
            sector=SYSTEM_SECTOR,
        )
        if source is not None:
            condition.place, condition.agency, condition.simulated = (
                source.place,
                source.agency,
                source.simulated,
            )
        raise_alert(condition)


def _standing() -> AlertQuerySet:
    """Open alerts whose condition still holds."""
    return Alert.objects.open().filter(cleared_at=None)


def _serial(cause: str) -> int:
    """The next number of a cause that no rule counts: one more than its newest alert's."""
    newest = Alert.objects.filter(cause=cause).order_by("-serial").values_list("serial", flat=True).first()
    return (newest or 0) + 1
