from datetime import date

import pytest

from halong.core.sector import (
    all_sectors,
    find_attribute,
    find_limit,
    find_limits,
    find_scale,
    find_type,
    sector_of,
    symbol_key,
    type_for_symbols,
)

TODAY = date(2026, 11, 23)


def test_sectors_are_shown_in_their_order():
    orders = [sector.order for sector in all_sectors()]
    assert orders == sorted(orders)


def test_a_type_and_its_attributes_are_found():
    kind = find_type("CoastalWaterStation")
    assert kind.all_types == ("CoastalWaterStation", "WaterQualityObserved")
    assert sector_of(kind.all_types).key == "environment"
    assert find_attribute("AirQualityObserved", "pm25").unit == "GQ"
    assert find_attribute(["Unheard", "WaterQualityObserved"], "pH").maximum == 14


def test_what_nobody_declared_is_none():
    assert find_type("Unheard") is None
    assert sector_of("Unheard") is None
    assert find_attribute("AirQualityObserved", "cod") is None
    assert find_limit("unheard") is None
    assert find_scale("unheard", TODAY) is None


def test_a_scale_is_found_from_its_first_day():
    assert find_scale("vn-aqi", date(2019, 11, 11)) is None
    scale = find_scale("vn-aqi", date(2019, 11, 12))
    assert scale.level(110).name("vi") == "Kém"
    assert scale.level(110).name("vi-vn") == "Kém"
    assert scale.level(110).name("fr") == "Poor"
    assert (scale.level(-3).key, scale.level(900).key) == ("good", "hazardous")


def test_the_limits_of_an_attribute_today():
    limits = find_limits(["AirQualityObserved"], "pm25", TODAY)
    assert [(limit.averaging, limit.maximum) for limit in limits] == [("24h", 45), ("year", 25)]
    assert find_limits(["AirQualityObserved"], "pm25", TODAY, averaging="24h") == limits[:1]
    assert find_limit(limits[0].id) is limits[0]


def test_limits_bind_only_their_types_and_columns():
    types = ["WastewaterStation", "WaterQualityObserved"]
    assert [limit.column for limit in find_limits(types, "cod", TODAY)] == ["A", "B"]
    assert [limit.maximum for limit in find_limits(types, "cod", TODAY, column="B")] == [150]
    assert find_limits(["SurfaceWaterStation", "WaterQualityObserved"], "cod", TODAY) == []


@pytest.mark.parametrize(
    ("symbol", "key"),
    [("PM2,5", "pm25"), ("NO2(µg/Nm3)", "no2"), (" E.coli [MPN] ", "ecoli"), ("Độ đục", "doduc"), ("", "")],
)
def test_symbols_lose_what_varies(symbol, key):
    assert symbol_key(symbol) == key


@pytest.mark.parametrize(
    ("symbols", "name"),
    [
        (["PM10", "PM2,5", "Temp"], "AirQualityObserved"),
        (["pH", "COD", "TSS", "NH4", "Temp", "Flow"], "WastewaterStation"),
        (["PM", "SO2", "O2", "Flow", "P"], "EmissionStation"),
        (["pH", "DO", "NO3", "Temp"], "SurfaceWaterStation"),
        (["Salinity", "DO", "Oil"], "CoastalWaterStation"),
    ],
)
def test_a_station_is_recognised_by_what_it_measures(symbols, name):
    assert type_for_symbols(symbols).name == name


def test_nothing_known_is_no_type():
    assert type_for_symbols(["xyz"]) is None
