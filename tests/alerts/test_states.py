"""The states of ANSI/ISA-18.2 (figure of alarm states), transition by transition: what each event does in each state."""

from datetime import timedelta

import pytest
from django.utils import timezone

from halong.alerts import actions
from halong.alerts.models import Alert
from halong.alerts.quality import quieting
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM

pytestmark = pytest.mark.django_db
KEPT = Conflict

# ISA-18.2 state → how it is reached here
REACHED = {
    "unacknowledged": (),  # B: in alarm, not acknowledged
    "acknowledged": ("acknowledge",),  # C: in alarm, acknowledged
    "returned": ("clear",),  # D: returned to normal, not acknowledged
    "normal": ("acknowledge", "clear"),  # A: closed
    "shelved": ("shelve",),  # E
    "suppressed": ("suppress",),  # F: suppressed by design
}
# state → event → state (KEPT: refused, the state stays)
TABLE = {
    "unacknowledged": {
        "acknowledge": "acknowledged", "clear": "returned", "occur": "unacknowledged", "shelve": "shelved",
        "unshelve": KEPT, "suppress": "suppressed", "release": "unacknowledged",
    },
    "acknowledged": {
        "acknowledge": KEPT, "clear": "normal", "occur": "acknowledged", "shelve": "shelved", "unshelve": KEPT,
        "suppress": "suppressed", "release": "acknowledged",
    },
    "returned": {
        "acknowledge": "normal", "clear": "returned", "occur": "unacknowledged", "shelve": "shelved",
        "unshelve": KEPT, "suppress": "suppressed", "release": "returned",
    },
    "normal": {
        "acknowledge": KEPT, "clear": "normal", "occur": "another", "shelve": KEPT, "unshelve": KEPT,
        "suppress": "normal", "release": "normal",
    },
    "shelved": {
        "acknowledge": "shelved", "clear": "shelved", "occur": "shelved", "shelve": KEPT, "unshelve": "unacknowledged",
        "suppress": "suppressed", "release": "shelved", "time": "unacknowledged",
    },
    "suppressed": {
        "acknowledge": "suppressed", "clear": "suppressed", "occur": "suppressed", "shelve": "suppressed",
        "unshelve": KEPT, "suppress": "suppressed", "release": "unacknowledged",
    },
}  # fmt: skip


def state_of(alert):
    """The state of ISA-18.2 that an alert is in."""
    alert.refresh_from_db()
    if alert.state == "closed":
        return "normal" if Alert.objects.filter(cause=alert.cause).count() == 1 else "another"
    if alert.suppressed:
        return "suppressed"
    if alert.shelved_until is not None and alert.shelved_until > timezone.now():
        return "shelved"
    return {"new": "unacknowledged", "acknowledged": "acknowledged", "cleared": "returned"}[alert.state]


def occur(alert, _operator):
    again = actions.Condition(
        alert.cause, alert.serial + 1, timezone.now(), "t", alert.priority, entity=alert.entity
    )
    actions.raise_alert(again)


def time_passes(alert, _operator):
    Alert.objects.filter(pk=alert.pk).update(shelved_until=timezone.now())
    actions.return_shelved()


def suppress(alert, operator):
    now = timezone.now()
    if not alert.window_id:
        plan = quieting.Plan(now, now + timedelta(hours=1), "thay cảm biến", entity=alert.entity)
        quieting.plan_maintenance(plan, by=operator)


def release(_alert, operator):
    for window in quieting.Maintenance.objects.filter(ended_at=None):
        quieting.end_maintenance(window, by=operator)


EVENTS = {
    "acknowledge": lambda alert, operator: actions.acknowledge(alert, by=operator),
    "clear": lambda alert, _by: actions.clear_alert(alert.cause, alert.serial + 1, timezone.now()),
    "occur": occur,
    "shelve": lambda alert, operator: actions.shelve(alert, by=operator, minutes=15),
    "unshelve": lambda alert, operator: actions.unshelve(alert, by=operator),
    "time": time_passes,
    "suppress": suppress,
    "release": release,
}


def run(event, alert, operator):
    alert.refresh_from_db()
    EVENTS[event](alert, operator)


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [(before, event, after) for before, row in TABLE.items() for event, after in row.items()],
)
def test_the_table_of_states(before, event, after, make_alert, operator, station):
    alert = make_alert(entity=station)
    for step in REACHED[before]:
        run(step, alert, operator)
    assert state_of(alert) == before
    if after is KEPT:
        with pytest.raises((Conflict, Invalid)):
            run(event, alert, operator)
        after = before
    else:
        run(event, alert, operator)
    assert state_of(alert) == after


def test_no_machine_acknowledges(make_alert):
    with pytest.raises(Forbidden):
        actions.acknowledge(make_alert(), by=SYSTEM)
