"""The briefing on two sheets of A4, set by typst from ``briefing.typ``; nothing of the system is needed, not even fonts.

Texts reach the template as data (JSON), never as markup: whatever somebody writes into a title stays a text.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.utils import translation
from django.utils.translation import gettext

HERE = Path(__file__).resolve().parent
TEMPLATE, FONTS = HERE / "briefing.typ", HERE / "fonts"


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
    return _compile(content, made_at, language, "pdf")[0]


def pictures(content: dict[str, Any], made_at: datetime, language: str) -> list[bytes]:
    """Its pages as PNG, for looking at them."""
    return _compile(content, made_at, language, "png")


def _compile(
    content: dict[str, Any], made_at: datetime, language: str, kind: Literal["pdf", "png"]
) -> list[bytes]:
    import typst  # noqa: PLC0415 -- 10 MB that only briefings need

    with translation.override(language):
        data = {"content": content, "words": words(), "language": language}
    made: bytes | list[bytes] = typst.compile(  # one page of PNG is bytes, several are a list
        str(TEMPLATE),
        format=kind,
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=made_at.replace(microsecond=0),
        ppi=110.0 if kind == "png" else None,
    )
    return made if isinstance(made, list) else [made]
