"""A storm across the province: what it does to the weather, and what follows for everything else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from halong.core.sector import find_type
from halong.simulation.province import Province
from halong.simulation.storm import LASTS, Storm
from halong.simulation.weather import Weather

START = 1_795_399_200
HOUR = 3600
PLACES = st.tuples(st.floats(106.4, 108.2), st.floats(20.6, 21.8))


def worst(province, kind, name, hours=range(21)):
    """The sum over the things of a type at each hour of the storm."""
    members = [m for m in province.points if m.device.types[0] == kind]
    return [
        sum(r.value for m in members for r in province.readings(m, at, at) if r.property == name)
        for at in (START + hour * HOUR for hour in hours)
    ]


@given(st.integers(-10 * HOUR, LASTS + 10 * HOUR), PLACES)
def test_strength_is_between_0_and_1_and_0_outside(age, place):
    strength = Storm(START).strength(START + age, *place)
    assert 0 <= strength <= 1
    if age <= 0 or Storm(START).is_over(START + age):
        assert strength == 0


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 99), st.integers(0, LASTS), PLACES)
def test_its_weather_is_possible_and_never_calmer(seed, age, place):
    usual = Weather(seed, *place).at(START + age)
    stormy = Weather(seed, *place, Storm(START)).at(START + age)
    assert usual.wind <= stormy.wind < 45
    assert usual.rain <= stormy.rain < 20
    assert 940 < stormy.pressure <= usual.pressure
    assert stormy.humidity <= 99.5


def test_the_weather_before_it_is_the_usual_one():
    usual, stormy = Weather(7, 107.08, 20.95), Weather(7, 107.08, 20.95, Storm(START))
    assert [stormy.at(START - n * HOUR) for n in range(48)] == [usual.at(START - n * HOUR) for n in range(48)]


def test_everything_follows(devices):
    calm, storm = Province(7, devices), Province(7, devices, Storm(START))
    assert max(worst(storm, "PowerSupplyArea", "customersInterrupted")) > 40_000
    assert max(worst(calm, "PowerSupplyArea", "customersInterrupted")) < 10_000
    assert max(worst(storm, "FloodMonitoring", "currentLevel")) > 100
    assert min(worst(storm, "BoatTerminal", "vesselsAtSea", range(6, 12))) == 0
    assert max(worst(storm, "EmergencyCallCentre", "callsReceived")) > 120
    assert min(worst(storm, "Hospital", "icuBedsAvailable")) < 0.6 * min(
        worst(calm, "Hospital", "icuBedsAvailable")
    )


def test_readings_stay_inside_the_physical_range(devices):
    province = Province(7, devices, Storm(START))
    for member in (*province.stations, *province.points):
        kind = find_type(member.device.types[0])
        moment = [START + hour * HOUR for hour in range(0, 24, 3)]
        for reading in (r for at in moment for r in province.readings(member, at, at) if r.quality == 0):
            spec = kind.attribute(reading.property)
            assert reading.value == -9999.0 or spec.minimum <= reading.value
            assert spec.maximum is None or reading.value <= spec.maximum


def test_the_wind_at_sea_reaches_the_force_of_a_storm(devices):
    province = Province(7, devices, Storm(START))
    sea = [m for m in province.points if m.device.types[0] == "SeaConditions"]
    winds = [
        r.value
        for m in sea
        for hour in range(21)
        for r in province.readings(m, START + hour * HOUR, START)
        if r.property == "windSpeed"
    ]
    assert 20.8 < max(winds) < 32.7  # forces 9 to 11
