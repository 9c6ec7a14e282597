import asyncio
from collections import Counter

import pytest

from halong.simulation.clients import Client, NotTaken, Refused
from halong.simulation.device import STEP
from halong.simulation.feed import DAY, FIRST, Feed
from halong.simulation.progress import Progress
from halong.simulation.province import Province

NOW = 1_795_400_100


class Box(Client):
    """A door that keeps what it gets, or says no as often as it is told to."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.seen = Counter()
        self.closed = False

    async def send(self, parcels):
        await asyncio.sleep(0)
        if self.answers:
            raise self.answers.pop(0)
        for parcel in parcels:
            for time, readings in parcel.readings:
                self.seen.update((parcel.device.urn, time, reading.property) for reading in readings)

    async def close(self):
        self.closed = True

    def times(self, urn):
        return sorted({time for name, time, _ in self.seen if name == urn})


@pytest.fixture
def make_feed(devices, tmp_path, monkeypatch):
    province = Province(7, devices[:12])
    real_sleep = asyncio.sleep
    monkeypatch.setattr("halong.simulation.feed.asyncio.sleep", lambda _seconds: real_sleep(0))
    clock = [NOW]

    def make(box, days=1, renewed=None):
        async def reopen():
            return renewed

        progress = Progress(tmp_path / "simulation.json", "1")
        feed = Feed(
            "a door",
            province,
            province.stations,
            box,
            progress,
            days=days,
            reopen=reopen,
            clock=lambda: clock[0],
        )
        return feed, clock

    return make


def delivered(member, since, until, now):
    return [t for t in range(since + STEP, until + 1, STEP) if member.faults.delivered(member.number, t, now)]


async def test_the_present_comes_first_then_the_past_without_a_gap(make_feed):
    box = Box()
    feed, _clock = make_feed(box, days=3)
    await feed.send_due()
    step = NOW - NOW % STEP
    assert {time for _, time, _ in box.seen} == {step}
    await feed.fill()
    first = step - 3 * DAY
    for member in feed._members:
        sent = [time for time in box.times(member.device.urn) if time > first]
        assert sent == delivered(member, first, step, NOW)
    assert sum(box.seen.values()) == feed.sent
    assert feed.sent > 3 * 288 * 12 * 5


async def test_the_first_hours_of_all_come_before_the_second_day_of_any(make_feed):
    box = Box()
    feed, _clock = make_feed(box, days=2)
    await feed.send_due()
    await feed._fill_back_to(FIRST, rest=0)
    since = NOW - FIRST - (NOW - FIRST) % STEP
    for member in feed._members:
        assert box.times(member.device.urn) == delivered(member, since, NOW - NOW % STEP, NOW)


async def test_it_goes_on_where_it_was_after_a_pause(make_feed):
    box = Box()
    feed, clock = make_feed(box)
    await feed.send_due()
    feed._progress.save()
    later = Box()
    again, clock = make_feed(later)
    clock[0] = NOW + 5 * 3600
    await again.send_due()
    for member in again._members:
        until = again._step(member, clock[0])
        new = [time for time in later.times(member.device.urn) if time > NOW]
        assert new == delivered(member, NOW - NOW % STEP, until, until)


async def test_each_device_sends_once_in_five_minutes_at_its_own_second(make_feed):
    box = Box()
    feed, clock = make_feed(box)
    await feed.send_due()
    changes = 0
    for second in range(2 * STEP):
        clock[0] = NOW + second
        before = len(box.seen)
        await feed.send_due()
        changes += len(box.seen) > before
    assert changes >= 8


async def test_what_a_door_refuses_is_sent_later_with_new_credentials(make_feed):
    renewed = Box()
    box = Box(NotTaken("away"), NotTaken("away"), Refused("password"))
    feed, _clock = make_feed(box, renewed=renewed)
    for _ in range(4):
        await feed.send_due()
    assert box.seen == Counter()
    assert box.closed
    assert {urn for urn, _, _ in renewed.seen} <= {member.device.urn for member in feed._members}
    assert len(renewed.seen) > 50
