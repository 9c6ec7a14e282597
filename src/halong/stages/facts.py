"""What criteria may ask about: numbers of the present, each given by whoever keeps it.

A module registers its facts in ``AppConfig.ready``; what can't be known now is None, never 0.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from halong.alerts.models import Alert
from halong.core.registry import Registry
from halong.stages.models import Bulletin, RiskSuggestion
from halong.stages.risk.levels import combined

Values = Mapping[str, float | None]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Facts:
    """Some facts that are worked out together: their names with the words for people, and how to get them."""

    labels: Mapping[str, Any]  # key → lazy words
    values: Callable[[], Values]


sources: Registry[Facts] = Registry()


def labels() -> dict[str, Any]:
    """Every fact that a criterion may name, in words."""
    return {key: label for source in sources for key, label in source.labels.items()}


def values() -> dict[str, float | None]:
    """Every fact as it stands. What one source can't say doesn't hinder the others."""
    found: dict[str, float | None] = {}
    for source in sources:
        found |= dict.fromkeys(source.labels)
        try:
            with transaction.atomic():
                found |= dict(source.values())
        except Exception:  # whatever somebody's source raises: unknown, and seen in the log
            logger.exception("facts %s can't be worked out", ", ".join(source.labels))
    return found


def alert_values() -> Values:
    """Alerts that ask for a response now."""
    calling = Alert.objects.calling(timezone.now())
    return {
        "alerts.critical": float(calling.filter(priority=1).count()),
        "alerts.high": float(calling.filter(priority=2).count()),
    }


def risk_values() -> Values:
    """The level that readings suggest (one more where several hazards meet), and the highest one of the official
    bulletins; 0 where there is none.
    """
    suggested = RiskSuggestion.objects.standing().values_list("level", flat=True)
    official = Bulletin.objects.standing().exclude(level=None).values_list("level", flat=True)
    return {
        "risk.suggested": float(combined(suggested) or 0),
        "risk.official": float(max((level or 0 for level in official), default=0)),
    }
