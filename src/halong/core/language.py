"""In which of the two languages people are spoken to: Vietnamese, unless somebody chose English."""

from collections.abc import Mapping
from typing import Literal

from django.utils.translation import get_language


def reader_language() -> Literal["vi", "en"]:
    """The language of whoever looks now."""
    return "en" if (get_language() or "").startswith("en") else "vi"


def said_in(vietnamese: str, english: str) -> str:
    """The text in the reader's language; Vietnamese where there is no English one."""
    return english if english and reader_language() == "en" else vietnamese


def text_of(texts: Mapping[str, str]) -> str:
    """Of texts by language ("vi", "en") the reader's, or whichever there is."""
    return texts.get(reader_language()) or next(iter(texts.values()))
