"""Reading a profile's ``warnings.toml``: words prepared for warnings; every fault named by row and field.

A profile can't give anybody authority to warn: no file of it says who may approve.
"""

from pathlib import Path
from typing import Any

from halong.profiles.description import Kinds, ProfileError, read_toml, row_faults

CHOICES = {
    "severity": ("Extreme", "Severe", "Moderate", "Minor"),
    "urgency": ("Immediate", "Expected", "Future"),
    "certainty": ("Observed", "Likely", "Possible"),
}
TEXTS = {"headline": 160, "description": 4000, "instruction": 4000}
NEEDED: Kinds = {
    "key": str, "event": str, "title": dict, "hours": int, **dict.fromkeys(CHOICES, str), **dict.fromkeys(TEXTS, dict),
}  # fmt: skip


def read_wordings(folder: Path) -> list[dict[str, Any]]:
    """The rows, as ``warnings.actions.ensure_wordings`` wants them; none where the file is missing. Raises ProfileError."""
    file = folder / "warnings.toml"
    rows = read_toml(file).get("wording", []) if file.exists() else []
    faults = [
        fault
        for number, row in enumerate(rows, 1)
        for fault in _faults(f"{file.name}, wording {number}", row)
    ]
    keys = [row.get("key") for row in rows]
    faults += [
        f"{file.name}: key {key} comes twice" for key in sorted({k for k in keys if k and keys.count(k) > 1})
    ]
    if faults:
        raise ProfileError("\n".join(faults))
    return [_plain(row, order) for order, row in enumerate(rows)]


def _faults(at: str, row: dict[str, Any]) -> list[str]:
    found = row_faults(at, row, NEEDED)
    if found:
        return found
    found += [f"{at}: {key} is none of {', '.join(of)}" for key, of in CHOICES.items() if row[key] not in of]
    for key, most in TEXTS.items():
        found += [f"{at}: {key} has no words in {one}" for one in ("vi", "en") if not row[key].get(one)]
        found += [f"{at}: {key} is longer than {most}" for text in row[key].values() if len(str(text)) > most]
    return found


def _plain(row: dict[str, Any], order: int) -> dict[str, Any]:
    said = {f"{name}_{one}": row[name][one] for name in TEXTS for one in ("vi", "en")}
    names = ("key", "event", "hours", *CHOICES)
    return {name: row[name] for name in names} | said | {
        "title": row["title"]["vi"], "title_en": row["title"].get("en", ""), "order": order,
    }  # fmt: skip
