import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from halong.analysis.trend import reach, trend_of


@given(values=st.lists(st.floats(-100, 100), min_size=8, max_size=40))
def test_the_slope_is_that_of_theil_and_sen(values):
    assert trend_of(values).slope == pytest.approx(theilslopes(values).slope, abs=1e-9)


@given(
    values=st.lists(st.floats(-100, 100).map(lambda v: round(v, 3)), min_size=10, max_size=30, unique=True)
)
def test_the_interval_is_at_least_as_wide_as_that_of_sen(values):
    reference = theilslopes(values, alpha=0.9)
    found = trend_of(values)

    # ours takes the next pair outwards and is widened where values depend on their neighbours
    assert found.low <= reference.low_slope + 1e-9
    assert found.high >= reference.high_slope - 1e-9


def test_gaps_keep_their_place():
    values = [float(n) if n % 3 else None for n in range(30)]

    found = trend_of(values)

    assert found.slope == 1
    assert found.last == pytest.approx(29)


def test_fewer_than_eight_values_have_no_trend():
    assert trend_of([1.0] * 7 + [None] * 20) is None


def test_a_target_ahead_is_dated():
    rng = np.random.default_rng(1)
    found = reach(trend_of((np.arange(30) * 2 + rng.normal(0, 1, 30)).tolist()), 80)

    assert found.steps == pytest.approx(11, abs=1)
    assert found.soonest < found.steps < found.latest


def test_a_target_behind_too_far_or_without_a_clear_trend_is_not_dated():
    up = trend_of([float(n) for n in range(20)])
    flat = trend_of(np.random.default_rng(2).normal(0, 1, 20).tolist())

    assert reach(up, -5) is None
    assert reach(up, 1000) is None
    assert reach(flat, 10) is None
