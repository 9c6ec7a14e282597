from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.analysis.arrays import on_grid
from halong.analysis.grain import DAY, HOUR, label_at, position


@pytest.mark.parametrize("grain", [HOUR, DAY])
@given(number=st.integers(400_000, 500_000))
def test_labels_and_positions_are_opposites(grain, number):
    number = number if grain is HOUR else number // 24
    assert position(grain, label_at(grain, number)) == number


def test_positions_count_local_hours_and_days():
    midnight = datetime(2026, 11, 22, 17, tzinfo=UTC)  # 00:00 on Monday the 23rd in Việt Nam

    assert position(HOUR, midnight) % 24 == 0
    assert label_at(DAY, position(DAY, midnight)) == midnight


def test_what_is_missing_is_a_gap():
    end = datetime(2026, 11, 23, 3, tzinfo=UTC)
    points = {
        end: 3.0,
        end - timedelta(hours=2): 1.0,
        end - timedelta(hours=1): None,
        end - timedelta(hours=9): 7.0,
    }

    first, values = on_grid(HOUR, points, end, 4)

    assert first == position(HOUR, end) - 3
    np.testing.assert_array_equal(values, [np.nan, 1.0, np.nan, 3.0])
