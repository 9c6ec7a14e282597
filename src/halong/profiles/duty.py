"""A profile's ``duty.toml``: the rota for trying things out; every fault named by row and field."""

from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Any

from django.conf import settings

from halong.accounts.models import Role, User
from halong.core.permissions import SYSTEM
from halong.duty.actions.sample import SampleChain, SampleTurn, lay_down_sample
from halong.duty.models import DutyRole
from halong.profiles.description import Kinds, ProfileError, folder_of, read_toml, row_faults

FILE = "duty.toml"
TURN: Kinds = {"team": str, "part": str, "accounts": str, "begins": list, "hours": int}
CHAIN: Kinds = {"team": str, "name": str, "priority": int, "steps": list}


def read_duty(folder: Path) -> tuple[list[SampleTurn], list[SampleChain]]:
    """What the file lays down; nothing where it is missing. Raises ProfileError."""
    file = folder / FILE
    found = read_toml(file) if file.exists() else {}
    faults = [f"{FILE}: {key} is unknown" for key in found if key not in ("turn", "chain")]
    turns, chains = found.get("turn", []), found.get("chain", [])
    for what, rows, kinds in (("turn", turns, TURN), ("chain", chains, CHAIN)):
        for number, row in enumerate(rows, 1):
            faults += _faults(f"{FILE}, {what} {number}", row, kinds)
    if faults:
        raise ProfileError("\n".join(faults))
    return [SampleTurn(**row) for row in turns], [_chain(row) for row in chains]


def _chain(row: dict[str, Any]) -> SampleChain:
    return SampleChain(**row | {"steps": [(step["after"], step["part"]) for step in row["steps"]]})


def _faults(at: str, row: dict[str, Any], kinds: Kinds) -> list[str]:
    found = row_faults(at, row, kinds)
    if found:
        return found
    steps = row.get("steps", [])
    if any(not isinstance(step, dict) or set(step) != {"after", "part"} for step in steps):
        return [f"{at}: a step has after and part"]
    parts = [row[key] for key in ("part",) if key in row] + [step["part"] for step in steps]
    found += [f"{at}: there is no part {part!r}" for part in parts if part not in DutyRole.values]
    if "accounts" in row and row["accounts"] not in Role.values:
        found.append(f"{at}: there is no role {row['accounts']!r}")
    if "begins" in row and not all(isinstance(begin, time) for begin in row["begins"]):
        found.append(f"{at}: begins are times of day, 07:00:00")
    return found


def lay_down_rota() -> int:
    """Lay the present profile's rota down with the accounts that there are; returns in how many teams.

    In an exercise everybody who is trained is on all the time, so that whoever looks is called.
    """
    if not settings.HALONG_SIMULATE:
        return 0
    turns, chains = read_duty(folder_of(settings.HALONG_PROFILE))
    return lay_down_sample(turns, chains, _people(), by=SYSTEM, together=settings.HALONG_EXERCISE)


def _people() -> dict[str, Sequence[User]]:
    """Who has which role. Trainers aren't called; where nobody has the role, everybody who is trained stands in."""
    users = User.objects.filter(is_active=True)
    if settings.HALONG_EXERCISE:
        users = users.filter(participant__trainer=False)
    people: dict[str, Sequence[User]] = {
        role: list(users.filter(grants__role=role).distinct().order_by("pk")) for role in Role.values
    }
    if settings.HALONG_EXERCISE:
        trained = list(users.order_by("pk"))
        return {role: found or trained for role, found in people.items()}
    return people
