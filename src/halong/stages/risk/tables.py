"""The tables as they stand in ``qd18_2021.toml``."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext

DECISION = "QĐ 18/2021/QĐ-TTg"


@lru_cache(maxsize=1)
def tables() -> dict[str, Any]:
    """Everything in the file, read once."""
    with Path(__file__).with_name("qd18_2021.toml").open("rb") as file:
        return tomllib.load(file)


def rows(hazard: str) -> list[dict[str, Any]]:
    """The rows of one hazard ("sea_wind")."""
    found: list[dict[str, Any]] = tables()[hazard]
    return found


def _source() -> str:
    verified = "" if tables()["verified"] else " (" + gettext("not verified") + ")"
    return f"{tables()['source']}{verified}"


def _gaps() -> str:
    return gettext("No table for: %(tables)s.") % {"tables": "; ".join(tables()["missing"])}


SOURCE = lazy(_source, str)()
GAPS = lazy(_gaps, str)()
