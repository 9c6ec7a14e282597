"""All simulated devices of a province: what each of them reports for a time, and what has left it by now.

Pure: the same seed, things and times give the same readings, in any order and after any restart.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from halong.simulation.device import STEP, Channel, Device, Grain, Kind, Moment, Reading
from halong.simulation.faults import NO_READING, STEADY, Faults, spike
from halong.simulation.kinds import kind_of, network_of, station_type
from halong.simulation.noise import key_of, pick
from halong.simulation.storm import Storm
from halong.simulation.weather import Weather

VALID, CALIBRATING, FAULT = 0, 1, 2
Hush = Callable[[str, str, int], bool]  # urn, property, time: whether somebody else speaks for it, or nobody
BUFFERS = (4.01, 7.0)  # the solutions in which pH is calibrated


@dataclass(frozen=True, slots=True)
class Member:
    """A device in its group, with everything that makes its readings."""

    device: Device
    kind: Kind[Any]
    weather: Weather
    grain: Grain
    faults: Faults
    number: int  # its place in the group
    is_station: bool  # has sensors that drift, break and are calibrated
    plant: (
        tuple[Faults, int] | None
    )  # for wastewater: the faults of treatment, and its place among the plants
    spikes: tuple[int, ...]  # a key for each channel

    @property
    def offset(self) -> int:
        """How many seconds after each step of the grid this device sends, so that not all send at once."""
        return pick(self.spikes[0], STEP - 20) if self.spikes else 0


class Province:
    """The devices of a seed: ``stations`` report by files, ``points`` one reading at a time."""

    def __init__(
        self, seed: int, devices: Sequence[Device], storm: Storm | None = None, hush: Hush | None = None
    ) -> None:
        self._hush = hush
        known = sorted((device for device in devices if kind_of(device.types)), key=lambda device: device.urn)
        stations = [device for device in known if station_type(device.types)]
        points = [device for device in known if not station_type(device.types)]
        self.stations = _members(seed, "stations", stations, storm)
        groups: dict[str, list[Device]] = {}
        for device in points:
            groups.setdefault(network_of(device.types), []).append(device)
        self.points = tuple(
            member for name, group in groups.items() for member in _members(seed, name, group, storm)
        )

    def readings(self, member: Member, time: int, now: float) -> list[Reading]:
        """What a device reports for a time on the grid, as far as it is known by ``now``."""
        channels = [
            (place, channel)
            for place, channel in enumerate(member.device.channels)
            if time % channel.interval_s == 0
            and channel.property in member.kind.properties
            and not (self._hush and self._hush(member.device.urn, channel.property, time))
        ]
        if not channels:
            return []
        true = _values(member, time, [channel.property for _, channel in channels])
        if not member.is_station:
            return [Reading(channel.property, channel.fit(true[channel.property])) for _, channel in channels]
        state = _state(member, time, now)
        return [
            _measured(member, state, place, channel, true[channel.property]) for place, channel in channels
        ]

    def usual(self, member: Member, now: float) -> list[Reading]:
        """What a device would show now, whoever speaks for it, without any fault."""
        time = int(now // STEP) * STEP
        names = [row.property for row in member.device.channels if row.property in member.kind.properties]
        true = _values(member, time, names)
        known = {channel.property: channel for channel in member.device.channels}
        return [Reading(name, known[name].fit(true[name])) for name in names]

    def due(self, member: Member, since: int, now: int) -> list[int]:
        """The times whose readings leave a device after ``since`` and not after ``now``, ascending: new ones, what a
        cut link held back, and hours whose values were corrected.
        """
        first = since - since % STEP + STEP
        times = {
            time for time in range(first, now + 1, STEP) if member.faults.delivered(member.number, time, now)
        }
        for episode in member.faults.caught_up(member.number, since, now):
            times.update(_grid(episode.start, episode.end - 1))
        if member.faults.silence(member.number, now) is None:
            for episode in member.faults.corrections(member.number, since, now):
                times.update(_grid(episode.start, episode.end - 1))
        return sorted(times)


def _members(seed: int, group: str, devices: Sequence[Device], storm: Storm | None) -> tuple[Member, ...]:
    faults = Faults(seed, group, len(devices) if group else 0)
    plants = [device for device in devices if station_type(device.types) == "WastewaterStation"]
    treatment = Faults(seed, "treatment", len(plants))
    members = []
    for number, device in enumerate(devices):
        kind = kind_of(device.types)
        assert kind is not None
        members.append(
            Member(
                device=device,
                kind=kind,
                weather=Weather(seed, device.lon, device.lat, storm),
                grain=Grain(seed, device.urn),
                faults=faults,
                number=number,
                is_station=station_type(device.types) is not None,
                plant=(treatment, plants.index(device)) if device in plants else None,
                spikes=tuple(
                    key_of(seed, device.urn, "spike", channel.property) for channel in device.channels
                ),
            )
        )
    return tuple(members)


def _values(member: Member, time: int, wanted: Sequence[str]) -> dict[str, float]:
    """The true values, before any fault of a sensor."""
    moment = Moment(time, member.weather.at(time), member.device, member.grain)
    values = member.kind.values(moment, wanted)
    if member.plant is not None:
        treatment, number = member.plant
        values = {name: value * treatment.excess(number, name, time) for name, value in values.items()}
    return values


@dataclass(frozen=True, slots=True)
class _State:
    """How the sensors of a station are at a time."""

    time: int
    calibrating: float | None
    broken: frozenset[int]
    stuck: tuple[int, int] | None
    factor: float


def _state(member: Member, time: int, now: float) -> _State:
    faults, number, count = member.faults, member.number, len(member.device.channels)
    return _State(
        time,
        faults.calibrating(number, time),
        faults.broken(number, count, time),
        faults.stuck(number, count, time),
        faults.correction(number, time, now),
    )


def _measured(member: Member, state: _State, place: int, channel: Channel, true: float) -> Reading:
    """What a sensor makes of the true value."""
    name = channel.property
    if place in state.broken:
        return Reading(name, channel.fit(0.0), FAULT)
    if state.calibrating is not None and name not in STEADY:
        return Reading(name, _calibrated(channel, true, state.calibrating), CALIBRATING)
    if state.stuck is not None and state.stuck[0] == place:
        true = _values(member, state.stuck[1], [name])[name]
    if name in STEADY:
        return Reading(name, channel.fit(true))
    return Reading(name, _with_spike(member, place, channel, true * state.factor, state.time))


def _calibrated(channel: Channel, value: float, part: float) -> float:
    """First zero gas or clean water, then the known concentration."""
    if channel.property == "pH":
        return channel.fit(BUFFERS[part >= 0.5])
    return channel.fit(0.02 * value if part < 0.5 else 1.8 * value)


def _with_spike(member: Member, place: int, channel: Channel, value: float, time: int) -> float:
    factor = spike(member.spikes[place], time)
    if factor is None:
        return channel.fit(value)
    return NO_READING if factor == NO_READING else channel.fit(value * factor)


def _grid(start: int, end: int) -> Iterator[int]:
    """The steps of the grid from ``start`` to ``end``, both included."""
    return iter(range(start + -start % STEP, end + 1, STEP))
