"""Places where modules put what others show or call without importing them.

Each registry has one purpose; owners fill it in ``AppConfig.ready``. What nobody registered is absent.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from halong.core.derived import DerivedSeries
    from halong.core.sector import Sector

T = TypeVar("T")


class Registry(Generic[T]):
    """An ordered set of named entries; a name can be taken once."""

    def __init__(self) -> None:
        self._entries: dict[str, T] = {}

    def register(self, key: str, entry: T) -> T:
        """Add an entry. The same object again is fine (a reload); another one under the same name is an error."""
        if self._entries.setdefault(key, entry) != entry:
            raise ValueError(f"{key!r} is registered already")
        return entry

    def __getitem__(self, key: str) -> T:
        return self._entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> T | None:
        """The entry of this name, or None."""
        return self._entries.get(key)

    def keys(self) -> list[str]:
        """The names, in order of registration."""
        return list(self._entries)


@dataclass(frozen=True)
class MenuItem:
    """A place to go in a shell: ``shell`` is "desk" or "citizen"; ``permission`` None means everybody signed in.

    The order is the group as well: below 30 what the day is made of (it stands in the rail), below 500 data and tools,
    from 500 on set-up and administration (both behind "More").
    """

    key: str
    label: Any  # a lazy translation
    icon: str  # name of a Tabler icon
    url_name: str
    order: int
    permission: str | None = None
    shell: str = "desk"


@dataclass(frozen=True)
class Block:
    """A piece of a composed page (panorama, entity page, place page).

    ``context`` gets the request and the subject of the page and returns the template's context, or None for "absent".
    """

    key: str
    template: str
    context: Callable[..., dict[str, Any] | None]
    order: int
    permission: str | None = None


@dataclass(frozen=True)
class ListAction:
    """What may be done with rows of another module's list that somebody ticked: a page at ``url_name`` that gets their ids
    as ``?<parameter>=1&<parameter>=2,3``.
    """

    key: str
    label: Any  # a lazy translation
    icon: str
    url_name: str
    order: int
    permission: str
    parameter: str


@dataclass(frozen=True)
class ShellItem:
    """Something small at the end of the desk's top bar (the bell of notices).

    ``context`` gets the request and returns the template's context, or None for "absent".
    """

    key: str
    template: str
    context: Callable[[Any], dict[str, Any] | None]
    order: int


class SearchHit(NamedTuple):
    """Something that ⌘K found: its name, what it is and where in a few words, where it leads, how well it fits (0–108)."""

    label: str
    kind: str
    url: str
    score: float = 0.0


@dataclass(frozen=True)
class SearchProvider:
    """A kind of thing that ⌘K finds: ``search(user, query, limit)`` returns what the user may see, best first. An empty
    query means that somebody is about to search: what is kept in memory may be made ready.
    """

    key: str
    label: Any
    search: Callable[[Any, str, int], list[SearchHit]]
    icon: str = "search"  # name of a Tabler icon


@dataclass(frozen=True)
class WallField:
    """A setting of a tile of the wall. ``kind``: text, lines (several), number, choice, flag, thing (its id), property (of
    the chosen thing), agency (its id).

    ``choices(user)`` gives the options of a choice; without it a flag is yes or no.
    """

    key: str
    label: Any
    kind: str
    choices: Callable[[Any], list[tuple[str, Any]]] | None = None
    required: bool = False


@dataclass(frozen=True)
class WallTile:
    """A kind of tile that a wall may show.

    ``context(sight, settings)`` gets what the tile looks at (``user, scope, now, alerts, things``) and its settings, and
    returns the template's context, or None where there is nothing to show. ``topics(settings)`` are the live topics that
    make it new, at most every ``wait_s`` seconds. Sizes are columns × rows of the 12 × 8 grid.
    """

    key: str
    label: Any
    icon: str
    template: str
    order: int
    context: Callable[[Any, dict[str, Any]], dict[str, Any] | None]
    topics: Callable[[dict[str, Any]], str]
    fields: tuple[WallField, ...] = ()
    wait_s: float = 5.0
    size: tuple[int, int] = (4, 2)
    least: tuple[int, int] = (2, 1)
    follows: bool = True  # whether it looks at a place at all
    # whether it must be seen now (by what it looks at): then it stands on the page of walls that nobody has laid out
    presses: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class HealthCheck:
    """A check of ``halong doctor`` and of Halong's alerts about itself.

    ``check()`` returns None when all is well, else one sentence that says what is wrong and what to do.
    """

    key: str
    label: Any
    check: Callable[[], str | None]
    priority: str = "high"


Cell = tuple[int | None, int | None, float, float]  # place id, agency id, num, den


@dataclass(frozen=True)
class RecordMeasure:
    """Something that a module can count in its own records, for indicators.

    ``compute(start, end)`` returns (place id, agency id, num, den) of what happened after ``start`` and not after ``end``,
    one row a place × agency; a measure ``as_of`` counts what stands at ``end`` instead, or now while the period runs.
    ``across`` says what a value is: "sum" is num (den only says "of how many"), "ratio" is num/den, "share" 100·num/den.
    ``looks_back`` is False where only the present can be counted: closed periods are then never computed again.
    ``simulated(start, end)`` tells whether simulated records are among those that such a span counts.
    """

    key: str  # "alerts.raised"
    label: Any  # a lazy translation
    unit: str  # UN/CEFACT
    compute: Callable[[datetime, datetime], Iterable[Cell]]
    as_of: bool = False
    across: str = "sum"
    looks_back: bool = True
    simulated: Callable[[datetime, datetime], bool] | None = None


sectors: "Registry[Sector]" = Registry()
derived_series: "Registry[DerivedSeries]" = Registry()
menu: Registry[MenuItem] = Registry()
shell_items: Registry[ShellItem] = Registry()
# by kind: (a number, who looks) → its page or ""
number_pages: Registry[Callable[[str, Any], str]] = Registry()
citizen_items: Registry[ShellItem] = Registry()  # at the end of the public's pages
panorama_blocks: Registry[Block] = Registry()
person_blocks: Registry[Block] = Registry()  # of the page of an account, and of one's own
entity_blocks: Registry[Block] = Registry()
alert_blocks: Registry[Block] = Registry()
alert_actions: Registry[ListAction] = Registry()
# (user, ids of alerts) → the words and address of what an alert of a list belongs to
alert_marks: Registry[Callable[[Any, list[int]], dict[int, tuple[str, str]]]] = Registry()
report_blocks: Registry[Block] = Registry()
public_blocks: Registry[Block] = Registry()
search_providers: Registry[SearchProvider] = Registry()
wall_tiles: Registry[WallTile] = Registry()
health_checks: Registry[HealthCheck] = Registry()
live_topics: Registry[str | None] = (
    Registry()
)  # topic (before ":") → permission that a listener needs; None: public
live_actors: Registry[Callable[[Any], Any]] = (
    Registry()
)  # request → who listens without an account (a wall), or None
# since when → how many alerts each rule (id) raised: filled by alerts, asked by rules, which come before
alert_counters: Registry[Callable[[datetime], dict[int, int]]] = Registry()
metrics: Registry[Callable[[], dict[str, float]]] = Registry()  # extra gauges for /metrics
simulated_removers: Registry[Callable[..., dict[str, int]]] = Registry()  # go-live: what was removed, by kind
indicator_blocks: Registry[Block] = Registry()
record_measures: Registry[RecordMeasure] = Registry()
# told in the transaction of the roll-up: (series id, label) of hours that may be another ones now
hour_listeners: Registry[Callable[[Iterable[tuple[int, datetime]]], None]] = Registry()
