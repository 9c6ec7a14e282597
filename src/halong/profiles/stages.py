"""Reading a profile's ``stages.toml``: what is laid down for each operating stage; every fault named by row and field."""

from datetime import date
from pathlib import Path
from typing import Any

from halong.core.conditions import parse_condition
from halong.core.errors import HalongError
from halong.profiles.description import Kinds, ProfileError, read_toml, row_faults

NEEDED: Kinds = {"level": int, "valid_from": date, "advice": dict}
OPTIONAL: Kinds = {
    "source": str,
    "verified": bool,
    "call": list,
    "report_hours": int,
    "criterion": list,
}
OF_CRITERION: Kinds = {"key": str, "name": dict, "when": str}


def read_stages(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows, as ``stages.actions.ensure_rules`` wants them. Raises ProfileError."""
    faults: list[str] = []
    rows = []
    for number, row in enumerate(read_toml(folder / name).get("stage", []), 1):
        at = f"{name}, stage {number}"
        faults += _faults(at, row)
        rows.append(row)
    if faults:
        raise ProfileError("\n".join(faults))
    return [_plain(row) for row in rows]


def _faults(at: str, row: dict[str, Any]) -> list[str]:
    found = row_faults(at, row, NEEDED, OPTIONAL)
    if found:
        return found
    if row["level"] not in range(1, 6):
        found.append(f"{at}: level {row['level']} isn't 1 to 5")
    if "vi" not in row["advice"]:
        found.append(f"{at}: advice has no words in vi")
    for number, one in enumerate(row.get("criterion", []), 1):
        found += _of_criterion(f"{at}, criterion {number}", one)
    return found


def _of_criterion(at: str, one: dict[str, Any]) -> list[str]:
    found = row_faults(at, one, OF_CRITERION)
    if found:
        return found
    if "vi" not in one["name"]:
        found.append(f"{at}: name has no words in vi")
    try:
        parse_condition(one["when"])
    except HalongError as error:
        found.append(f"{at}: {error.detail}")
    return found


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    criteria = [
        {
            "key": one["key"],
            "name": one["name"]["vi"],
            "name_en": one["name"].get("en", ""),
            "when": one["when"],
        }
        for one in row.get("criterion", [])
    ]
    rest = {key: value for key, value in row.items() if key not in {"criterion", "advice"}}
    advice = row["advice"]
    return rest | {"criteria": criteria, "advice": advice["vi"], "advice_en": advice.get("en", "")}
