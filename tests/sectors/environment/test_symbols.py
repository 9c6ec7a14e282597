import pytest

from halong.sectors.environment.symbols import TABLE_34, UnknownUnitError, convert, property_of, unit_code


@pytest.mark.parametrize("symbol", TABLE_34)
def test_every_symbol_of_table_34_is_known(symbol):
    assert property_of(symbol) is not None


@pytest.mark.parametrize(
    "symbol", ["PM2,5", "PM2.5", "PM25", "PM2_5", "pm2,5", "Pm-2.5", " PM2.5 ", "PM2,5(µg/Nm3)", "pm25"]
)
def test_fine_dust_however_it_is_written(symbol):
    assert property_of(symbol) == "pm25"


@pytest.mark.parametrize(
    ("symbol", "types", "name"),
    [
        ("NO2", ("AirQualityObserved",), "no2"),
        ("NO2", ("SurfaceWaterStation", "WaterQualityObserved"), "NO2"),
        ("O2", ("EmissionStation",), "o2"),
        ("DO", ("CoastalWaterStation",), "O2"),
        ("PM", ("EmissionStation",), "tsp"),
        ("VHg", ("EmissionStation",), "hg"),
        ("Flow", ("WastewaterStation",), "flow"),
        ("Temp", ("WastewaterStation",), "temperature"),
        ("NO2(µg/Nm3)", (), "no2"),
        ("CO(mg/Nm3)", (), "co"),
        ("TN", (), "N_TOT"),
        ("TP", (), "P_TOT"),
        ("Độ đục", (), "turbidity"),
        ("PM10", ("WastewaterStation",), "pm10"),
        ("PM10", ("NobodyDeclaredThis",), "pm10"),
    ],
)
def test_a_symbol_means_what_the_station_measures(symbol, types, name):
    assert property_of(symbol, types) == name


@pytest.mark.parametrize("symbol", ["", "XYZ", "PM3", "µg", "(mg/L)"])
def test_an_unknown_symbol_is_none(symbol):
    assert property_of(symbol) is None


def test_carbon_monoxide_in_milligrams():
    assert convert(1.25, unit_code("mg/Nm3"), unit_code("µg/Nm3")) == 1_250


def test_an_unknown_unit_is_an_error():
    with pytest.raises(UnknownUnitError, match="furlong"):
        unit_code("furlong")
