"""What a map has been told: rows by id with the version at which each last changed, so that only differences travel.

A version is ``<epoch>.<number>``; the epoch is another one after a restart, and then everything is told again.
"""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

Row = tuple[object, ...]
MOST_LEDGERS = 12  # scopes × rights × languages that are remembered; the one asked for longest ago goes first
MOST_GONE = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """``rows`` are whole rows that are new or different, ``gone`` ids that are no more; ``whole``: it is everything;
    ``words``: they point into words that the client hasn't heard.
    """

    version: str
    rows: list[Row]
    gone: list[int]
    whole: bool
    words: bool


@dataclass
class Ledger:
    """The rows of one scope as they are now."""

    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    number: int = 0
    rows: dict[int, Row] = field(default_factory=dict)
    changed: dict[int, int] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)
    oldest: int = 0  # differences since an older version aren't known any more
    refreshed: float = float("-inf")
    seen: object = None  # what had been heard when the rows were read
    tables: Any = None  # the words that rows point into, of whoever fills the ledger
    grown: int = 0  # the number at which the words that rows point into last became more
    lock: Lock = field(default_factory=Lock)

    def update(self, rows: Mapping[int, Row], *, grown: bool = False) -> None:
        """Take in the rows as they are now; the version grows when any of them is another. ``grown``: they point into
        words that weren't there before.
        """
        different = [pk for pk, row in rows.items() if self.rows.get(pk) != row]
        lost = [pk for pk in self.rows if pk not in rows]
        if not different and not lost:
            return
        self.number += 1
        self.grown = self.number if grown else self.grown
        for pk in different:
            self.changed[pk] = self.number
            self.gone.pop(pk, None)
        for pk in lost:
            del self.changed[pk]
            self.gone[pk] = self.number
        self.rows = dict(rows)
        if len(self.gone) > MOST_GONE:
            self.gone, self.oldest = {}, self.number

    @property
    def version(self) -> str:
        """What a client gives back to hear only of differences."""
        return f"{self.epoch}.{self.number}"

    def tell(self, since: str = "") -> Told:
        """What is different since a version; everything when that version isn't one of this ledger's."""
        epoch, _, number = since.partition(".")
        known = int(number) if epoch == self.epoch and number.isdecimal() else -1
        if not self.oldest <= known <= self.number:
            return Told(self.version, list(self.rows.values()), [], whole=True, words=True)
        rows = [self.rows[pk] for pk, at in self.changed.items() if at > known]
        gone = [pk for pk, at in self.gone.items() if at > known]
        return Told(self.version, rows, gone, whole=False, words=self.grown > known)


_ledgers: OrderedDict[str, Ledger] = OrderedDict()
_guard = Lock()


def ledger_of(key: str) -> Ledger:
    """The ledger of a scope (this process's own: the web is one process)."""
    with _guard:
        found = _ledgers.setdefault(key, Ledger())
        _ledgers.move_to_end(key)
        while len(_ledgers) > MOST_LEDGERS:
            _ledgers.popitem(last=False)
    return found
