"""The briefing on two sheets of A4, set from ``briefing.typ``."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from halong.core import pdf

TEMPLATE = Path(__file__).resolve().parent / "briefing.typ"


def words() -> dict[str, str]:
    """The headings and other fixed words, in the present language."""
    return {
        "title": gettext("Morning briefing"),
        "simulated": gettext("contains simulated data"),
        "simulated_short": gettext("simulated"),
        "points": gettext("Main points"),
        "figures": gettext("Headline figures"),
        "alerts": gettext("Open alerts"),
        "changes": gettext("What changed in 24 hours"),
        "unusual": gettext("Unusual"),
        "ahead": gettext("What comes next"),
        "late": gettext("Late, and whose it is"),
        "due": gettext("Due today"),
        "weather": gettext("Weather and air of the last 24 hours"),
        "agency": gettext("Agency"),
        "late_tasks": gettext("Late tasks"),
        "late_data": gettext("Late data"),
        "old": gettext("late data"),
        "more": gettext("and {n} more"),
        "none_figures": gettext("No indicator has a value yet."),
        "none_alerts": gettext("No open alerts."),
        "none_changes": gettext("Nothing changed enough to be told."),
        "none_unusual": gettext("Nothing unusual."),
        "none_ahead": gettext("No forecast is good enough to be shown."),
        "none_late": gettext("Nothing is late."),
        "none_due": gettext("Nothing is due today."),
        "none_weather": gettext("Not measured here."),
        "page": gettext("page"),
    }


def render(content: dict[str, Any], made_at: datetime, language: str) -> bytes:
    """The PDF of a briefing's content (``content.gather``), the same bytes for the same content."""
    return pdf.render(TEMPLATE, _data(content, language), made_at)


def pictures(content: dict[str, Any], made_at: datetime, language: str) -> list[bytes]:
    """Its pages as PNG, for looking at them."""
    return pdf.pictures(TEMPLATE, _data(content, language), made_at)


def _data(content: dict[str, Any], language: str) -> dict[str, Any]:
    with translation.override(language):
        return {"content": content, "words": words(), "language": language}
