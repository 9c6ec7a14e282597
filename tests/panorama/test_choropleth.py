from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from halong.panorama.choropleth import MOST_CLASSES, breaks

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


@given(VALUES, st.integers(0, 2))
def test_every_class_has_a_unit_and_limits_ascend(values, decimals):
    limits = breaks(values, decimals)
    classes = {bisect_right(limits, round(value, decimals)) for value in values}
    assert limits == sorted(set(limits))
    assert len(limits) < MOST_CLASSES
    assert classes == set(range(len(limits) + 1))


def test_one_value_everywhere_is_one_class():
    assert breaks([7.0] * 54, 0) == []


def test_two_values_are_two_classes_however_many_units_share_one():
    assert breaks([0.0] * 12 + [100.0] * 10, 0) == [100.0]
    assert breaks([0.0] * 50 + [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0) == [1.0]


def test_five_classes_hold_equally_many():
    limits = breaks([float(n) for n in range(50)], 0)
    assert [sum(bisect_right(limits, n) == c for n in range(50)) for c in range(5)] == [10] * 5
