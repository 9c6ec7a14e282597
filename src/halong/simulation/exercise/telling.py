"""What things of the story report in a moment, and through which door it goes."""

import time
from collections.abc import Sequence
from functools import partial

from django.conf import settings

from halong.core.errors import HalongError
from halong.exercises.scenario import Curve, Scenario
from halong.simulation import sources
from halong.simulation.clients import Client, NotTaken, Parcel, Refused
from halong.simulation.device import STEP, Device, Grain, Reading
from halong.simulation.exercise.silence import Voices
from halong.simulation.mqtt import source_settings
from halong.simulation.plan import Door, Plan, assign
from halong.simulation.province import Member, Province
from halong.simulation.threads import in_thread

FASTEST = 1.0  # seconds of the clock from one reading of a series to the next, however fast the story is


class Doors:
    """The doors of the plan with a client each, opened when they are first used."""

    def __init__(self, plan: Plan, devices: Sequence[Device]) -> None:
        self._chosen = assign(plan.doors, devices)
        self._door = {device.urn: door for door, chosen in self._chosen.items() for device in chosen}
        self._clients: dict[Door, Client] = {}

    async def send(self, parcels: Sequence[Parcel]) -> str:
        """Send what things report; "" or why a door didn't take it."""
        by_door: dict[Door, list[Parcel]] = {}
        for parcel in parcels:
            if door := self._door.get(parcel.device.urn):
                by_door.setdefault(door, []).append(parcel)
        trouble = ""
        for door, chosen in by_door.items():
            try:
                await (await self._client(door)).send(chosen)
            except (Refused, NotTaken, HalongError) as error:
                trouble = f"{door.name}: {error}"
                self._clients.pop(door, None)
        return trouble

    def knows(self, urn: str) -> bool:
        """Whether a thing has a door."""
        return urn in self._door

    async def _client(self, door: Door) -> Client:
        from halong.simulation.runner import client_of  # noqa: PLC0415 -- the runner starts us

        if door not in self._clients:
            given = source_settings(settings.HALONG_MQTT_URL) if door.kind == "mqtt" else {}
            access = await in_thread(partial(sources.open_source, door, self._chosen[door], given))
            self._clients[door] = client_of(access)
        return self._clients[door]

    async def close(self) -> None:
        """Leave all of them."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()


class Teller:
    """Says what is due: curves every so many minutes of the story, things that may fail with what they usually report."""

    def __init__(
        self, scenario: Scenario, province: Province, devices: Sequence[Device], voices: Voices
    ) -> None:
        self._province = province
        self._voices = voices
        self._members: dict[str, Member] = {
            member.device.urn: member for member in (*province.stations, *province.points)
        }
        self._curves = [
            (curve, device, Grain(0, device.urn))
            for curve in scenario.curves
            for device in devices
            if curve.which.takes(device.urn, device.types) and (device.urn, curve.property) in voices.told
        ]
        self._devices = {device.urn: device for device in devices}
        self._told: dict[tuple[str, str], float] = {}

    def due(self, minute: float, speed: int, now: float | None = None) -> list[Parcel]:
        """What is reported at this minute of the story, dated with the present second."""
        now = time.time() if now is None else now
        found: dict[str, list[Reading]] = {}
        for curve, device, grain in self._curves:
            value = curve.value(minute)
            if value is not None and self._is_due(device.urn, curve.property, curve.every, speed, now):
                found.setdefault(device.urn, []).append(_reading(curve, device, grain, value, now))
        for urn in self._voices.watched - self._voices.failed:
            if urn in self._members and self._is_due(urn, "*", STEP / 60, speed, now):
                found.setdefault(urn, []).extend(self._usual(urn, now))
        return [
            Parcel(self._devices[urn], ((int(now), readings),))
            for urn, readings in found.items()
            if readings and urn not in self._voices.failed
        ]

    def _is_due(self, urn: str, name: str, every: float, speed: int, now: float) -> bool:
        pace = max(FASTEST, every * 60 / speed)
        if now - self._told.get((urn, name), 0.0) < pace:
            return False
        self._told[urn, name] = now
        return True

    def _usual(self, urn: str, now: float) -> list[Reading]:
        told = {name for other, name in self._voices.told if other == urn}
        return [row for row in self._province.usual(self._members[urn], now) if row.property not in told]


def _reading(curve: Curve, device: Device, grain: Grain, value: float, now: float) -> Reading:
    channel = next(channel for channel in device.channels if channel.property == curve.property)
    wobble = curve.wobble * grain.jitter(curve.property, now)
    return Reading(curve.property, channel.fit(value * (1 + wobble)))
