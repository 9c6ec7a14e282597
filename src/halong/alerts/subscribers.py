"""Crossings become alerts. Delivered at least once, and of one rule and series in their order
(``rules.store``).
"""

from django.utils import timezone

from halong.alerts import evidence
from halong.alerts.actions import Condition, clear_alert, raise_alert
from halong.alerts.queries import root_of
from halong.core.events import subscribe
from halong.observations.models import Series
from halong.rules.events import Crossing
from halong.rules.models import Rule


def cause_of(crossing: Crossing) -> str:
    """What may be open only once for a crossing."""
    return f"rule:{crossing.rule_id}:series:{crossing.series_id}"


@subscribe(Crossing)
def on_crossing(crossing: Crossing) -> None:
    """Raise or clear the alert of a rule and a series. A rule or series that is gone by now is left alone."""
    if not crossing.rising:
        # A condition that ended because its rule was switched off has no reading: it ends now.
        clear_alert(
            cause_of(crossing),
            crossing.serial,
            crossing.time if crossing.value is not None else timezone.now(),
        )
        return
    rule = Rule.objects.filter(pk=crossing.rule_id).first()
    series = (
        Series.objects.select_related("entity", "entity__place", "entity__agency")
        .filter(pk=crossing.series_id)
        .first()
    )
    if rule is None or series is None:
        return
    entity = series.entity
    raise_alert(
        Condition(
            cause=cause_of(crossing),
            serial=crossing.serial,
            at=timezone.now() if crossing.value is None else crossing.time,
            title=f"{rule.name} · {entity}",
            priority=rule.priority,
            evidence=evidence.gather(rule, series, crossing),
            rule=rule,
            series=series,
            entity=entity,
            place=entity.place,
            agency=entity.agency,
            sector=entity.sector,
            simulated=entity.simulated,
            root=root_of(entity) if rule.kind == Rule.Kind.SILENCE else None,
        )
    )
