"""Crossings become alerts. Delivered at least once, and of one rule and series in their order
(``rules.store``).
"""

from django.utils import timezone

from halong.alerts import evidence
from halong.alerts.actions import Condition, clear_alert, hold_clear, raise_alert
from halong.alerts.events import AlertChanged
from halong.alerts.models import Alert
from halong.alerts.quality.quieting import adopt_children, root_of, window_of
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
        _over(crossing)
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
            window=window_of(entity, timezone.now()),
        )
    )


def _over(crossing: Crossing) -> None:
    """The condition ended. One that ended because its rule was switched off has no reading: it ends now."""
    if crossing.value is None:
        clear_alert(cause_of(crossing), crossing.serial, timezone.now())
        return
    rule = Rule.objects.filter(pk=crossing.rule_id).first()
    wait_s = rule.params.get("clear_for_s", 0) if rule is not None else 0
    if wait_s:
        hold_clear(cause_of(crossing), crossing.serial, crossing.time, wait_s=wait_s)
    else:
        clear_alert(cause_of(crossing), crossing.serial, crossing.time)


@subscribe(AlertChanged)
def on_root(happened: AlertChanged) -> None:
    """A source or gateway that falls silent explains the silence of what comes through it."""
    if happened.kind != "raised":
        return
    alert = Alert.objects.select_related("rule", "entity").filter(pk=happened.alert_id).first()
    if alert is not None and (
        alert.cause.startswith("source:") or (alert.rule and alert.rule.kind == Rule.Kind.SILENCE)
    ):
        adopt_children(alert)
