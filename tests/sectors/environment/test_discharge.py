"""Compliance of discharges: which parameters of an hour are beyond QCVN 40, column B."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.core.sector import find_limit
from halong.sectors.environment import discharge

LABEL = datetime(2026, 11, 23, 2, tzinfo=UTC)


def window(**values):
    return {name: {LABEL: value} for name, value in values.items()}


def test_a_plant_in_order_exceeds_nothing():
    found = discharge.explain_excess(LABEL, window(cod=60.0, tss=30.0, NH4=2.0, pH=7.2, temperature=27.0))
    assert found.value == 0
    assert [part.property for part in found.parts if part.dominant] == []


def test_each_parameter_beyond_counts_once():
    found = discharge.explain_excess(LABEL, window(cod=180.0, tss=101.0, NH4=10.0, pH=5.0))
    assert found.value == 3
    assert {part.property for part in found.parts if part.dominant} == {"cod", "tss", "pH"}
    assert {part.property: part.index for part in found.parts}["cod"] == 120.0


def test_without_a_mean_there_is_no_value():
    found = discharge.explain_excess(LABEL, {"cod": {LABEL: None}, "flow": {LABEL: 12.0}})
    assert (found.value, found.missing) == (None, discharge.NOTHING)
    assert discharge.explain_excess(datetime(2011, 1, 1, tzinfo=UTC), window(cod=900.0)).value is None


@pytest.mark.parametrize("name", ["cod", "tss", "NH4"])
def test_the_rules_of_the_profile_know_the_same_limits(name):
    limit = find_limit(f"qcvn-40-2011-b-{name.lower()}-instant")
    assert limit in discharge.BOUND


@given(st.floats(0, 1000), st.sampled_from(discharge.BOUND))
def test_what_is_beyond_uses_up_the_limit_and_nothing_else_does(value, limit):
    share = discharge.share_of(limit, value)
    assert share >= 100 if discharge.is_beyond(limit, value) else share <= 100
