"""The data folder of an instance under exercise, as both sides use it. Files only: no database, no models.

- ``exercise.json``: what it was made for (``Order``); its being there makes the folder an exercise's for ever
- ``scenario.toml``: the story, a copy, so that a change of the profile doesn't reach into a running exercise
- ``wanted``: while it is there the main instance's supervisor keeps the instance running
- ``requests/``: what the main instance asks of the run (pause, speed, inject, end), in order
- ``status.json``: how the run stands, every second; ``result.json``: what came out, once
- ``codes.json``: the codes by which people enter, for the trainer; readable by the owner only
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from halong.home import EXERCISE, private

FOLDER = "exercises"
WANTED, STATUS, RESULT, CODES, SCENARIO = (
    "wanted",
    "status.json",
    "result.json",
    "codes.json",
    "scenario.toml",
)
REQUESTS = "requests"
# what the instance must not inherit: other databases, doors out, other people's addresses
STRIPPED = (
    "DATABASE_URL",
    "HALONG_PUBLIC_URL",
    "HALONG_SMTP_URL",
    "HALONG_SMS_URL",
    "HALONG_ZALO_URL",
    "HALONG_MQTT_URL",
    "HALONG_FTP_PASSIVE_PORTS",
    "HALONG_FTP_PUBLIC_ADDRESS",
    "HALONG_SIMULATE_DAY",
    "HALONG_REQUIRE_TOTP",
)


@dataclass(frozen=True)
class Person:
    """Somebody of the main instance who takes part. ``grants``: role, place code, agency code and sector of each."""

    username: str
    full_name: str
    title: str
    language: str
    trainer: bool
    grants: tuple[dict[str, str], ...]
    code_digest: str


@dataclass(frozen=True)
class Order:
    """What an instance is made for. ``begin``: the story begins by itself once the instance is ready; ``main_ports``:
    those of the main instance, which this one never speaks to.
    """

    id: str
    scenario: str
    speed: int
    begin: bool
    port: int
    ftp_port: int
    sftp_port: int
    url: str
    main_ports: tuple[int, ...]
    profile: str
    made_at: str
    people: tuple[Person, ...]


def folders(home: Path) -> Path:
    """Where the exercises of a main instance are; created when missing. Passable, as the database's account needs it."""
    place = home / FOLDER
    if not place.exists():
        place.mkdir()
        place.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return place


def make(home: Path, order: Order, scenario: str, codes: dict[str, str]) -> Path:
    """The data folder of a new instance, not yet wanted. ``codes``: user name → code."""
    place = folders(home) / order.id
    place.mkdir()
    place.chmod(0o711 if os.geteuid() == 0 else 0o700)
    (place / SCENARIO).write_text(scenario, encoding="utf-8")
    write_json(place / CODES, codes)
    write_json(place / EXERCISE, asdict(order))
    private(REQUESTS, place)
    return place


def read_order(place: Path) -> Order:
    """What the instance of a data folder was made for. Raises OSError, ValueError."""
    found = json.loads((place / EXERCISE).read_text(encoding="utf-8"))
    people = tuple(Person(**row | {"grants": tuple(row["grants"])}) for row in found.pop("people"))
    return Order(**found | {"main_ports": tuple(found["main_ports"])}, people=people)


def environment(place: Path, given: dict[str, str]) -> dict[str, str]:
    """The environment in which the instance runs: nothing of the main one's doors reaches it."""
    order = read_order(place)
    kept = {name: value for name, value in given.items() if name not in STRIPPED}
    kept |= {
        "HALONG_HOME": str(place),
        "HALONG_PORT": str(order.port),
        "HALONG_FTP_PORT": str(order.ftp_port),
        "HALONG_SFTP_PORT": str(order.sftp_port),
        "HALONG_SIMULATE": "1",
        "HALONG_PROFILE": order.profile,
    }
    outside = given.get("HALONG_EXERCISE_URL", "")
    return kept | ({"HALONG_PUBLIC_URL": outside} if outside else {})


def wanted_in(home: Path) -> list[Path]:
    """The data folders of instances that should run now."""
    place = home / FOLDER
    return sorted(file.parent for file in place.glob(f"*/{WANTED}")) if place.is_dir() else []


def want(place: Path) -> None:
    """Ask the main instance's supervisor to run it."""
    (place / WANTED).touch()


def unwant(place: Path) -> None:
    """Ask the main instance's supervisor to end it."""
    (place / WANTED).unlink(missing_ok=True)


def ask(place: Path, request: dict[str, Any]) -> None:
    """Ask the run for something; it is done within a second, after what was asked before."""
    name = f"{time.time_ns():020d}-{os.getpid()}.json"
    write_json(private(REQUESTS, place) / name, request)


def asked(place: Path) -> Iterator[dict[str, Any]]:
    """What was asked since, oldest first; each is given once, and gone when the next one is wanted."""
    for file in sorted((place / REQUESTS).glob("*.json")):
        try:
            request = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            request = {}
        if isinstance(request, dict):
            yield request
        file.unlink(missing_ok=True)


def read_json(file: Path) -> dict[str, Any]:
    """An object that the other side wrote; empty where it hasn't yet."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(file: Path, value: dict[str, Any]) -> None:
    """Write an object at once and whole, readable by the owner only."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(value, out, ensure_ascii=False, indent=1)
    draft.replace(file)
