from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halong.alerts import actions
from halong.alerts.events import AlertChanged
from halong.alerts.grouping import COLUMNS, Light, coarsest_needed, flood_groups
from halong.alerts.models import Alert, AlertEvent, Tuning
from halong.alerts.quality import measures, proposals, quieting, views
from halong.alerts.subscribers import on_crossing, on_root
from halong.context.models import Attribute, Entity
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.core.registry import sectors
from halong.observations.models import Series
from halong.rules.actions import create_rule
from halong.rules.drafts import RuleDraft
from halong.rules.events import Crossing
from halong.rules.models import Rule

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
T = datetime(2026, 11, 23, tzinfo=UTC)


def at(minute):
    return T + timedelta(minutes=minute)


def crossing(rule, station, serial, *, rising=True, ago=0, value=60.0):
    return Crossing(
        rule_id=rule.pk, series_id=station.series.get().pk, rising=rising,
        time=timezone.now() - timedelta(minutes=ago), value=value, limit=50.0, serial=serial,
    )  # fmt: skip


def plan(operator, **given):
    now = timezone.now()
    return quieting.plan_maintenance(
        quieting.Plan(
            **({"starts_at": now, "ends_at": now + timedelta(hours=1), "reason": "thay cảm biến"} | given)
        ),
        by=operator,
    )


def test_nothing_critical_is_ever_lost(make_alert, station, operator, rule):
    """Whatever keeps others quiet - planned work, a dead parent, a flood, the shelf - a critical alert calls."""
    now = timezone.now()
    root = make_alert("source:1", title="Nguồn hỏng")
    window = plan(operator, entity=station)
    assert quieting.window_of(station, timezone.now()) == window
    make_alert("a", priority=1, entity=station, root=root, window=window)
    make_alert("b", priority=1, entity=station, window=window)
    quieting.keep_windows()
    quieting.end_maintenance(window, by=operator)
    told = AlertEvent.objects.filter(alert__cause__in=["a", "b"]).values_list("kind", flat=True)
    assert set(told) == {"raised"}  # nothing kept them quiet, and nothing that ends makes them quiet
    quiet = make_alert("c", priority=3, entity=station, root=root)
    assert quiet.suppressed
    actions.raise_alert(actions.Condition("c", 2, now, "nặng hơn", 1, entity=station))  # it becomes critical
    calling = Alert.objects.calling(timezone.now())
    assert {alert.cause for alert in calling} == {"source:1", "a", "b", "c"}
    for n in range(200):
        make_alert(f"flood:{n}", priority=3, rule=rule, entity=station)
    last = make_alert("last", priority=1, title="Vỡ đập")
    shown = {pk for group in flood_groups(calling.order_by("priority", "-raised_at")) for pk in group.pks}
    assert shown == set(calling.values_list("pk", flat=True))
    assert last.pk in shown
    with pytest.raises(Invalid):
        actions.shelve(last, by=operator, minutes=240)
    actions.shelve(last, by=operator, minutes=60)
    Alert.objects.filter(pk=last.pk).update(shelved_until=timezone.now())
    actions.return_shelved()
    assert last.pk in set(Alert.objects.calling(timezone.now()).values_list("pk", flat=True))


def test_the_shelf_isnt_for_ever(make_alert, operator):
    alert = make_alert()
    for _again in range(3):
        actions.shelve(alert, by=operator, minutes=15)
        actions.unshelve(alert, by=operator)
    with pytest.raises(Invalid):
        actions.shelve(alert, by=operator, minutes=15)


def test_planned_work_keeps_quiet_and_ends(make_alert, station, operator, person, ward):
    before = make_alert("before", priority=3, entity=station)
    elsewhere = make_alert("elsewhere", priority=3)
    window = plan(operator, place=ward, sector="environment")
    assert window.about == f"{sectors['environment'].name} · {ward.name}"
    assert quieting.window_of(station, timezone.now()) == window
    for alert in (before, elsewhere):
        alert.refresh_from_db()
    assert (before.suppressed, elsewhere.suppressed) == (True, False)
    quieting.end_maintenance(window, by=operator)
    before.refresh_from_db()
    assert (before.suppressed, before.window) == (False, None)
    assert [event.kind for event in before.events.order_by("pk")] == ["raised", "maintenance", "unsuppressed"]
    now = timezone.now()
    for wrong in (
        {"entity": station, "ends_at": now - timedelta(hours=1)},
        {"entity": station, "ends_at": now + timedelta(days=31)},
        {"entity": station, "reason": " "},
        {},
    ):
        with pytest.raises(Invalid):
            plan(operator, **wrong)
    for stranger in (person("mai", "auditor"), SYSTEM):
        with pytest.raises(Forbidden):
            plan(stranger, entity=station)


def test_a_window_that_runs_out_lets_its_alerts_speak(make_alert, station, operator):
    alert = make_alert(priority=3, entity=station)
    window = plan(operator, entity=station)
    quieting.Maintenance.objects.filter(pk=window.pk).update(
        starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now() - timedelta(seconds=1)
    )
    assert quieting.keep_windows() == 1
    alert.refresh_from_db()
    assert not alert.suppressed


@pytest.fixture
def silence(db):
    return create_rule(RuleDraft("Im lặng", "silence", {"intervals": 3}, priority=3), by=SYSTEM, enabled=True)


@pytest.mark.parametrize("first", ["parent", "child"])
def test_a_dead_gateway_silences_its_children(first, station, silence, make_alert):
    gateway = Entity.objects.create(urn="urn:ngsi-ld:Device:gw", types=["Device"], name="Cổng")
    Series.objects.create(entity=gateway, property="rssi", unit="DBM", interval_s=60)
    Attribute.objects.create(
        entity=station,
        name="gateway",
        kind="Relationship",
        document={"type": "Relationship", "object": gateway.urn},
    )
    grave = make_alert("grave", priority=1, entity=station, rule=silence)
    order = [gateway, station] if first == "parent" else [station, gateway]
    for thing in order:
        on_crossing(crossing(silence, thing, 1, value=None))
        for event in AlertEvent.objects.filter(kind="raised"):
            on_root(AlertChanged(event.alert_id, event.pk, event.kind))
    parent = Alert.objects.get(cause__endswith=f"series:{gateway.series.get().pk}")
    child = Alert.objects.get(cause__endswith=f"series:{station.series.get().pk}")
    grave.refresh_from_db()
    assert (child.root, child.suppressed, parent.suppressed, grave.suppressed) == (parent, True, False, False)
    actions.clear_alert(parent.cause, 2, timezone.now())
    child.refresh_from_db()
    assert not child.suppressed


def test_the_off_delay_keeps_one_alert(station, rule):
    Rule.objects.filter(pk=rule.pk).update(params=rule.params | {"clear_for_s": 300})
    on_crossing(crossing(rule, station, 1))
    on_crossing(crossing(rule, station, 2, rising=False, value=40.0))
    on_crossing(crossing(rule, station, 3))
    alert = Alert.objects.get()
    assert (alert.state, alert.occurrences, alert.clears_at) == ("new", 1, None)
    on_crossing(crossing(rule, station, 4, rising=False, value=40.0))
    assert (actions.clear_held(), Alert.objects.get().state) == (0, "new")
    Alert.objects.update(clears_at=timezone.now())
    assert (actions.clear_held(), Alert.objects.get().state) == (1, "cleared")
    on_crossing(crossing(rule, station, 5))
    assert (Alert.objects.get().state, Alert.objects.get().occurrences) == ("new", 2)
    late = crossing(rule, station, 6, rising=False, value=40.0, ago=6)
    on_crossing(late)  # heard of late: it is over already, and since when it ended, as the others are
    assert (Alert.objects.get().state, Alert.objects.get().cleared_at) == ("cleared", late.time)


spans = st.lists(
    st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=20
)  # minutes of lasting, of the pause after it


@PATIENT
@given(spans)
def test_delays_never_make_more_and_grow_with_time(pairs):
    minute, own = 0, []
    for lasts, pause in pairs:
        own.append((at(minute), at(minute + lasts)))
        minute += lasts + pause
    for count in (proposals.after_off_delay, proposals.after_on_delay):
        counts = [count(own, 60 * minutes) for minutes in (0, 5, 10, 20, 40)]
        assert counts[0] == len(own)
        assert counts == sorted(counts, reverse=True)
    # the plain definition: one more alert for every pause that is longer than the delay
    assert proposals.after_off_delay(own, 600) == 1 + sum(pause > 10 for _lasts, pause in pairs[:-1])
    assert proposals.after_on_delay(own, 600) == sum(lasts >= 10 for lasts, _pause in pairs)


def chatter(rule, station, times=8):
    for n in range(times):
        on_crossing(crossing(rule, station, 2 * n + 1, ago=4 * (times - n)))
        on_crossing(crossing(rule, station, 2 * n + 2, rising=False, value=40.0, ago=4 * (times - n) - 2))


def test_a_proposal_is_applied_as_a_new_version_and_undone(station, rule, operator, person):
    chatter(rule, station)
    found = {one.kind: one for one in proposals.proposals_for([rule], timezone.now())}
    off = found["off-delay"]
    assert (off.seconds, off.before, off.after, off.fewer) == (300, 8, 1, 87.5)
    with pytest.raises(Forbidden):
        proposals.apply_proposal(rule, "off-delay", 300, by=person("mai", "officer"), version=rule.version)
    tuning = proposals.apply_proposal(rule, "off-delay", 300, by=operator, version=rule.version)
    rule.refresh_from_db()
    assert (rule.version, rule.params["clear_for_s"], tuning.count_before, tuning.count_after) == (
        2,
        300,
        8,
        1,
    )
    with pytest.raises(Conflict):
        proposals.apply_proposal(rule, "off-delay", 600, by=operator, version=1)
    proposals.undo_tuning(tuning, by=operator)
    rule.refresh_from_db()
    assert (rule.version, rule.params["clear_for_s"]) == (3, 0)
    with pytest.raises(Conflict):
        proposals.undo_tuning(tuning, by=operator)
    Rule.objects.filter(pk=rule.pk).update(priority=1)
    rule.refresh_from_db()
    assert {one.kind for one in proposals.proposals_for([rule], timezone.now())} == {"off-delay"}
    with pytest.raises(Invalid):
        proposals.apply_proposal(rule, "on-delay", 300, by=operator, version=rule.version)


def states_of(found):
    names = ("mean", "peak", "flood", "top", "chattering", "stale")
    return dict(zip(names, [row["state"] for row in views.figures(found)], strict=True))


def test_figures_of_quality(station, rule, operator, make_alert):
    chatter(rule, station)
    old = make_alert("old", ago=25 * 60)
    found = measures.quality(Alert.objects.visible_to(SYSTEM), timezone.now())
    assert (found.total, found.operators, found.stale, found.chattering) == (8, 1, 1, 1)
    assert (found.sources[0].count, found.sources[0].share, found.top_share) == (8, 100.0, 100.0)
    assert (found.top_aim, states_of(found)["top"]) == (None, "normal")  # of two sources nobody can say it
    many = replace(found, sources=found.sources * 200)
    assert (many.top_aim, states_of(many)["top"]) == (5.0, "high")
    assert states_of(found)["chattering"] == "high"
    assert sum(found.per_slot) == 8
    assert found.spread == {1: 0.0, 2: 100.0, 3: 0.0}
    actions.acknowledge(old, by=operator)
    found = measures.quality(Alert.objects.visible_to(SYSTEM), timezone.now())
    assert [row.count for row in found.answered] == [0, 1, 0]


def test_how_fast_is_counted():
    row = measures.answered(2, [10.0, 100.0, 200.0, 400.0])
    assert (row.median_s, row.share_within, row.within_s) == (150.0, 75.0, 300.0)
    assert measures.answered(1, []).median_s is None
    assert measures.slots([at(0.5), at(9), at(10.5)], T, [2, 1]) == [1.0, 1.0]
    assert [measures.chatters([at(0), at(5), at(m)]) for m in (10, 11)] == [True, False]


lights = st.builds(
    Light,
    pk=st.integers(), rule=st.integers(1, 40) | st.none(), priority=st.integers(1, 3), place=st.integers(1, 54),
    sector=st.sampled_from(["environment", "traffic", "health", ""]), state=st.just("new"),
    apart=st.just(False), raised_at=st.just(T),
)  # fmt: skip


@PATIENT
@given(st.lists(lights, max_size=300, unique_by=lambda row: row.pk))
def test_a_flood_stays_under_thirty_rows_and_loses_none(rows):
    parts, _level = coarsest_needed(rows)
    assert len(parts) < 30
    assert sorted(row.pk for part in parts for row in part) == sorted(row.pk for row in rows)


def test_one_is_taken_out_of_its_group_and_put_back(make_alert, station, rule, operator):
    alerts = [make_alert(rule=rule, entity=station) for _n in range(4)]
    every = Alert.objects.order_by("pk")
    assert [group.count for group in flood_groups(every)] == [4]
    quieting.take_from_group(alerts[1], by=operator)
    assert [group.count for group in flood_groups(every)] == [3, 1]
    with pytest.raises(Conflict):
        quieting.take_from_group(alerts[1], by=operator)
    quieting.take_from_group(alerts[1], by=operator, apart=False)
    assert [group.count for group in flood_groups(every)] == [4]
    assert Light._fields == COLUMNS


def test_the_pages(client, operator, station, rule):
    chatter(rule, station)
    client.cookies["django_language"] = "en"
    client.force_login(operator)
    page = client.get(reverse("alerts-quality")).content.decode()
    assert "Raise the off-delay to 5 minutes: 88% fewer" in page
    form = {"kind": "off-delay", "seconds": "300", "version": str(rule.version)}
    assert client.post(reverse("alerts-tune", args=[rule.pk]), form).status_code == 302
    assert client.post(reverse("alerts-tune-undo", args=[Tuning.objects.get().pk])).status_code == 302
    form = {"starts_at": "2099-01-01T08:00", "ends_at": "2099-01-01T10:00", "reason": "thay cảm biến"}
    assert client.get(f"{reverse('alerts-maintenance')}?entity=x").status_code == 200
    url = f"{reverse('alerts-maintenance')}?entity={station.pk}"
    assert client.post(url, form).status_code == 302
    window = quieting.Maintenance.objects.get()
    assert window.entity == station
    assert "thay cảm biến" in client.get(url).content.decode()
    assert client.post(reverse("alerts-maintenance-end", args=[window.pk])).status_code == 302
    assert (
        client.post(reverse("alert-apart", args=[Alert.objects.get().pk]), {"next": "/alerts"})["Location"]
        == "/alerts"
    )


def test_a_flood_of_ten_thousand_is_a_list_of_under_thirty_rows(
    client, operator, ward, django_assert_max_num_queries
):
    rules = [
        create_rule(RuleDraft(f"r{n}", "threshold", {"limit": 1}, property="pm25"), by=SYSTEM)
        for n in range(40)
    ]
    now = timezone.now()
    Alert.objects.bulk_create(
        Alert(rule=rules[n % 40], cause=f"f{n}", title=f"t{n}", priority=1 + n % 3, place=ward if n % 2 else None,
              sector=("environment", "traffic")[n % 2], raised_at=now - timedelta(milliseconds=n), changed_at=now)
        for n in range(10_000)
    )  # fmt: skip
    client.force_login(operator)
    with django_assert_max_num_queries(40):
        page = client.get(reverse("alerts"))
    groups = list(page.context["listing"].page)
    assert page.content.count(b'<tr class="row-') == len(groups)
    assert len(groups) < 30
    assert sum(group.count for group in groups) == 10_000
    assert [group.lead.priority for group in groups] == sorted(group.lead.priority for group in groups)
