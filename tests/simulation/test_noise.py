from statistics import fmean, pstdev

from hypothesis import given
from hypothesis import strategies as st

from halong.simulation.noise import Noise, key_of, normal, pick, uniform

KEYS = st.integers(0, 2**64 - 1)
NUMBERS = st.integers(-(2**40), 2**40)
TIMES = st.floats(0, 4e9)


@given(KEYS, NUMBERS)
def test_the_same_key_and_number_give_the_same_value(key, number):
    assert uniform(key, number) == uniform(key, number)
    assert 0 <= uniform(key, number) < 1
    assert -3 <= normal(key, number) <= 3
    assert 0 <= pick(key, 7, number) < 7


def test_values_are_spread_as_they_should_be():
    key = key_of("spread")
    flat = [uniform(key, n) for n in range(20_000)]
    bell = [normal(key, n) for n in range(20_000)]
    assert abs(fmean(flat) - 0.5) < 0.01
    assert abs(fmean(bell)) < 0.03
    assert abs(pstdev(bell) - 1) < 0.02


def test_keys_differ_where_parts_are_divided_otherwise():
    assert key_of("a", "bc") != key_of("ab", "c")
    assert key_of(1, "x") != key_of(2, "x")


@given(KEYS, st.lists(TIMES, min_size=2, max_size=20))
def test_a_wave_does_not_depend_on_the_order_of_asking(key, times):
    forth, back = Noise(key, 3600), Noise(key, 3600)
    there = {time: forth.at(time) for time in times}
    assert {time: back.at(time) for time in reversed(times)} == there
    assert all(-1 <= value <= 1 for value in there.values())


@given(KEYS, TIMES)
def test_a_wave_has_no_jumps(key, time):
    wave = Noise(key, 3600)
    assert abs(wave.at(time + 10) - wave.at(time)) < 0.02
