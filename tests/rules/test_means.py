"""Rules on means, habits and derived series: judged once, when an hour or a day is complete."""

from datetime import timedelta

import pytest
from django.db import connection
from tests.rules.conftest import NOW

from halong.observations.models import Series
from halong.rules.means import evaluate_means
from halong.rules.models import RuleState

HOUR = NOW.replace(minute=0, second=0) - timedelta(hours=1)  # a label that is over for long enough


@pytest.fixture
def hours(series):
    """Writes hourly means: ``hours({0: 60.0, 1: 55.0})``, keys are hours before ``HOUR``; None is
    incomplete.
    """

    def write(means, of=None):
        with connection.cursor() as cursor:
            for ago, mean in means.items():
                cursor.execute(
                    "INSERT INTO rollup_hour (time, mean, series_id, count, valid, complete)"
                    " VALUES (%s, %s, %s, 12, 12, %s) ON CONFLICT (series_id, time)"
                    " DO UPDATE SET mean = excluded.mean, complete = excluded.complete",
                    [HOUR - timedelta(hours=ago), mean, (of or series).pk, mean is not None],
                )

    return write


def states():
    return [(state.active, state.value) for state in RuleState.objects.order_by("rule_id")]


def test_an_hourly_limit_looks_at_complete_hours_once(make_rule, hours):
    make_rule(limit=50, averaging="1h")
    hours({1: 45.0, 0: None})
    assert evaluate_means() == 0
    hours({0: 60.0})
    assert evaluate_means() == 1
    assert states() == [(True, 60.0)]
    hours({0: 10.0})  # corrected later: raises nothing and ends nothing by itself
    assert evaluate_means() == 0
    assert states() == [(True, 60.0)]


def test_an_eight_hour_mean_needs_six_hours(make_rule, hours):
    make_rule(limit=50, averaging="8h")
    hours(dict.fromkeys(range(5), 60.0))
    assert evaluate_means() == 0
    hours({5: 60.0})
    assert evaluate_means() == 1


def test_a_day_is_judged_when_it_is_over(series, make_rule):
    make_rule(limit=45, averaging="24h")
    yesterday = (NOW + timedelta(hours=7)).date() - timedelta(days=1)
    with connection.cursor() as cursor:
        for day, mean in ((yesterday, 46.0), (yesterday + timedelta(days=1), 90.0)):
            cursor.execute(
                "INSERT INTO rollup_day (series_id, day, mean, count, valid, hours, complete)"
                " VALUES (%s, %s, %s, 288, 288, 24, true)",
                [series.pk, day, mean],
            )
    evaluate_means()
    assert states() == [(True, 46.0)]


def test_an_unusual_hour_is_told_from_the_same_hour_of_past_weeks(make_rule, hours):
    make_rule("habit", weeks=4, min_weeks=3, k=3)
    hours({168 * week: 10.0 + week for week in range(1, 5)})
    hours({168 * 5: 500.0, 0: 40.0})
    assert evaluate_means() == 1
    assert states() == [(True, 40.0)]


def test_values_of_derived_series_are_judged_here(station, make_rule, store_readings):
    derived = Series.objects.create(entity=station, property="vnAqi", derived="vn-aqi-hour", interval_s=3600)
    make_rule(prop="vnAqi", limit=150)
    store_readings(derived, [(HOUR, 160.0)])
    assert evaluate_means() == 1
    assert evaluate_means() == 0
    assert states() == [(True, 160.0)]
