"""The simulator's own sources: made through the same action as everybody's, marked as simulated.

What its clients need to sign in is kept in ``HALONG_HOME/secrets/simulation.json`` (0600), as a station
keeps its password in its logger.
"""

import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from halong.context.models import Entity
from halong.core.permissions import SYSTEM, Actor
from halong.home import private
from halong.ingest.actions import Ownership, add_source, renew_credentials
from halong.ingest.connector import connectors
from halong.ingest.models import Source
from halong.places.models import Agency
from halong.simulation.device import Device
from halong.simulation.plan import Door

FILE = "simulation.json"
PROGRESS = "simulation-{}.json"
MISSED = 3  # deliveries after which a door counts as silent


@dataclass(frozen=True)
class Access:
    """How a client reaches a source. ``id`` is another for every source that ever was."""

    id: str
    kind: str
    needs: dict[str, Any]
    settings: dict[str, Any]


def open_source(door: Door, devices: Collection[Device], settings: dict[str, Any]) -> Access:
    """The access to a door's source, which is made, or given new credentials, where that is missing."""
    source = Source.objects.filter(name=door.name, simulated=True).first()
    if source is None:
        ownership = Ownership(
            agency=_agency(door, devices), simulated=True, silent_after_s=_silent_after(devices)
        )
        source, needs = add_source(door.kind, door.name, settings, by=SYSTEM, ownership=ownership)
        _keep(_id(source), needs)
    elif not _kept().get(_id(source)) and connectors()[source.kind].manifest.credential != "none":
        _keep(_id(source), renew_credentials(source, by=SYSTEM))
    return Access(_id(source), source.kind, _kept().get(_id(source), {}), dict(source.settings))


def renew(door: Door) -> Access | None:
    """New credentials for a source that refuses the old ones; None when the source is gone or switched off."""
    source = Source.objects.filter(name=door.name, simulated=True, enabled=True).first()
    if source is None:
        return None
    _keep(_id(source), renew_credentials(source, by=SYSTEM))
    return Access(_id(source), source.kind, _kept()[_id(source)], dict(source.settings))


def _id(source: Source) -> str:
    return f"{source.pk}@{source.created_at.timestamp():.6f}"


def _agency(door: Door, devices: Collection[Device]) -> Agency | None:
    """The door's agency if all its things are that agency's or of agencies below; a key can write to no others."""
    agency = Agency.objects.filter(code=door.agency).order_by("-valid_from").first() if door.agency else None
    if agency is None:
        return None
    things = Entity.objects.filter(urn__in=[device.urn for device in devices])
    return None if things.exclude(agency__path__startswith=agency.path).exists() else agency


def _silent_after(devices: Collection[Device]) -> int:
    """Seconds: three deliveries of those that report most often, or what is usual for a source where that is longer."""
    most_often = min((channel.interval_s for device in devices for channel in device.channels), default=0)
    return max(Ownership.silent_after_s, MISSED * most_often)


def _kept() -> dict[str, dict[str, Any]]:
    try:
        found: dict[str, dict[str, Any]] = json.loads((private("secrets") / FILE).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _keep(source_id: str, needs: dict[str, Any]) -> None:
    file = private("secrets") / FILE
    draft = file.with_name(f".{FILE}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump({**_kept(), source_id: needs}, out)
    draft.replace(file)


def forget(*, by: Actor) -> dict[str, int]:
    """Remove what the simulator keeps in ``HALONG_HOME``: its credentials and how far it went."""
    (private("secrets") / FILE).unlink(missing_ok=True)
    # with them the day that was being simulated
    for file in private("files").glob(PROGRESS.format("*")):
        file.unlink()
    return {}


def progress_file(door: Door) -> Path:
    """Where the progress of a door's devices is kept."""
    return private("files") / PROGRESS.format(door.key)
