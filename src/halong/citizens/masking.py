"""What tells who somebody is, covered before anybody else reads it; and places made coarse for the public. Pure.

Covered are e-mail addresses, telephone numbers, identity numbers, plates, and names after words such as "tôi tên là".
It is a help, no proof: a moderator reads what the public sees.
"""

import re
from dataclasses import dataclass
from math import floor

from halong.citizens.plain import plain

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<!\d)(?<!\d[.,])(?:\(?\+?84\)?[ .-]?|0)(?:[ .-]{0,3}\d){8,10}(?!\d)")
OTHER_DIGIT = re.compile(r"[^\D0-9]")  # of another writing, such as full width
IDENTITY = re.compile(r"(?<!\d)(?<!\d[.,])(?:\d{12}|\d{9})(?![\d.,]?\d)")
PLATE = re.compile(r"(?<![\w.])\d{2}[ -]?[A-ZĐ]{1,2}\d?[ .-]{0,3}\d{3}[ .]?\d{2}(?!\d)")
SAYS_NAME = re.compile(
    r"(?i)\b(?:(?:tôi|em|cháu|mình)\s+(?:tên\s+)?là|(?:họ\s+(?:và\s+)?)?tên\s*(?:tôi|em)?\s*(?:là|:)|my\s+name\s+is|i\s+am)\s+"
)
SIGNS = re.compile(
    r"(?i)\b(?:(?:họ\s+(?:và\s+)?)?tên\s*(?:tôi|em|cháu|mình)?\s*(?:là|:)|(?:ký|kí)\s+tên\s*:?|người\s+(?:gửi|viết|báo|phản\s+ánh)\s*:)\s*"
)
WORD = re.compile(r"\w+\s*")
NO_NAME = frozenset(
    ("ở", "sống", "nhà", "số", "xin", "muốn", "hiện", "gọi", "sđt", "đt", "và", "trú", "ngụ", "báo", "phản", "là", "tại",
     "thôn", "tổ", "khu", "phường", "xã")
)  # fmt: skip
LONGEST_NAME = 4  # words
MARKS = {"email": "[e-mail]", "phone": "[SĐT]", "identity": "[CCCD]", "plate": "[BKS]", "name": "[họ tên]"}

HOUSE = re.compile(
    r"(?i)\b(?:số(?:\s+nhà)?|sn|nhà\s+số|phòng|p\.|căn\s+hộ|căn|tầng|lô|ô|no\.?|house|room|apt\.?)\s*[:#]?\s*[\w/.-]*\d[\w/.-]*\s*,?\s*"
)
LEADING = re.compile(r"^\s*\d+[A-Za-z]?(?:[/-]\d+[A-Za-z]?)*\s*,?\s+")
ALLEY = re.compile(r"(?i)\b(?:ngõ|ngách|hẻm|hẽm|kiệt|tổ|khu|alley|lane)\s+[\w/.-]*\d[\w/.-]*\s*,?\s*")
GRID = 0.001  # degrees: about 110 m, the length of a few houses


@dataclass(frozen=True)
class Masked:
    """A text and which kinds of details were covered in it."""

    text: str
    covered: tuple[str, ...]


def mask(text: str, *, keep_numbers: bool = False) -> Masked:
    """Cover what tells who somebody is. ``keep_numbers``: telephone numbers are the matter itself (advertisements)."""
    text = plain(text)  # first: a character without width hides a number
    text = OTHER_DIGIT.sub(lambda found: str(int(found[0])), text)
    covered: list[str] = []

    def cover(kind: str, pattern: re.Pattern[str], text: str) -> str:
        replaced, count = pattern.subn(MARKS[kind], text)
        if count:
            covered.append(kind)
        return replaced

    text = cover("email", EMAIL, text)
    if not keep_numbers:
        text = cover("phone", PHONE, text)
    text = cover("identity", IDENTITY, text)
    text, named = _without_names(text)
    if named:
        covered.append("name")
    return Masked(text, tuple(covered))


def _without_names(text: str) -> tuple[str, bool]:
    """The text with what follows "tôi tên là" covered as far as it is written with capitals, or after words that nothing but
    a name follows however it is written; whether something was.
    """
    parts, position = [], 0
    surely = {found.end() for found in SIGNS.finditer(text)}
    for found in sorted([*SAYS_NAME.finditer(text), *SIGNS.finditer(text)], key=lambda found: found.end()):
        end = start = found.end()
        most = LONGEST_NAME if start in surely else 0
        while (word := WORD.match(text, end)) and (word[0][0].isupper() or _goes_on(word[0], most)):
            end, most = word.end(), most - 1
        if end > start and found.start() >= position:
            parts += [text[position:start], MARKS["name"], " " if text[end - 1].isspace() else ""]
            position = end
    return "".join([*parts, text[position:]]), bool(parts)


def _goes_on(word: str, most: int) -> bool:
    """Whether a word without a capital may still belong to a name."""
    return most > 0 and word.strip().casefold() not in NO_NAME and word[0].isalpha()


def mask_public(text: str, *, keep_numbers: bool = False) -> Masked:
    """The same for the public, who needn't read number plates either."""
    first = mask(text, keep_numbers=keep_numbers)
    replaced, count = PLATE.subn(MARKS["plate"], first.text)
    return Masked(replaced, (*first.covered, "plate") if count else first.covered)


def street_of(address: str) -> str:
    """An address without numbers of house, room, alley and neighbourhood: ``Số 12 ngõ 5 Lê Lợi`` → ``Lê Lợi``."""
    text = ALLEY.sub("", HOUSE.sub("", plain(address)))
    parts = [LEADING.sub("", part).strip(" ,.-") for part in f" {text}".split(",")]
    return ", ".join(part for part in parts if part and not part.isdigit())


def coarse(degrees: float) -> float:
    """A coordinate as the public sees it: the middle of its cell of about 110 m."""
    return round((floor(round(degrees / GRID, 6)) + 0.5) * GRID, 6)
