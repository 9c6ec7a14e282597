import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from halong.simulation.device import STEP
from halong.simulation.faults import NO_READING, Faults
from halong.simulation.province import Province

NOW = 1_795_400_100
DAY = 86_400
TIMES = st.integers(1_500_000_000 // STEP, 2_000_000_000 // STEP).map(lambda step: step * STEP)


def test_the_same_seed_and_things_give_the_same_readings_in_any_order(devices):
    one, other = Province(7, devices), Province(7, list(reversed(devices)))
    asked = [(place, NOW - STEP * n) for place in range(0, 86, 5) for n in range(0, 2000, 111)]
    there = {key: one.readings(one.stations[key[0]], key[1], NOW) for key in asked}
    random.Random(1).shuffle(asked)
    assert {key: other.readings(other.stations[key[0]], key[1], NOW) for key in asked} == there


@settings(max_examples=60, deadline=None)
@given(time=TIMES, place=st.integers(0, 85))
def test_readings_are_inside_the_range_that_ingest_accepts(devices, time, place):
    province = Province(7, devices)
    member = province.stations[place]
    channels = {channel.property: channel for channel in member.device.channels}
    found = province.readings(member, time, time)
    assert [reading.property for reading in found] == list(channels)
    for reading in found:
        channel = channels[reading.property]
        assert reading.value == NO_READING or channel.minimum <= reading.value <= channel.maximum
        assert reading.value == round(reading.value, channel.decimals)
        assert reading.quality in {0, 1, 2}


def test_some_stations_are_silent_at_any_time_but_few(province):
    silent = Counter(
        sum(
            member.faults.silence(member.number, NOW - hour * 3600) is not None
            for member in province.stations
        )
        for hour in range(0, 24 * 40, 2)
    )
    assert set(silent) <= {0, 1, 2, 3, 4}
    assert sum(count for number, count in silent.items() if 2 <= number <= 4) > 0.7 * silent.total()


def test_faults_are_rare_and_calibrations_come_once_a_week_at_night(province):
    qualities, nights = Counter(), set()
    stations = province.stations
    for member in stations:
        for time in range(NOW - 7 * DAY, NOW, 6 * STEP):
            found = province.readings(member, time, NOW)
            qualities.update(reading.quality for reading in found)
            if any(reading.quality == 1 for reading in found):
                nights.add((member.number, (time + 7 * 3600) // DAY))
                assert 1 <= ((time + 7 * 3600) % DAY) / 3600 < 5
    assert len(nights) == len(stations)
    assert 0.001 < qualities[1] / qualities.total() < 0.01
    assert 0 < qualities[2] / qualities.total() < 0.02


def test_what_a_cut_link_held_back_comes_later_and_what_a_dead_station_missed_never(province):
    since = NOW - 5 * DAY
    for member in province.stations:
        sent = []
        for now in range(since + STEP, NOW + 1, STEP):
            sent += [time for time in province.due(member, now - STEP, now) if time > since]
        missing = set(range(since - since % STEP + STEP, NOW + 1, STEP)) - set(sent)
        for time in missing:
            cause, episode = member.faults.silence(member.number, time)
            assert cause == "dead" or episode.end > NOW
        at_once = set(province.due(member, since, NOW))
        assert at_once - set(sent) == {time for time in at_once if time <= since}
        assert set(sent) - at_once == set()


def test_a_corrected_hour_is_sent_again_with_other_values(province):
    corrected = [
        (member, episode)
        for member in province.stations
        for episode in member.faults.corrections(member.number, NOW - 30 * DAY, NOW)
    ]
    assert 40 < len(corrected) < 70
    member, episode = corrected[0]
    time = episode.start + -episode.start % STEP
    before, after = province.readings(member, time, episode.end), province.readings(member, time, NOW)
    assert [reading.property for reading in before] == [reading.property for reading in after]
    assert before != after


def test_only_a_stuck_sensor_stands_still(province):
    since = NOW - 2 * DAY
    for member in province.stations[::3]:
        last, runs = {}, Counter()
        for time in range(since, NOW, STEP):
            stuck = member.faults.stuck(member.number, len(member.device.channels), time)
            for place, reading in enumerate(province.readings(member, time, NOW)):
                still = last.get(reading.property) == reading.value != 0 and not (stuck and stuck[0] == place)
                runs[reading.property] = runs[reading.property] + 1 if still else 0
                last[reading.property] = reading.value
                assert runs[reading.property] < 11 * 12, (member.device.urn, reading)


def test_a_plant_now_and_then_lets_out_too_much(province):
    plants = [member for member in province.stations if member.plant]
    high = 0
    for member in plants:
        for time in range(NOW - 20 * DAY, NOW, 3600):
            for reading in province.readings(member, time, NOW):
                high += reading.property == "cod" and reading.quality == 0 and reading.value > 150  # column B
    assert 5 < high < 100


def test_devices_do_not_all_send_at_once(province):
    members = (*province.stations, *province.points)
    at_one_door = Counter((member.device.types[0], member.offset // 10) for member in members)
    assert max(at_one_door.values()) < 25
    assert len({member.offset // 10 for member in members}) > 20


def test_a_group_without_devices_has_no_faults():
    faults = Faults(7, "none", 0)
    assert faults.silence(0, NOW) is None
    assert faults.caught_up(0, NOW - DAY, NOW) == []
    assert faults.corrections(0, NOW - DAY, NOW) == []
