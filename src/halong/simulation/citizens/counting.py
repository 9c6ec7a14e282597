"""Lets indicators of reports be counted again once the past that they look back on has been made."""

from datetime import datetime

from halong.indicators.grains import labels_between
from halong.indicators.marks import mark
from halong.indicators.models import Definition, Indicator


def count_again(since: datetime, now: datetime) -> int:
    """Mark every base period of the indicators of reports since then; returns how many. The worker computes them."""
    marks = []
    for indicator in Indicator.objects.filter(active=True, key__startswith="reports.").order_by("pk"):
        definition = indicator.definition_on(now.date())
        if definition is not None and definition.kind == Definition.Kind.RECORDS:
            labels = labels_between(since, now, definition.grain)
            marks += [(indicator.pk, definition.grain, label) for label in labels]
    mark(marks, now=now)
    return len(marks)
