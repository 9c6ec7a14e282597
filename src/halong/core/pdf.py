"""Paper: PDFs set by typst from a template; nothing of the system is needed, not even fonts.

Texts reach a template as data (JSON), never as markup: whatever somebody writes into a title stays a text. A template
reads them by ``json(bytes(sys.inputs.data))``, and may take what sheets have in common: ``#import "/core/sheet.typ": *``.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

PACKAGE = Path(__file__).resolve().parent.parent
EXERCISE = "DIỄN TẬP · EXERCISE"  # across every sheet of an instance under exercise: no paper of it is taken for real
FONTS = Path(__file__).resolve().parent / "fonts"


def render(template: Path, data: dict[str, Any], made_at: datetime) -> bytes:
    """The PDF of a template and its data (JSON types only); the same bytes for the same data and moment."""
    return _compile(template, data, made_at, "pdf")[0]


def pictures(template: Path, data: dict[str, Any], made_at: datetime) -> list[bytes]:
    """Its pages as PNG, for looking at them."""
    return _compile(template, data, made_at, "png")


def _compile(
    template: Path, data: dict[str, Any], made_at: datetime, kind: Literal["pdf", "png"]
) -> list[bytes]:
    import typst  # noqa: PLC0415 -- 10 MB that only those who make paper need

    made: bytes | list[bytes] = typst.compile(  # one page of PNG is bytes, several are a list
        str(template),
        root=str(PACKAGE),
        format=kind,
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={
            "data": json.dumps(data, ensure_ascii=False),
            "exercise": EXERCISE if settings.HALONG_EXERCISE else "",
        },
        timestamp=made_at.replace(microsecond=0),
        ppi=110.0 if kind == "png" else None,
    )
    return made if isinstance(made, list) else [made]
