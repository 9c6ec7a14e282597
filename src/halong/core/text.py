"""Vietnamese text: search without accents, sorting by the alphabet, without any help of the database's collations."""

import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": 2, "\u0309": 3, "\u0303": 4, "\u0301": 5, "\u0323": 6}
_ORDER = {letter: f"{index:02d}" for index, letter in enumerate(_ALPHABET)}


def fold(text: str) -> str:
    """Lower case without any marks: ``Phường Hoà Đình`` → ``phuong hoa dinh``. Spaces are collapsed."""
    bare = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def sort_key(text: str) -> str:
    """A key that sorts as a Vietnamese dictionary does: letters (a ă â … đ), then tones; for any collation."""
    letters, tones = [], []
    for word in unicodedata.normalize("NFC", text.casefold()).split():
        for char in word:
            base, tone = _split_tone(char)
            letters.append(_ORDER.get(base, f"~{base}" if base.isalpha() else f" {base}"))
            tones.append(str(tone))
        letters.append("  ")
        tones.append("0")
    return "".join(letters).rstrip() + "!" + "".join(tones)


def _split_tone(char: str) -> tuple[str, int]:
    parts = unicodedata.normalize("NFD", char)
    tone = next((_TONES[p] for p in parts if p in _TONES), 1)
    return unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES)), tone
