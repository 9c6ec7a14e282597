import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.tsa.seasonal import STL

from halong.analysis.decompose import decompose, fill, pattern

HOURS = np.arange(14 * 24)
DAILY = 5 * np.sin(HOURS * 2 * np.pi / 24)


def test_a_pure_habit_is_found_as_it_is():
    parts = decompose(20 + DAILY, (24,))

    np.testing.assert_allclose(pattern(parts, 24, 0), DAILY[:24], atol=0.02)
    np.testing.assert_allclose(parts.level, 20, atol=0.02)


def test_the_pattern_is_by_phase_wherever_the_history_begins():
    parts = decompose(20 + np.roll(DAILY, -7), (24,))

    np.testing.assert_allclose(pattern(parts, 24, 7), DAILY[:24], atol=0.02)


def test_with_every_step_fitted_it_is_the_reference():
    rng = np.random.default_rng(3)
    values = 20 + DAILY + rng.normal(0, 1, len(HOURS))
    reference = STL(values, period=24, seasonal=13, trend=37, robust=False).fit()

    parts = decompose(values, (24,), robust=False)

    # the fit is interpolated between every second (pattern) and every third (level) step
    np.testing.assert_allclose(parts.seasonal[24], reference.seasonal, atol=0.4)
    np.testing.assert_allclose(parts.level, reference.trend, atol=0.1)


def test_faults_in_the_history_teach_little():
    broken = 20 + DAILY.copy()
    broken[100:103] += 80

    np.testing.assert_allclose(pattern(decompose(broken, (24,)), 24, 0), DAILY[:24], atol=0.3)


@settings(max_examples=30, deadline=None)
@given(values=arrays(np.float64, st.integers(72, 120), elements=st.floats(-1e3, 1e3) | st.just(np.nan)))
def test_the_parts_add_up_to_the_series(values):
    parts = decompose(values, (24,))

    np.testing.assert_allclose(parts.level + parts.seasonal[24] + parts.rest, fill(values), atol=1e-6)
