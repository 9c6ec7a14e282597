from datetime import date

import pytest

from halong.core.units import is_known
from halong.sectors.environment.limits import LIMITS, limit

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("on", "maximum", "standard"),
    [
        (date(2023, 9, 11), 50, "QCVN 05:2013/BTNMT"),
        (date(2023, 9, 12), 50, "QCVN 05:2023/BTNMT"),
        (date(2025, 12, 31), 50, "QCVN 05:2023/BTNMT"),
        (date(2026, 1, 1), 45, "QCVN 05:2023/BTNMT"),
    ],
)
def test_fine_dust_was_tightened_on_new_year_2026(on, maximum, standard):
    found = limit("pm25", "24h", on)
    assert (found.maximum, found.standard, found.unit) == (maximum, standard, "GQ")


def test_pm10_went_from_150_to_100():
    assert limit("pm10", "24h", date(2020, 1, 1)).maximum == 150
    assert limit("pm10", "24h", TODAY).maximum == 100


@pytest.mark.parametrize(
    ("name", "averaging", "maximum"),
    [("so2", "1h", 350), ("co", "1h", 30_000), ("co", "8h", 10_000), ("no2", "1h", 200), ("o3", "1h", 200),
     ("o3", "8h", 120), ("tsp", "24h", 200), ("pb", "24h", 1.5), ("sh2", "1h", 42), ("pm25", "year", 25)],
)  # fmt: skip
def test_ambient_air_today(name, averaging, maximum):
    found = limit(name, averaging, TODAY)
    assert (found.maximum, found.verified) == (maximum, True)


def test_wastewater_is_scaled_by_kq_and_kf():
    assert limit("cod", "instant", TODAY, column="A").maximum == 75
    assert limit("cod", "instant", TODAY, column="B", kq=0.9, kf=1.1).maximum == pytest.approx(148.5)


@pytest.mark.parametrize(
    ("name", "maximum"), [("temperature", 40), ("color", 150), ("pH", 9), ("coliform", 5_000)]
)
def test_what_must_not_be_scaled_is_not(name, maximum):
    assert limit(name, "instant", TODAY, column="B", kq=0.6, kf=0.9).maximum == maximum


def test_ph_has_two_ends():
    found = limit("pH", "instant", TODAY, column="B")
    assert (found.minimum, found.maximum) == (5.5, 9)


def test_what_nobody_knows_is_none():
    assert limit("pm25", "1h", TODAY) is None
    assert limit("pm25", "24h", date(2010, 1, 1)) is None
    assert limit("pm25", "24h", TODAY, standard="QCVN 05:2013/BTNMT") is None
    assert limit("cod", "instant", TODAY, column="C") is None


@pytest.mark.parametrize("entry", LIMITS, ids=lambda entry: entry.id)
def test_every_limit_has_a_source_dates_and_a_known_unit(entry):
    assert entry.source.startswith("QCVN ")
    assert entry.valid_to is None or entry.valid_from < entry.valid_to
    assert is_known(entry.unit)
    assert entry.maximum is not None or entry.minimum is not None
    assert entry.types != ()


def test_ids_are_unique_and_periods_do_not_overlap():
    assert len({entry.id for entry in LIMITS}) == len(LIMITS)
    for on in (date(2015, 6, 1), date(2024, 6, 1), TODAY):
        keys = [(e.property, e.averaging, e.column, e.types) for e in LIMITS if e.in_force(on)]
        assert len(keys) == len(set(keys))


def test_second_hand_wastewater_limits_say_so():
    for entry in LIMITS:
        if entry.standard == "QCVN 40:2011/BTNMT":
            assert entry.verified is False
            assert set(entry.note) == {"vi", "en"}
