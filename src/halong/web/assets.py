"""Addresses of what the front-end build wrote: ``asset("halong.js")`` → ``/static/web/dist/halong-AB12CD34.js``."""

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

DIST = Path(__file__).parent / "static/web/dist"


def manifest() -> dict[str, str]:
    """Names in the source → names in the build. Empty when the front end wasn't built (pages then work unstyled)."""
    return _read() if settings.DEBUG is False else _read.__wrapped__()


@lru_cache(maxsize=1)
def _read() -> dict[str, str]:
    try:
        return dict(json.loads((DIST / "manifest.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def modules(name: str) -> list[str]:
    """The addresses of a script and of the chunks without which it can't begin; none when it wasn't built."""
    return [asset(found) for found in manifest() if found == name or found.startswith(f"{name}:")]


def asset(name: str) -> str:
    """The address of a built file, or an empty string when there's no such file."""
    found = manifest().get(name)
    return static(f"web/dist/{found}") if found else ""
