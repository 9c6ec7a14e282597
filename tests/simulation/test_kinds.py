from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halong.core.sector import all_types, find_limits
from halong.sectors.environment.vn_aqi import SCALE
from halong.simulation.device import Grain, Moment
from halong.simulation.kinds import kind_of, station_type
from halong.simulation.noise import key_of
from halong.simulation.weather import Weather

MEASURING = [
    kind for _sector, kind in all_types() if any(spec.series and not spec.derived for spec in kind.attributes)
]
TIMES = st.integers(1_500_000_000, 2_000_000_000)
PLACES = st.tuples(st.floats(106.4, 108.2), st.floats(20.6, 21.8))
NOVEMBER = 1_793_466_000  # midnight of 1 November 2026 in Việt Nam


def values(device, time, seed=7):
    moment = Moment(time, Weather(seed, device.lon, device.lat).at(time), device, Grain(seed, device.urn))
    return kind_of(device.types).values(moment, [channel.property for channel in device.channels])


@pytest.mark.parametrize("kind", MEASURING, ids=lambda kind: kind.name)
def test_every_series_of_the_catalogue_has_a_behaviour(kind, device):
    made = device(kind.name, "X1")
    assert set(values(made, NOVEMBER)) == {channel.property for channel in made.channels}


@pytest.mark.parametrize("kind", MEASURING, ids=lambda kind: kind.name)
def test_values_stay_inside_the_physical_range(kind, device):
    @settings(deadline=None)
    @given(TIMES, PLACES, st.integers(0, 200), st.integers(0, 99))
    def check(time, place, number, seed):
        made = device(kind.name, f"X{number}", *place)
        for channel in made.channels:
            value = values(made, time, seed)[channel.property]
            assert channel.fit(value) == pytest.approx(
                value, abs=max(10**-channel.decimals, 0.03 * abs(value))
            )

    check()


def test_ozone_peaks_in_the_afternoon_and_dust_at_night(device):
    station = device("AirQualityObserved", "CP", 107.29, 21.02, ["o3", "pm25"])
    by_hour = [
        [values(station, NOVEMBER + day * 86_400 + hour * 3600) for day in range(30)] for hour in range(24)
    ]
    ozone = [fmean(found["o3"] for found in hour) for hour in by_hour]
    dust = [fmean(found["pm25"] for found in hour) for hour in by_hour]
    assert 12 <= ozone.index(max(ozone)) <= 16
    assert max(ozone) > 2.5 * min(ozone)
    assert fmean(dust[0:5]) > 1.2 * fmean(dust[11:15])


def test_the_air_is_mostly_good_or_moderate_and_worse_near_mines(device):
    shares = {}
    for name, place in {"mine": (107.29, 21.02), "town": (107.08, 20.95), "border": (107.9, 21.5)}.items():
        stations = [device("AirQualityObserved", f"{name}{n}", *place, ["pm25"]) for n in range(6)]
        found = [values(station, NOVEMBER + 7200 * n)["pm25"] for station in stations for n in range(30 * 12)]
        shares[name] = sum(value > 50 for value in found) / len(found)  # "poor" begins at 50 µg/m³
        assert SCALE.levels[2].key == "poor"
        assert max(found) < 150
    assert 0.02 < shares["mine"] < 0.3
    assert shares["town"] < 0.06
    assert shares["border"] < 0.02


def test_discharges_of_a_plant_in_order_keep_the_limits(device):
    for number in range(20):
        plant = device("WastewaterStation", f"W{number}")
        for step in range(0, 60 * 24, 5):
            found = values(plant, NOVEMBER + 3600 * step)
            for name in ("cod", "tss", "NH4", "N_TOT", "pH", "temperature"):
                for limit in find_limits(plant.types, name, SCALE.valid_from, column="A"):
                    assert (limit.minimum or 0) <= found[name] <= limit.maximum


def test_a_meter_never_runs_backwards_and_a_count_of_the_day_only_at_midnight(device):
    cabinet, hospital = device("StreetlightControlCabinet", "T1"), device("Hospital", "B1", bedsTotal=500)
    for day in range(7):
        times = range(NOVEMBER + day * 86_400, NOVEMBER + (day + 1) * 86_400, 900)
        meter = [values(cabinet, time)["energyConsumed"] for time in times]
        visits = [values(hospital, time)["outpatientVisits"] for time in times]
        assert meter == sorted(meter)
        assert visits == sorted(visits)
        assert all(values(hospital, time)["bedsOccupied"] <= 500 for time in times)


def test_the_seed_decides(device):
    station = device("AirQualityObserved", "A1")
    assert values(station, NOVEMBER, 7) == values(station, NOVEMBER, 7)
    assert values(station, NOVEMBER, 7) != values(station, NOVEMBER, 8)
    assert key_of(7, station.urn) != key_of(8, station.urn)


def test_only_monitoring_stations_report_by_files():
    assert station_type(["AirQualityObserved"]) == "AirQualityObserved"
    assert station_type(["CoastalWaterStation", "WaterQualityObserved"]) == "CoastalWaterStation"
    assert station_type(["AccessPoint"]) is None
    assert kind_of(["Nothing"]) is None
