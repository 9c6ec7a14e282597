"""What needs a decision: alerts by cause, red indicators, tasks and tables, each only for those who may decide."""

from datetime import date, timedelta

import pytest
from tests.province import HOUR, now, top

from halong.alerts.models import Alert
from halong.context.scope import Scope
from halong.indicators.models import Collection, Submission
from halong.indicators.standings import standings
from halong.panorama.decisions import decisions
from halong.rules.models import Rule
from halong.tasks.actions import TaskDraft, create_task, finish_task

RED = [{"state": "high", "below": 15}]


@pytest.fixture
def raise_alerts(make_station):
    """Open alerts of one rule, one a station."""

    def make(count, *, priority=3, first=1, **given):
        rule = Rule.objects.create(
            name="Mất tín hiệu", kind="silence", property="pm25", priority=priority, valid_from=now()
        )
        return [
            Alert.objects.create(
                rule=rule, entity=(station := make_station(number)), place=station.place, sector="environment",
                cause=f"rule:{rule.pk}:{number}", title=f"Mất tín hiệu · {station.name}", priority=priority,
                raised_at=now() - timedelta(minutes=number), changed_at=now(), **given,
            )
            for number in range(first, first + count)
        ]  # fmt: skip

    return make


def found(user, alerts=(), indicators=(), scope=None):
    return decisions(user, alerts, indicators, scope or Scope())


def test_alerts_of_one_cause_are_one_decision(person, raise_alerts):
    alerts = raise_alerts(5)
    [decision] = found(person("leader"), alerts)
    assert decision.title == "Mất tín hiệu: 5"
    assert decision.acknowledge is None  # a leader doesn't handle alerts, and five aren't acknowledged as one


def test_one_alert_may_be_acknowledged_by_who_handles_alerts(person, raise_alerts):
    [alert] = raise_alerts(1)
    [decision] = found(person("operator"), [alert])
    assert (decision.acknowledge, decision.origin, decision.ref) == (alert.pk, "alert", str(alert.pk))


def test_the_gravest_come_first_whatever_their_kind(person, raise_alerts, make_indicator):
    make_indicator("beds", [20.0, 9.0], bands=RED, name="Giường trống")
    alerts = [*raise_alerts(1), *raise_alerts(1, priority=1, first=7)]
    user = person("leader")
    rows = found(user, alerts, standings(user))
    assert [row.state for row in rows] == ["critical", "high", "attention"]
    assert rows[1].title == "Giường trống"
    assert rows[1].text.startswith("9 %")


def test_an_indicator_asks_only_while_it_is_red_and_fresh(person, make_indicator):
    make_indicator("beds", [9.0, 20.0], bands=RED)
    old = make_indicator("old", [9.0], bands=RED)
    old.values.update(label=top() - 30 * HOUR)
    user = person("leader")
    assert found(user, (), standings(user)) == []


def test_a_finished_task_waits_for_the_one_who_gave_it(person, agency):
    giver, other, worker = person("leader"), person("leader"), person("officer", agency=agency)
    task = create_task(TaskDraft("Kiểm tra trạm", agency, now() + timedelta(days=2)), by=giver)
    assert found(giver) == []
    finish_task(task, by=worker, evidence="đã thay đầu đo")
    assert [(d.key, d.assignable, d.action[1]) for d in found(giver)] == [
        (f"task-{task.pk}", False, f"/tasks/{task.pk}")
    ]
    assert found(other) == []


def test_a_table_waits_for_who_may_approve_it(person, agency, make_indicator):
    collection = Collection.objects.create(
        key="health.monthly", title="Biểu tháng", grain="month", starts=date(2026, 1, 1)
    )
    Submission.objects.create(
        collection=collection, agency=agency, label=top(), due_at=now(), state="submitted", submitted_at=now()
    )
    assert [d.origin for d in found(person("leader"))] == ["submission"]
    assert found(person("officer", agency=agency)) == []
