"""Reading a profile's ``stages.toml``: what is laid down for each operating stage; every fault named by row and field."""

from datetime import date
from pathlib import Path
from typing import Any

from halong.core.conditions import parse_condition
from halong.core.errors import HalongError
from halong.profiles.description import ProfileError, read_toml

NEEDED: dict[str, type] = {"level": int, "valid_from": date, "advice": dict}
OPTIONAL: dict[str, type] = {
    "source": str,
    "verified": bool,
    "call": list,
    "report_hours": int,
    "criterion": list,
}
OF_CRITERION: dict[str, type] = {"key": str, "name": dict, "when": str}


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
    found = [f"{at}: {key} is missing" for key in NEEDED if key not in row]
    kinds = NEEDED | OPTIONAL
    found += [f"{at}: {key} is unknown" for key in row if key not in kinds]
    found += [f"{at}: {key} isn't of the right kind" for key, value in row.items()
              if key in kinds and not isinstance(value, kinds[key])]  # fmt: skip
    if not found and row["level"] not in range(1, 6):
        found.append(f"{at}: level {row['level']} isn't 1 to 5")
    criteria = row.get("criterion", [])
    for number, one in enumerate(criteria if isinstance(criteria, list) else [], 1):
        found += [f"{at}, criterion {number}: {key} is missing" for key in OF_CRITERION if key not in one]
        try:
            parse_condition(str(one.get("when", "")))
        except HalongError as error:
            found.append(f"{at}, criterion {number}: {error.detail}")
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
