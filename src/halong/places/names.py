"""How names of units are written: which one is meant, and how two writings of one name are compared.

Communes of today and districts of before 1 July 2025 share names, so that a bare "Cẩm Phả" is never shown.
"""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from halong.core.text import fold

# The kinds of unit as the law writes them before a name; the longer ones first.
KIND_WORDS = ("Thành phố", "Thị xã", "Thị trấn", "Đặc khu", "Phường", "Huyện", "Quận", "Tỉnh", "Xã")


def split_name(name: str) -> tuple[str, str]:
    """The word of the kind and the bare name: ``"Phường Cẩm Phả"`` → ``("Phường", "Cẩm Phả")``; ``""``
    where none.
    """
    for word in KIND_WORDS:
        if name[: len(word) + 1].casefold() == f"{word} ".casefold():
            return name[: len(word)], name[len(word) + 1 :].strip()
    return "", name


def qualified(name: str, valid_to: date | None, on: date) -> str:
    """The name that says which unit is meant: "phường Cẩm Phả", or "khu vực Cẩm Phả (trước 01/7/2025)"
    for one that had ended by ``on``. The words around the name are in the reader's language.
    """
    word, bare = split_name(name)
    if valid_to is not None and valid_to < on:
        end = valid_to + timedelta(days=1)
        day = f"{end.day:02d}/{end.month}/{end.year}"
        return _("%(name)s area (before %(date)s)") % {"name": bare, "date": day}
    return f"{word.lower()} {bare}" if word else name


def match_keys(name: str) -> set[str]:
    """The folded writings by which a person or a file may mean this unit: with and without the word of
    its kind, and with its abbreviation ("P. Móng Cái 1", "TP Hạ Long").
    """
    word, bare = split_name(name)
    short = {"Phường": "p.", "Thành phố": "tp", "Thị xã": "tx", "Thị trấn": "tt.", "Xã": "x."}.get(word)
    keys = {fold(name), fold(bare)}
    if short:
        keys |= {fold(f"{short} {bare}"), fold(f"{short}{bare}"), fold(f"{short.rstrip('.')} {bare}")}
    return keys
