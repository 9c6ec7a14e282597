"""Finding things by name in memory: without accents, by the beginnings of words, forgiving a typing error.

Ranks: the same name, its beginning, the beginnings of its words in order, of words anywhere, any part of it, and last, only
where the better ones are too few, words that are one or two slips of a finger away. What only resembles isn't found.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Generic, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from halong.core.text import fold

K = TypeVar("K", bound=Hashable)

SAME, BEGINS, PHRASE, WORDS = 100.0, 92.0, 86.0, 80.0
OTHER_WORDS, WITHIN, JOINED, SLIPS = 72.0, 60.0, 57.0, 40.0
UNFINISHED = 26.0  # less, where a word that was typed to its end (another follows) only begins a word
ACCENTS = 8.0  # more, where the accents that were typed agree, too
WORST = 30.0  # less than the best: what is farther behind is no answer any more
GOOD = SLIPS + WORST  # from here on nobody is thought to have mistyped
SHORTEST_SLIP = 4  # letters: in a shorter word one wrong letter makes another word
LONG_WORD = 8  # from here on two slips are forgiven
MOST_SLIPPED = 40  # words of the index that one typed word may have been meant for
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Entry(Generic[K]):
    """A name in the index: ``name`` as people see it, ``keywords`` by which it is found as well (code, kind, place)."""

    key: K
    name: str
    keywords: str = ""


@dataclass(frozen=True, slots=True)
class Found(Generic[K]):
    """An entry that was found, and how well (to 108)."""

    key: K
    score: float


@dataclass(slots=True)
class _Folded:
    name: str  # " pm2 5 hong ha": words of the folded name, each with a space before it
    more: str  # the same of the keywords
    joined: str
    accented: str


def words_of(text: str) -> str:
    """The words of a folded text, each with a space before it."""
    return "".join(f" {word}" for word in _WORD.findall(fold(text)))


class Index(Generic[K]):
    """Names in memory. Entries are put and dropped one by one; finding among 10,000 takes some milliseconds."""

    def __init__(self, entries: Iterable[Entry[K]] = ()) -> None:
        self._folded: dict[K, _Folded] = {}
        self._having: dict[str, set[K]] = {}  # word → the entries that have it
        self._words: list[str] = []  # by the alphabet
        self._sorted = True
        for entry in entries:
            self.put(entry)

    def __len__(self) -> int:
        return len(self._folded)

    def put(self, entry: Entry[K]) -> None:
        """Add an entry, or replace the one with its key."""
        self.drop(entry.key)
        name, more = words_of(entry.name), words_of(entry.keywords)
        accented = unicodedata.normalize("NFC", entry.name.casefold())
        self._folded[entry.key] = _Folded(name, more, name.replace(" ", ""), accented)
        for word in dict.fromkeys((name + more).split()):
            if word not in self._having:
                self._having[word] = set()
                self._words.append(word)
                self._sorted = False
            self._having[word].add(entry.key)

    def drop(self, key: K) -> None:
        """Forget an entry."""
        folded = self._folded.pop(key, None)
        if folded is not None:
            for word in (folded.name + folded.more).split():
                self._having[word].discard(key)

    def find(self, query: str, limit: int = 200) -> list[Found[K]]:
        """The best entries for what was typed, best first; of equals the shorter name first."""
        asked = words_of(query)
        words = asked.split()
        if not words:
            return []
        if not self._sorted:
            self._words.sort()
            self._sorted = True
        scores = self._with_words(asked, words)
        if max(scores.values(), default=0.0) < GOOD:
            for found in (self._within(asked), self._forgiven(words)):
                for key, score in found.items():
                    scores.setdefault(key, score)
        typed = unicodedata.normalize("NFC", " ".join(query.casefold().split()))
        if fold(typed) != typed:
            scores = {k: s + ACCENTS * (typed in self._folded[k].accented) for k, s in scores.items()}
        best = max(scores.values(), default=0.0)
        ordered = [(-score, len(self._folded[key].name), n, key)
                   for n, (key, score) in enumerate(scores.items()) if score >= best - WORST]  # fmt: skip
        return [Found(key, -score) for score, _length, _n, key in nsmallest(limit, ordered)]

    def _with_words(self, asked: str, words: Sequence[str]) -> dict[K, float]:
        """Entries that have every typed word, or a longer one that begins so."""
        having: set[K] | None = None
        for word in sorted(words, key=len, reverse=True):  # the rarer ones first
            keys: set[K] = set().union(*(self._having[known] for known in self._beginning(word)))
            having = keys if having is None else having & keys
            if not having:
                return {}
        found: dict[K, float] = {}
        for key in having or ():
            entry = self._folded[key]
            score = _of_words(entry.name, asked, words)
            ended = len(words) == 1 or all(f" {word} " in f"{entry.name}{entry.more} " for word in words[:-1])
            found[key] = score if ended else score - UNFINISHED
        return found

    def _beginning(self, word: str) -> Iterator[str]:
        at = bisect_left(self._words, word)
        while at < len(self._words) and self._words[at].startswith(word):
            yield self._words[at]
            at += 1

    def _within(self, asked: str) -> dict[K, float]:
        """Entries whose names have what was typed anywhere, with or without its spaces."""
        part, joined = asked[1:], asked.replace(" ", "")
        if len(joined) < SHORTEST_SLIP - 1:  # two letters are within half of all names
            return {}
        return {
            key: WITHIN if part in entry.name else JOINED
            for key, entry in self._folded.items()
            if part in entry.name or (len(joined) >= SHORTEST_SLIP and joined in entry.joined)
        }

    def _forgiven(self, words: Sequence[str]) -> dict[K, float]:
        """Entries that have each typed word, or one that is a slip or two away from it."""
        slips: dict[K, int] = {}
        for n, word in enumerate(words):
            near: dict[K, int] = {}
            for meant, distance in self._meant(word):
                for key in self._having[meant]:
                    near[key] = min(distance, near.get(key, distance))
            slips = near if n == 0 else {k: s + near[k] for k, s in slips.items() if k in near}
        return {key: SLIPS - 5.0 * count for key, count in slips.items()}

    def _meant(self, word: str) -> Iterator[tuple[str, int]]:
        """The words of the index that a typed word may have been meant for, each with the slips that it took."""
        yield from ((known, 0) for known in self._beginning(word))
        has_number = any(char.isdigit() for char in word)  # one off, it is another number
        if len(word) < SHORTEST_SLIP - 1 or has_number:
            return
        most = 2 if len(word) >= LONG_WORD else 1
        near = process.extract(
            word, self._words, scorer=OSA.distance, score_cutoff=most, limit=MOST_SLIPPED, processor=None
        )
        for meant, distance, _n in near:
            swapped = sorted(meant) == sorted(word)  # of three letters two may change places
            if len(word) >= SHORTEST_SLIP or swapped:
                yield meant, int(distance)


def _of_words(name: str, asked: str, words: Sequence[str]) -> float:
    if name.startswith(asked):
        return SAME if len(name) == len(asked) else BEGINS
    if asked in name:
        return PHRASE
    return WORDS if all(f" {word}" in name for word in words) else OTHER_WORDS
