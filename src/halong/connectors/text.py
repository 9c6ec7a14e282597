"""Bytes of unknown making become text: marks, UTF-16 without a mark, old one-byte encodings, and what is no
text at all.
"""

import codecs
import re

# How archives, pictures and documents begin; none of them is ever text.
SIGNATURES = (
    b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh",
    b"\xfd7zXZ\x00", b"%PDF-", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"\x7fELF",
    b"MZ\x90\x00", b"SQLite format 3\x00",
)  # fmt: skip
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_SAMPLE = 4096  # bytes that are looked at to tell UTF-16 without a mark


class NotTextError(ValueError):
    """The bytes are an archive, a picture, a program, or noise."""


def decode_text(payload: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. A line that isn't UTF-8 is read as Windows-1252 or Latin-1.

    Raises NotTextError. Never loses a good line to a bad one: each line of an unmarked file is judged for
    itself.
    """
    if payload.startswith(SIGNATURES):
        raise NotTextError
    for mark, encoding in _MARKS:
        if payload.startswith(mark):
            text = payload[len(mark) :].decode(encoding, errors="replace")
            return _checked(text), encoding
    wide = _wide(payload[:_SAMPLE])
    if wide:
        return _checked(payload.decode(wide, errors="replace")), wide
    try:
        return _checked(payload.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        return _checked("\n".join(_line(part) for part in payload.split(b"\n"))), "windows-1252"


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark shows as a zero in every second byte of mostly Latin text."""
    if len(sample) < 4:
        return None
    even, odd = sample[::2], sample[1::2]
    if odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.6 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def _line(part: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return part.decode(encoding)
        except UnicodeDecodeError:
            continue
    return part.decode("latin-1")


def _checked(text: str) -> str:
    controls = len(_CONTROL.findall(text))
    if controls > 8 and controls > 0.02 * len(text):
        raise NotTextError
    return text


def has_control(text: str) -> bool:
    """Whether there are characters that no person types: the line was damaged on its way."""
    return _CONTROL.search(text) is not None or "\ufffd" in text
