"""Which devices use which door, as the profile's ``sources.toml`` says."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from halong.profiles.description import read_toml
from halong.simulation.device import Device
from halong.simulation.kinds import KINDS, STATION_TYPES

FILE = "sources.toml"
SEED = 20190828
DAYS = 30


@dataclass(frozen=True, slots=True)
class Door:
    """One source that the simulator feeds: its connector, its name, and the types of things that use it.

    ``share`` of them, in order of their URN, leave the doors before it. ``needs`` names an environment variable
    without which the door isn't used.
    """

    key: str
    kind: str
    name: str
    types: tuple[str, ...]
    agency: str = ""
    share: float = 1.0
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A profile's simulation: the seed, how many days of the past a new installation gets, and the doors."""

    seed: int
    days: int
    doors: tuple[Door, ...]


# For a profile that says nothing.
DEFAULT = (
    Door("station-files", "ftp", "Mô phỏng: trạm quan trắc (FTP)", STATION_TYPES),
    Door(
        "points",
        "http-push",
        "Mô phỏng: điểm đo khác (HTTP)",
        tuple(name for name in KINDS if name not in STATION_TYPES),
    ),
)


def read_plan(folder: Path) -> Plan:
    """The plan of a profile's folder. Raises ProfileError for a file that can't be read."""
    if not (folder / FILE).exists():
        return Plan(SEED, DAYS, DEFAULT)
    found = read_toml(folder / FILE)
    doors = tuple(_door(entry) for entry in found.get("source", []))
    return Plan(int(found.get("seed", SEED)), int(found.get("days_before", DAYS)), doors or DEFAULT)


def _door(entry: Mapping[str, Any]) -> Door:
    return Door(
        key=entry["key"],
        kind=entry["kind"],
        name=entry["name"],
        types=tuple(entry["types"]),
        agency=entry.get("agency", ""),
        share=float(entry.get("share", 1.0)),
        needs=entry.get("needs", ""),
    )


def assign(
    doors: Sequence[Door], devices: Collection[Device], environment: Mapping[str, str] = os.environ
) -> dict[Door, list[Device]]:
    """The devices of each door that is in use. A thing without a door is left out."""
    usable = [door for door in doors if not door.needs or environment.get(door.needs)]
    found: dict[Door, list[Device]] = {door: [] for door in usable}
    waiting = sorted(devices, key=lambda device: device.urn)
    for door in sorted(usable, key=lambda door: door.share):  # doors for a part choose first
        wanted = [device for device in waiting if set(device.types) & set(door.types)]
        found[door] = wanted[: round(len(wanted) * door.share)]
        taken = {device.urn for device in found[door]}
        waiting = [device for device in waiting if device.urn not in taken]
    return {door: chosen for door, chosen in found.items() if chosen}
