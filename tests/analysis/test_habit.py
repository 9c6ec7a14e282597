import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from halong.analysis.grain import HOUR
from halong.analysis.habit import (
    NotEnoughHistory,
    learn,
    level_after,
    level_before,
    run_lengths,
    spikes,
    spread,
    steps,
    symmetric_offset,
)

SOME = arrays(np.float64, st.integers(1, 40), elements=st.integers(0, 3).map(float) | st.just(np.nan))


def median_or_nan(values, window):
    known = values[~np.isnan(values)]
    return np.median(known) if len(known) >= max(window / 3, 1) else np.nan


@given(values=SOME, window=st.integers(1, 6))
def test_levels_are_medians_of_their_windows(values, window):
    count = len(values)
    before = [median_or_nan(values[max(0, at - window) : at], window) for at in range(count)]
    after = [
        median_or_nan(values[at : at + window], window) if at + window <= count else np.nan
        for at in range(count)
    ]

    np.testing.assert_array_equal(level_before(values, window), before)
    np.testing.assert_array_equal(level_after(values, window), after)


@given(values=SOME)
def test_runs_are_counted_as_one_would_by_hand(values):
    expected, run, before = [], 0, np.nan
    for value in values:
        run = 0 if np.isnan(value) else run + 1 if value == before else 1
        before = value
        expected.append(run)

    assert run_lengths(values).tolist() == expected


def test_a_spike_stands_out_from_both_sides_and_a_step_does_not():
    calm = np.zeros(30)
    spike, step = calm.copy(), calm.copy()
    spike[10] = 5.0
    step[10:] = 5.0

    assert np.nanmax(spikes(spike, 2)) == 5.0
    assert np.nanmax(np.abs(spikes(step, 2))) == 0.0
    assert np.nanmax(steps(step, 8)) == 5.0


def test_the_scale_of_normal_noise_is_its_standard_deviation():
    noise = np.random.default_rng(1).normal(0, 3, 5000)

    found = spread(noise)

    assert found.scale == pytest.approx(3, rel=0.05)
    assert found.tail == pytest.approx(3 * 2.33, rel=0.05)
    assert spread(np.full(50, np.nan)).limit(1, 1) == np.inf


def test_a_week_is_needed_and_said():
    with pytest.raises(NotEnoughHistory) as told:
        learn(HOUR, 0, np.arange(100.0))
    assert (told.value.have, told.value.need) == (100, 168)

    holes = np.where(np.arange(300) % 2, np.nan, 1.0)
    with pytest.raises(NotEnoughHistory):
        learn(HOUR, 0, holes)


def test_restless_hours_are_given_more_room():
    rng = np.random.default_rng(5)
    hours = np.arange(21 * 24)
    loud = np.where((hours % 24 > 8) & (hours % 24 < 18), 6.0, 1.0)

    habit = learn(HOUR, 0, 50 + rng.normal(0, 1, len(hours)) * loud)

    assert habit.weights[13] > 3 * habit.weights[3]


def test_logarithms_are_for_what_is_positive_and_skewed():
    skewed = np.random.default_rng(2).lognormal(3, 0.8, 500)

    assert symmetric_offset(skewed) == 0.5 * np.median(skewed)
    assert symmetric_offset(skewed - 100) is None
    assert symmetric_offset(np.random.default_rng(2).normal(20, 1, 500)) is None


def test_a_switch_has_no_habit_of_size():
    values = np.zeros(300)
    values[50:60] = 1.0

    assert not learn(HOUR, 0, values).sized
