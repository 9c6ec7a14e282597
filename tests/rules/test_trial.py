"""A rule tried on the past raises what it would have raised."""

from datetime import timedelta

import pytest
from tests.rules.conftest import NOW

from halong.core.errors import NotFound
from halong.core.permissions import SYSTEM
from halong.observations.models import Series
from halong.rules.actions import advance_trial, start_trial
from halong.rules.drafts import RuleDraft
from halong.rules.models import Rule, RuleState
from halong.rules.trial import Episode, merged, try_rule


def at(minutes):
    return NOW - timedelta(minutes=minutes)


def draft(kind="threshold", prop="pm25", **params):
    return RuleDraft("PM2.5 high", kind, params, property=prop)


@pytest.fixture
def past(series, store_readings):
    """Two exceedances: one of 10 minutes with a peak of 80, one that still stands."""
    values = {60: 10, 55: 60, 50: 80, 45: 48, 40: 30, 35: 20, 30: 20, 25: 20, 20: 20, 15: 20, 10: 70, 5: 55}
    store_readings(series, [(at(ago), float(value)) for ago, value in values.items()])
    return series


def episodes(trial):
    return [(e.start, e.end, e.peak) for e in trial.episodes]


def test_counts_alerts_with_their_time_and_peak(past):
    trial = try_rule(draft(limit=50, clear=45), days=1, now=NOW)
    assert trial.count == 2
    assert trial.per_series == {past.pk: 2}
    assert episodes(trial) == [
        (at(55).timestamp(), at(40).timestamp(), 80.0),
        (at(10).timestamp(), None, 70.0),
    ]


def test_leaves_no_trace(past):
    try_rule(draft(limit=50), days=1, now=NOW)
    assert (Rule.objects.count(), RuleState.objects.count()) == (0, 0)


def test_a_duration_and_a_lower_limit(past):
    assert try_rule(draft(limit=50, for_s=300), days=1, now=NOW).count == 2
    assert try_rule(draft(limit=50, for_s=600), days=1, now=NOW).count == 0
    low = try_rule(draft(limit=15, direction="below"), days=1, now=NOW)
    assert episodes(low) == [(at(60).timestamp(), at(55).timestamp(), 10.0)]


def test_stuck_rate_and_range(past):
    assert try_rule(draft("stuck", seconds=1200, min_readings=3), days=1, now=NOW).count == 1
    assert try_rule(draft("rate", change=50, minutes=5), days=1, now=NOW).count == 2
    assert try_rule(draft("range", maximum=75), days=1, now=NOW).count == 1


def test_silence_is_gaps_of_the_whole_thing(station, series, store_readings):
    store_readings(series, [(at(90), 1.0), (at(60), 1.0), (at(55), 1.0)])
    other = Series.objects.create(entity=station, property="no2")
    store_readings(other, [(at(75), 1.0)])
    gap = try_rule(draft("silence", after_s=1200), days=1, now=NOW)
    assert [(e.start, e.end) for e in gap.episodes] == [
        (at(70).timestamp(), at(60).timestamp()),
        (at(35).timestamp(), None),
    ]
    whole = try_rule(draft("silence", prop="", after_s=1200), days=1, now=NOW)
    assert [(e.start, e.end) for e in whole.episodes] == [(at(35).timestamp(), None)]


def test_a_trial_goes_on_where_it_was_interrupted(station, past, store_readings):
    for n in range(3):
        entity = type(station).objects.create(urn=f"urn:x:{n}", types=["AirQualityObserved"])
        more = Series.objects.create(entity=entity, property="pm25", unit="GQ")
        store_readings(more, [(at(20), 10.0), (at(15), 60.0)])
    trial = start_trial(draft(limit=50), by=SYSTEM, days=1)
    steps = []
    while not trial.finished:
        standing = advance_trial(trial, by=SYSTEM, seconds=0)
        trial.refresh_from_db()
        steps.append((standing.done, standing.total))
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert standing.count == 5


def test_a_trial_is_its_makers_own(db, django_user_model):
    owner, other = (django_user_model.objects.create(username=name) for name in ("a", "b"))
    trial = start_trial(draft(limit=50), by=SYSTEM)
    trial.by = owner
    trial.save()
    with pytest.raises(NotFound):
        advance_trial(trial, by=other)


@pytest.mark.parametrize(("above", "peak"), [(True, 3.0), (False, -4.0)])
def test_what_comes_back_within_the_off_delay_is_one_alert_with_its_worst_value(above, peak):
    found = [Episode(1, 0.0, 10.0, 3.0), Episode(1, 40.0, 50.0, -4.0), Episode(1, 200.0, None, 1.0)]
    assert merged(found, 60, above=above) == [Episode(1, 0.0, 110.0, peak), Episode(1, 200.0, None, 1.0)]


def test_the_off_delay_counts_in_a_trial(past):
    assert episodes(try_rule(draft(limit=50, clear=45, clear_for_s=3600), days=1, now=NOW)) == [
        (at(55).timestamp(), None, 80.0)
    ]
