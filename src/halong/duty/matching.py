"""Finding our people by what a calendar says. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from halong.core.text import fold
from halong.duty.ical.reading import Named, Occurrence
from halong.duty.models.teams import DutyRole

_BETWEEN = re.compile(r"\s*(?:[;,/+&\n]|\s-\s|\s–\s|\bvà\b|\band\b)\s*")
_COMRADE = re.compile(r"\b[đĐdD]/[cC]\b\.?\s*")  # "đ/c": its stroke separates nobody
_NOISE = re.compile(r"\b(dong chi|d/c|ong|ba|anh|chi|mr|mrs|ms)\b\.?\s*")
ROLES = (  # folded words, the longest first
    ("lanh dao truc", DutyRole.COMMAND), ("truc lanh dao", DutyRole.COMMAND), ("truc chi huy", DutyRole.COMMAND),
    ("truong ca", DutyRole.LEADER), ("shift leader", DutyRole.LEADER), ("ky thuat", DutyRole.TECHNICIAN),
    ("technician", DutyRole.TECHNICIAN), ("truc ban", DutyRole.OFFICER), ("on call", DutyRole.OFFICER),
)  # fmt: skip


@dataclass(frozen=True)
class Someone:
    """A person whom a calendar may mean: his number, names, address, and the part that he usually has."""

    pk: int
    name: str
    username: str
    email: str
    role: str = ""


@dataclass(frozen=True)
class Match:
    """Whom a calendar means: ``who`` as it says it, the person if he was found, and the part."""

    who: str
    person: int | None
    role: str


class Matcher:
    """Finds people by address, else by name: those of the team first, then anybody whose name is written in full."""

    def __init__(self, members: Iterable[Someone], others: Iterable[Someone], role: str) -> None:
        everybody = [*members, *others]
        self._role = role
        self._by_email = _unique((one.email.lower(), one) for one in everybody if one.email)
        self._by_name = _unique(
            (fold(name), one) for one in everybody for name in (one.name, one.username) if name
        )
        self._members = list(members)

    def match(self, occurrence: Occurrence) -> list[Match]:
        """Who is on by an event: its attendees, else whoever its title names; one row each, never twice."""
        role, title = role_of(_COMRADE.sub("", occurrence.title))
        named = list(occurrence.people) or [Named(text) for text in _BETWEEN.split(title) if text.strip()]
        found: dict[str, Match] = {}
        for one in named or [Named(occurrence.title or "?")]:
            match = self._find(one, role)
            key = f"#{match.person}" if match.person is not None else fold(match.who)
            found.setdefault(key, match)
        return list(found.values())

    def _find(self, one: Named, title_role: str) -> Match:
        own_role, text = role_of(one.text)
        someone = self._by_email.get(one.email) or self._by_name.get(_bare(text)) or self._member(text)
        usual = someone.role if someone is not None else ""
        return Match(
            one.text[:200], someone.pk if someone else None, own_role or title_role or usual or self._role
        )

    def _member(self, text: str) -> Someone | None:
        """The one member of the team whose name is in the text, or of whose name the text is a part ("Minh")."""
        bare = _bare(text)
        if not bare:
            return None
        fits = [one for one in self._members if one.name and fold(one.name) in bare]
        if not fits:
            fits = [one for one in self._members if one.name and f" {bare} " in f" {fold(one.name)} "]
        return fits[0] if len({one.pk for one in fits}) == 1 else None


def role_of(text: str) -> tuple[str, str]:
    """The part that a text begins with ("Trưởng ca: Nguyễn Văn A"), and the rest."""
    before, colon, after = text.partition(":")
    if not colon:
        return "", text.strip()
    folded = fold(before)
    return next((str(role) for words, role in ROLES if words in folded), ""), after.strip()


def _bare(text: str) -> str:
    return _NOISE.sub("", fold(text)).strip()


def _unique(pairs: Iterable[tuple[str, Someone]]) -> dict[str, Someone]:
    """By key; two different people under one key are found by none."""
    found: dict[str, Someone] = {}
    doubtful = set()
    for key, one in pairs:
        if found.setdefault(key, one).pk != one.pk:
            doubtful.add(key)
    return {key: one for key, one in found.items() if key and key not in doubtful}
