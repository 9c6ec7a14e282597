"""The chart of a wall: round scales, gaps, limits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.panorama.wall.drawing import Limit, chart_svg, steps

START = datetime(2026, 11, 23, 7, tzinfo=UTC)
finite = st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: round(v, 3))


@given(finite, finite)
def test_a_scale_covers_its_values_in_a_few_round_steps(one, other):
    low, high = min(one, other), max(one, other)
    scale = steps(low, high)
    assert scale[0] <= low + 1e-6
    assert scale[-1] >= high - 1e-6
    assert 2 <= len(scale) <= 7


@pytest.mark.parametrize(
    ("low", "high", "scale"),
    [(0, 100, [0, 25, 50, 75, 100]), (3, 3, [3, 4]), (39, 57, [35, 40, 45, 50, 55, 60])],
)
def test_scales_are_round(low, high, scale):
    assert steps(low, high) == scale


def drawn(values, **given):
    points = [(START + timedelta(hours=n), value) for n, value in enumerate(values)]
    return str(chart_svg(points, width=1200, height=400, label="PM2,5 <b>", **given))


def test_a_gap_breaks_the_line_and_words_are_escaped():
    svg = drawn([1, 2, None, 3])
    assert svg.split('class="wt-line" d="')[1].split('"')[0].count("M") == 2
    assert "PM2,5 &lt;b&gt;" in svg


def test_a_limit_far_above_is_not_drawn():
    assert "wt-limit" not in drawn([1, 2, 3], limits=[Limit(100, "24h")])
    assert drawn([1, 2, 3], limits=[Limit(4, "24h")]).count("wt-limit-name") == 1


def test_without_values_there_is_no_picture():
    assert drawn([None, None]) == ""
