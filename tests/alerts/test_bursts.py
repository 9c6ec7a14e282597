"""Alerts of one cause that come soon after each other are one row of the list, also outside of floods."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from halong.alerts.grouping import BURST, Light, bursts

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def light(pk, minute, *, rule=1, priority=2, place=None, apart=False):
    return Light(pk, rule, priority, place or pk, "sea", "new", apart, NOON + timedelta(minutes=minute))


def pks(rows):
    return [[row.pk for row in part] for part in bursts(rows)]


def test_three_stations_of_one_rule_are_one_row_and_two_are_two():
    assert pks([light(1, 0), light(2, 5), light(3, 20)]) == [[1, 2, 3]]
    assert pks([light(1, 0), light(2, 5)]) == [[1], [2]]


def test_another_priority_another_rule_or_another_day_stays_apart():
    rows = [light(1, 0), light(2, 5), light(3, 9, priority=1), light(4, 9, rule=2), light(5, 900)]
    assert pks(rows) == [[1], [2], [3], [4], [5]]


def test_what_a_person_took_out_of_its_group_stays_out():
    assert pks([light(1, 0), light(2, 5), light(3, 6), light(4, 7, apart=True)]) == [[1, 2, 3], [4]]


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(1, 3), st.booleans()), max_size=40))
def test_every_alert_stands_in_one_row_and_rows_are_waves_of_one_rule(made):
    rows = [light(pk, minute, rule=rule, apart=apart) for pk, (minute, rule, apart) in enumerate(made)]
    parts = bursts(rows)
    assert sorted(row.pk for part in parts for row in part) == list(range(len(rows)))
    for part in parts:
        assert len(part) == 1 or len(part) >= 3
        times = sorted(row.raised_at for row in part)
        assert all(later - earlier <= BURST for earlier, later in pairwise(times))
        assert len({row.rule for row in part}) == 1
