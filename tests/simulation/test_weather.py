from collections import defaultdict
from statistics import fmean

from hypothesis import given, settings
from hypothesis import strategies as st

from halong.simulation.rhythm import clock, leisure, traffic, work
from halong.simulation.weather import Weather

DAY = 86_400
YEAR = range(1_767_200_400, 1_767_200_400 + 365 * DAY, 1800)  # 2026 in Việt Nam
HERE = (107.08, 20.95)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1_500_000_000, 2_000_000_000),
    st.floats(106.4, 108.2),
    st.floats(20.6, 21.8),
)
def test_weather_is_always_possible_and_always_the_same(seed, time, lon, lat):
    sky = Weather(seed, lon, lat).at(time)
    assert sky == Weather(seed, lon, lat).at(time)
    assert 0 < sky.temperature < 42
    assert 38 <= sky.humidity <= 99.5
    assert 985 < sky.pressure < 1040
    assert 0 < sky.wind < 15
    assert 0 <= sky.direction < 360
    assert 0 <= sky.rain < 12
    assert 0 <= sky.wet <= 1
    assert 0 <= sky.sun <= 1


def test_the_year_is_that_of_the_north():
    weather = Weather(7, *HERE)
    by_month = defaultdict(list)
    rain = 0.0
    for time in YEAR:
        sky = weather.at(time)
        by_month[int(sky.clock.year * 12)].append(sky.temperature)
        rain += 6 * sky.rain
    means = [fmean(by_month[month]) for month in range(12)]
    assert 14 < means[0] < 19
    assert 27 < means[6] < 31
    assert 1_200 < rain < 3_200


def test_the_afternoon_is_warmer_and_drier_than_the_night():
    weather = Weather(7, *HERE)
    skies = [weather.at(time) for time in YEAR]
    noon = [sky for sky in skies if sky.clock.hour == 14]
    night = [sky for sky in skies if sky.clock.hour == 2]
    assert fmean(sky.temperature for sky in noon) > fmean(sky.temperature for sky in night) + 4
    assert fmean(sky.humidity for sky in noon) < fmean(sky.humidity for sky in night) - 5
    assert fmean(sky.ventilation for sky in noon) > fmean(sky.ventilation for sky in night) + 0.2


def test_the_clock_is_that_of_viet_nam():
    now = clock(1_795_400_100)
    assert (now.hour, now.weekday, now.weekend) == (9.25, 0, False)


def test_people_move_when_people_do():
    monday = [clock(1_795_366_800 + 1800 * n) for n in range(48)]
    assert max(monday, key=traffic).hour in {7, 17}
    assert max(monday, key=leisure).hour == 20
    assert 9 <= max(monday, key=work).hour <= 10
    assert min(traffic(now) for now in monday) < 0.1
