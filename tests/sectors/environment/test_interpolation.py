import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.sectors.environment.interpolation import interpolate, round_half_up

POINTS = ((0.0, 0.0), (25.0, 50.0), (50.0, 100.0), (80.0, 150.0))


@pytest.mark.parametrize(
    ("value", "expected"), [(-1, 0), (0, 0), (12.5, 25), (25, 50), (65, 125), (80, 150), (900, 150)]
)
def test_lines_between_the_points_and_ends_held(value, expected):
    assert interpolate(value, POINTS) == expected


@given(st.floats(0, 100), st.floats(0, 100))
def test_it_never_falls_where_the_points_rise(one, other):
    low, high = sorted((one, other))
    assert interpolate(low, POINTS) <= interpolate(high, POINTS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(109.5, 110), (59.35, 59), (0.5, 1), (1.5, 2), (2.5, 3), (100 + 5.7 / 30 * 50, 110), (49.4999, 49)],
)
def test_halves_go_up(value, expected):
    assert round_half_up(value) == expected


@given(st.integers(0, 499))
def test_a_half_that_binary_fractions_miss_still_goes_up(whole):
    assert round_half_up(whole + 0.5 - 1e-13) == whole + 1
