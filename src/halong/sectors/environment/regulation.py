"""Reads the dated data of the regulations beside this file (``data/*.toml``)."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from halong.core.sector import Level, Scale


@cache
def read(name: str) -> dict[str, Any]:
    """The content of ``data/<name>.toml``. Read once; callers don't change it."""
    return tomllib.loads(files(__package__).joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


def scale(name: str) -> Scale:
    """The levels of ``data/<name>.toml`` with their words and colours."""
    data = read(name)
    return Scale(
        key=data["key"],
        title=data["title"],
        levels=tuple(Level(**level) for level in data["levels"]),
        source=data["source"],
        valid_from=data["valid_from"],
        valid_to=data.get("valid_to"),
        verified=data["verified"],
        method=data["method"],
    )
