"""Guided tours: the first hour of each role, as data. The script ``tour.js`` shows them; texts are ours.

A step points at something on the page (a CSS selector; the first that is there, else the step stands in the middle) and
may lead to another page. Whoever isn't signed in keeps how far he came in his browser.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is said, at what on the page, and on which page (empty: where one is)."""

    title: Any
    text: Any
    at: str = ""
    page: str = ""


TOURS: dict[str, tuple[Step, ...]] = {}
"""Key of a role or shell → its steps."""


def as_json(tour: str) -> list[dict[str, str]]:
    """The steps in the present language, for the script."""
    return [
        {"title": str(step.title), "text": str(step.text), "at": step.at, "page": step.page}
        for step in TOURS.get(tour, ())
    ]


__all__ = ["TOURS", "Step", "_", "as_json"]
