"""What a profile says of the province as a whole: ``profile.toml``, read without Django for
``settings.PROFILE``.
"""

import tomllib
from pathlib import Path
from typing import Any

from halong.core.errors import HalongError

Kinds = dict[str, type]
BUILT_IN = Path(__file__).resolve().parent
NEEDED = {
    "province": ("code", "name", "short_name", "valid_from", "lon", "lat"),
    "centre": ("name",),
    "map": ("bounds", "centre", "zoom"),
    "open_data": ("licence", "licence_url", "publisher"),
    "files": (),
}


class ProfileError(HalongError):
    """A profile can't be read; every line of the message names a file and says what is wrong there."""

    status, kind, title = 422, "profile", "Unreadable profile"


def folder_of(name: str) -> Path:
    """The folder of a profile: one that Halong ships by its name, any other by its path. Raises
    ProfileError.
    """
    for folder in (BUILT_IN / name, Path(name).expanduser()):
        if (folder / "profile.toml").is_file():
            return folder.resolve()
    raise ProfileError(
        f"There is no profile {name!r}: neither a shipped one nor a folder with a profile.toml."
    )


def read_toml(file: Path) -> dict[str, Any]:
    """A TOML file. Raises ProfileError naming the file and the line."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"{file.name}: {error}") from error


def row_faults(at: str, row: dict[str, Any], needed: Kinds, optional: Kinds | None = None) -> list[str]:
    """What is missing in a row of a file, what nobody knows, and what is of another kind."""
    kinds = {**needed, **(optional or {})}
    found = [f"{at}: {key} is missing" for key in needed if key not in row]
    found += [f"{at}: {key} is unknown" for key in row if key not in kinds]
    wrong = [key for key, value in row.items() if key in kinds and not isinstance(value, kinds[key])]
    return found + [f"{at}: {key} isn't of the right kind" for key in wrong]


def read_description(folder: Path) -> dict[str, Any]:
    """``profile.toml`` as it stands, with every needed table and key there. Raises ProfileError."""
    description = read_toml(folder / "profile.toml")
    missing = [
        f"profile.toml: [{table}] {key} is missing"
        for table, keys in NEEDED.items()
        for key in keys
        if key not in description.get(table, {})
    ]
    if missing:
        raise ProfileError("\n".join(missing))
    return description
