"""Rates, groups, counts, neighbours."""

from datetime import timedelta

from tests.alerts.conftest import NOW

from halong.alerts import queries
from halong.alerts.grouping import flood_groups
from halong.alerts.models import Alert
from halong.context.models import Entity
from halong.core.permissions import SYSTEM


def everything():
    return Alert.objects.visible_to(SYSTEM)


def test_the_rate_counts_slots_of_ten_minutes(make_alert):
    for ago in (0, 1, 9, 10, 25, 200):
        make_alert(ago=ago)
    rate = queries.rate(everything(), NOW, slots=3)
    assert (rate.counts, rate.now, rate.mean) == ([1, 1, 3], 3, 5 / 3)


def test_the_rate_is_judged_against_one_two_and_ten():
    states = [queries.Rate([n]).state for n in (0, 1, 2, 3, 10, 11)]
    assert states == ["normal", "normal", "attention", "high", "high", "critical"]
    assert [queries.Rate([n]).flood for n in (10, 11)] == [False, True]


def test_a_flood_is_grouped_by_rule_and_place(make_alert, station, rule):
    for _ in range(3):
        make_alert(entity=station, rule=rule)
    other = make_alert(ago=5)
    alerts = everything().order_by("pk")
    assert [group.count for group in queries.singles(alerts)] == [1, 1, 1, 1]
    groups = flood_groups(alerts)
    assert [(len(group.members), group.waiting) for group in groups] == [(3, 3), (1, 1)]
    assert groups[1].lead == other


def test_a_flood_over_many_places_is_grouped_by_its_rule(make_alert, station, rule):
    elsewhere = Entity.objects.create(urn="urn:x:1", types=["X"], name="Elsewhere")
    here = [make_alert(entity=station, rule=rule) for _ in range(2)]
    there = make_alert(entity=elsewhere, rule=rule)
    [group] = flood_groups(everything().order_by("pk"))
    assert (group.scattered, group.members) == (True, [*here, there])
    assert group.ids == ",".join(str(alert.pk) for alert in (*here, there))


def test_tabs_hold_each_open_alert_once(make_alert, operator):
    from halong.alerts.actions import acknowledge, clear_alert, shelve

    make_alert()
    clear_alert(make_alert("c").cause, 2, NOW)
    shelve(make_alert(), by=operator, minutes=15)
    make_alert(root=Alert.objects.first())
    closed = make_alert("d")
    clear_alert("d", 2, NOW)
    acknowledge(closed, by=operator)
    counts = queries.tab_counts(everything(), NOW)
    assert counts == {"open": 1, "cleared": 1, "shelved": 1, "suppressed": 1}
    for tab in queries.TABS:
        assert queries.in_tab(everything(), tab, NOW).count() == 1


def test_alerts_are_found_by_words_without_marks_and_by_place(make_alert, station, ward):
    alert = make_alert(entity=station)
    make_alert(title="Mất tín hiệu")
    assert list(queries.narrowed(everything(), {"q": "cam pha pm2,5"})) == [alert]
    assert list(queries.narrowed(everything(), {"place": ward})) == [alert]
    assert list(queries.narrowed(everything(), {"sector": "environment", "priority": 2})) == [alert]
    assert queries.counts(everything(), NOW)["place"] == {ward.pk: 1, None: 1}


def test_what_changed_since(make_alert):
    alert = make_alert()
    assert list(queries.changed_since(everything(), NOW - timedelta(minutes=1))) == [alert]
    assert list(queries.changed_since(everything(), NOW + timedelta(days=1))) == []


def test_neighbours_are_near_in_time_and_place(make_alert, station):
    def thing(n, lon, lat):
        return Entity.objects.create(urn=f"urn:x:{n}", types=["X"], lon=lon, lat=lat)

    alert = make_alert(entity=station)
    near = make_alert(entity=thing(1, 107.35, 21.02))
    make_alert(entity=thing(2, 107.40, 21.02))  # 11.4 km away
    make_alert(entity=thing(3, 107.30, 21.02), ago=90)
    found = queries.neighbours(alert, everything())
    assert [(one.alert, round(one.km, 1)) for one in found] == [(near, 6.2)]
