"""The formulas through the contract of core.derived: labels, windows, gaps, what must be computed again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.core import registry
from halong.core.derived import affected_labels
from halong.sectors.environment import vn_aqi
from halong.sectors.environment.derived import DERIVED

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 17, tzinfo=UTC)  # 00:00 in Việt Nam: the label of 22/11
hourly, daily, water, discharge = DERIVED

means = st.one_of(st.none(), st.floats(0, 600))
# Up to 40 hours before NOW, some without an entry at all.
series = st.dictionaries(st.integers(0, 39).map(lambda n: NOW - n * HOUR), means)
windows = st.dictionaries(st.sampled_from(vn_aqi.PARAMETERS), series)


def steady(value, label, count):
    return {label - n * HOUR: value for n in range(count)}


def test_they_are_registered():
    assert [registry.derived_series[entry.key] for entry in DERIVED] == list(DERIVED)


def test_an_hour_of_a_station():
    window = {"pm25": steady(20.3, NOW, 12), "o3": {NOW: 136.1}, "no2": {NOW: 118.7}}
    explained = hourly.explain(NOW, window)
    assert hourly.compute(NOW, window) == explained.value == 59
    assert [(part.property, part.index, part.dominant) for part in explained.parts] == [
        ("pm25", 41, False), ("no2", 59, True), ("o3", 43, False),
    ]  # fmt: skip


def test_gases_of_an_earlier_hour_are_no_gases_of_this_hour():
    window = {"pm25": steady(10.0, NOW, 12), "no2": {NOW - HOUR: 1_000.0}}
    assert hourly.compute(NOW, window) == 20


def test_a_day_is_its_own_24_hours():
    window = {"pm25": steady(55.7, MIDNIGHT, 24) | steady(400.0, MIDNIGHT - 24 * HOUR, 8)}
    assert daily.compute(MIDNIGHT, window) == 110
    window["pm25"][MIDNIGHT + HOUR] = 400.0
    assert daily.compute(MIDNIGHT, window) == 110


def test_ozone_of_the_evening_before_counts_in_the_running_mean_alone():
    window = {"pm25": steady(1.0, MIDNIGHT, 24), "o3": steady(160.0, MIDNIGHT - 23 * HOUR, 8)}
    part = next(part for part in daily.explain(MIDNIGHT, window).parts if part.property == "o3")
    assert (part.concentration, part.index) == (160.0, 140)


def test_a_reason_is_given_in_words():
    explained = hourly.explain(NOW, {"no2": {NOW: 50.0}})
    assert explained.value is None
    assert str(explained.missing) != ""
    assert [part.property for part in explained.parts] == ["no2"]


def test_water():
    window = {"pH": {NOW: 7.0}, "cod": {NOW: 20.0}, "O2": {NOW: 6.0}, "temperature": {NOW: 25.0}}
    # DO 6.0 of 8.1757 mg/L: 73.39 %, index 73.39; COD 20: 66.67; mean 70.03
    assert water.compute(NOW, window) == 70
    assert [part.property for part in water.explain(NOW, window).parts if part.dominant] == ["cod"]
    assert water.compute(NOW + HOUR, window) is None


def test_who_can_have_an_index():
    assert hourly.is_open_for({"pm10", "so2"})
    assert not hourly.is_open_for({"so2", "temperature"})
    assert not water.is_open_for({"pH", "temperature"})


@pytest.mark.parametrize("entry", DERIVED, ids=lambda entry: entry.key)
@given(window=windows)
def test_no_gap_breaks_it_and_nothing_beyond_the_lookback_counts(entry, window):
    label = MIDNIGHT if entry.kind == "day" else NOW
    value = entry.compute(label, window)
    assert value is None or entry.minimum <= value <= entry.maximum
    first = label - (entry.lookback_hours - 1) * HOUR
    cut = {
        name: {hour: mean for hour, mean in hours.items() if first <= hour <= label}
        for name, hours in window.items()
    }
    assert entry.compute(label, cut) == value


@given(window=windows, late=st.integers(0, 39), mean=st.floats(0, 600))
def test_a_late_hour_changes_only_the_labels_that_are_computed_again(window, late, mean):
    hour = NOW - late * HOUR
    changed = {**window, "pm25": {**window.get("pm25", {}), hour: mean}}
    for entry in (hourly, daily):
        labels = (
            [NOW - n * HOUR for n in range(40)] if entry.kind == "hour" else [MIDNIGHT, MIDNIGHT - 24 * HOUR]
        )
        differing = {
            label for label in labels if entry.compute(label, window) != entry.compute(label, changed)
        }
        assert differing <= set(affected_labels(entry, hour))
