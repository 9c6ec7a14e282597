"""VN_WQI against values computed by hand from the tables of data/vn_wqi.toml."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.sectors.environment.vn_wqi import (
    AUTOMATIC,
    PARAMETERS,
    SAMPLED,
    SCALE,
    MinimumData,
    Missing,
    oxygen_saturation,
    sub_index,
    wqi,
)

CLEAN = {"pH": 7.0, "O2": 8.0, "temperature": 25.0, "bod": 3.0, "cod": 8.0, "NH4": 0.1, "coliform": 1_000}
concentrations = st.fixed_dictionaries(
    {},
    optional={name: st.floats(0, 20_000) for name in (*PARAMETERS, "temperature") if name != "temperature"},
)


def test_water_at_25_degrees_holds_8_26_mg_of_oxygen():
    # 14.652 − 0.41022·25 + 0.0079910·625 − 0.000077774·15625 = 8.17566
    assert oxygen_saturation(8.175656, 25) == pytest.approx(100, abs=1e-3)
    assert oxygen_saturation(7.326, 0) == pytest.approx(50)


@pytest.mark.parametrize(
    ("name", "concentration", "index"),
    [
        ("pH", 5.4, 10), ("pH", 5.5, 50), ("pH", 5.75, 75), ("pH", 6, 100), ("pH", 8.5, 100), ("pH", 8.8, 70),
        ("pH", 9, 50), ("pH", 9.1, 10),
        ("O2", 19, 10), ("O2", 20, 25), ("O2", 81.5, 87.5), ("O2", 100, 100),
        ("O2", 118.5, 87.5), ("O2", 201, 10),
        ("bod", 4, 100), ("bod", 5, 87.5), ("bod", 15, 50), ("bod", 50, 10), ("bod", 80, 10),
        ("cod", 20, 66.6667), ("cod", 100, 17.5), ("cod", 151, 10),
        ("NH4", 0.29, 100), ("NH4", 0.3, 75), ("NH4", 0.45, 62.5), ("NH4", 6, 10),
        ("NO3", 2, 100), ("NO3", 15, 25), ("NO3", 15.01, 10),
        ("NO2", 0.05, 100), ("NO2", 0.051, 10),
        ("P_PO4", 0.25, 62.5), ("P_PO4", 4, 10),
        ("coliform", 2500, 100), ("coliform", 10_000, 25), ("coliform", 10_001, 10),
        ("As", 0.1, 25), ("As", 0.11, 10), ("Cu", 1.5, 17.5), ("aldrin", 0.1, 100), ("aldrin", 0.2, 10),
    ],
)  # fmt: skip
def test_each_table(name, concentration, index):
    assert sub_index(name, concentration) == pytest.approx(index, abs=1e-3)


def test_clean_water_is_very_good():
    result = wqi(CLEAN)
    assert result.value == 100
    assert result.level.names["vi"] == "Rất tốt"


def test_the_whole_formula_by_hand():
    values = {"pH": 8.8, "bod": 15.0, "cod": 30.0, "coliform": 7_500, "As": 0.05, "Pb": 0.02, "aldrin": 0.05}
    # I 70; II 100; III √(50·100) = 70.7107; IV 50; V 50: 0.7 · 1 · 0.707107 · (50²·50)^⅓ = 24.749
    result = wqi(values)
    assert result.groups == pytest.approx({"I": 70, "II": 100, "III": math.sqrt(5_000), "IV": 50, "V": 50})
    assert result.value == 25
    assert result.level.key == "poor"
    assert result.weakest == ("As", "bod", "cod", "coliform")


def test_without_microbes_the_organics_stand_alone():
    # 0.9 (pH 8.6) · mean(87.5, 50) = 61.875
    assert wqi({"pH": 8.6, "bod": 5.0, "cod": 30.0}).value == 62


def test_organics_weigh_twice_as_much_as_microbes():
    # (50² · 100)^⅓ = 62.996
    assert wqi({"cod": 30.0, "coliform": 100, "pH": 7.0}).value == 63


def test_oxygen_without_temperature_is_left_out():
    result = wqi({"pH": 7.0, "O2": 8.0, "cod": 8.0})
    assert [entry.parameter for entry in result.sub_indices] == ["pH", "cod"]


@pytest.mark.parametrize(
    ("values", "minimum", "missing"),
    [
        ({"pH": 7.0}, AUTOMATIC, Missing.TOO_FEW_PARAMETERS),
        ({"cod": 8.0}, AUTOMATIC, Missing.TOO_FEW_GROUPS),
        ({"pH": 7.0, "cod": 8.0}, AUTOMATIC, None),
        ({"pH": 7.0, "cod": 8.0, "coliform": 1.0}, SAMPLED, Missing.TOO_FEW_PARAMETERS),
        ({"pH": 7.0, "cod": 8.0, "bod": 1.0, "NH4": 0.1}, SAMPLED, Missing.TOO_FEW_GROUPS),
        ({"pH": 7.0, "cod": 8.0, "bod": 1.0, "NH4": 0.1, "coliform": 1.0}, SAMPLED, None),
        ({"pH": 7.0}, MinimumData(groups=1), Missing.NO_ORGANICS),
        ({"pH": 7.0, "cod": None}, AUTOMATIC, Missing.TOO_FEW_PARAMETERS),
    ],
)
def test_the_minimum_of_data_is_a_setting(values, minimum, missing):
    result = wqi(values, minimum)
    assert result.missing == missing
    assert (result.value is None) == (missing is not None)


@given(concentrations, st.floats(0, 40))
def test_the_index_is_bounded(values, temperature):
    result = wqi({**values, "temperature": temperature}, MinimumData(groups=1))
    assert result.value is None or 0 <= result.value <= 100


@given(
    st.sampled_from([name for name in PARAMETERS if name not in ("pH", "O2")]),
    st.floats(0, 1e5),
    st.floats(0, 1e5),
)
def test_more_pollution_is_never_better(name, one, other):
    low, high = sorted((one, other))
    assert 10 <= sub_index(name, high) <= sub_index(name, low) <= 100


def test_it_says_that_it_is_unverified():
    assert SCALE.verified is False
    assert [level.low for level in SCALE.levels] == [0, 10, 26, 51, 76, 91]
