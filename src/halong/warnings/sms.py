"""How many short messages a text takes: GSM 7-bit (GSM 03.38) where it fits, else UCS-2; and the text of a warning."""

from dataclasses import dataclass

from django.conf import settings

from halong.core.formats import local
from halong.core.text import fold
from halong.warnings.kinds import practice_mark
from halong.warnings.models import Warning

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # each takes two places
SIGNS = {"–": "-", "—": "-", "“": '"', "”": '"', "«": '"', "»": '"', "…": "..."}


@dataclass(frozen=True)
class Length:
    """What a text takes: its alphabet (``GSM-7`` or ``UCS-2``), how many places, and how many messages."""

    alphabet: str
    places: int
    parts: int


def length(text: str) -> Length:
    """How long a text is as short messages; a chain of several loses places to its header (153 of 160, 67 of 70)."""
    if all(char in BASIC or char in EXTENDED for char in text):
        return _measured("GSM-7", [1 + (char in EXTENDED) for char in text], 160, 153)
    return _measured("UCS-2", [len(char.encode("utf-16-be")) // 2 for char in text], 70, 67)


def _measured(alphabet: str, sizes: list[int], alone: int, chained: int) -> Length:
    places = sum(sizes)
    return Length(alphabet, places, 1 if places <= alone else _chained(sizes, chained))


def _chained(sizes: list[int], room: int) -> int:
    """A character of two places isn't split over two messages."""
    parts, left = 1, room
    for size in sizes:
        if size > left:
            parts, left = parts + 1, room
        left -= size
    return parts


def text_of(warning: Warning, language: str = "vi") -> str:
    """The short message of a warning: who, what, until when, where to read on."""
    vi = language == "vi"
    headline = getattr(warning, f"headline_{language}") or warning.headline_vi
    mark = practice_mark(warning.status, language, ". ")
    body = warning.authority.body if warning.authority else ""
    end = local(warning.expires).strftime("%H:%M %d/%m")
    until = "" if warning.msg_type == Warning.MsgType.CANCEL else (f" Đến {end}." if vi else f" Until {end}.")
    where = f" {settings.PUBLIC_URL}/c/warnings/{warning.number}" if settings.PUBLIC_URL else ""
    said = headline.rstrip(".") or "…"
    return f"{mark}{f'{body}: ' if body else ''}{said}.{until}{where}"


def bare(text: str) -> str:
    """The text without Vietnamese marks: fits GSM 7-bit, in fewer messages; capitals stay as they were."""
    return "".join(_bare(char) for char in text)


def _bare(char: str) -> str:
    if char in BASIC and char.isascii():
        return char
    plain = fold(char) if char.isalpha() else SIGNS.get(char, char)
    return plain.upper() if char.isupper() else plain
