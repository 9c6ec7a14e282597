"""How people write: with and without accents, in short and at length, with the abbreviations and slips of a telephone."""

import re
import unicodedata

from halong.simulation.citizens.luck import Luck

SHORT = {
    "không": "ko", "được": "dc", "với": "vs", "rồi": "r", "người": "ng", "đường": "đg", "những": "nhg", "quá": "wá",
    "trước": "trc", "biết": "bít",
}  # fmt: skip
WORD = re.compile(r"\w+")


def without_accents(text: str) -> str:
    """``Mất điện`` as ``Mat dien``."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def abbreviated(text: str) -> str:
    """As it is written in messages: ``ko``, ``dc``."""
    return WORD.sub(lambda found: SHORT.get(found[0].lower(), found[0]), text)


def slipped(text: str, luck: Luck) -> str:
    """With two letters of a word the wrong way round."""
    words = [found for found in WORD.finditer(text) if len(found[0]) > 3]
    if not words:
        return text
    found = luck.pick(words)
    at = found.start() + luck.whole(1, len(found[0]) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def as_people_write(text: str, luck: Luck, openings: tuple[str, ...], closings: tuple[str, ...]) -> str:
    """One of the ways in which somebody may write this."""
    if luck.chance(0.3) and openings:
        text = luck.pick(openings) + text[:1].lower() + text[1:]
    if luck.chance(0.35) and closings:
        text += luck.pick(closings)
    if luck.chance(0.18):
        text = abbreviated(text)
    if luck.chance(0.14):
        text = slipped(text, luck)
    if luck.chance(0.12):
        text = text.lower().rstrip(".")
    if luck.chance(0.16):
        text = without_accents(text)
    return text
