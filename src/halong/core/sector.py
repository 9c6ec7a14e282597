"""What a sector is, as data: its types of things, their attributes with unit, range and precision, scales
and limits.

The instances live in ``halong.sectors`` (and in third parties' packages) and are registered in
``halong.core.registry.sectors``; everybody else reads them through the functions at the end of this file.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from halong.core import registry
from halong.core.derived import DerivedSeries

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

AttributeKind = Literal[
    "Property",
    "Relationship",
    "GeoProperty",
    "LanguageProperty",
    "JsonProperty",
    "VocabProperty",
    "ListProperty",
    "ListRelationship",
]
Averaging = Literal["instant", "1h", "8h", "24h", "year"]


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """An attribute of a type of things.

    ``name`` is the NGSI-LD name, ``unit`` a UN/CEFACT code (C62: a bare number). ``series``: its values are
    a stream of numbers and are kept as observations; else it is an attribute of the registry. ``minimum``
    and ``maximum`` are the PHYSICAL range: what lies outside can't be true and goes to quarantine; they are
    no legal limits. ``interval_s`` is the interval by which things of this kind usually measure.
    ``symbols`` are the names that station files use for it (Circular 10/2021/TT-BTNMT, annex 15, table 34).
    ``scale`` names the ``Scale`` that gives words and colours. ``private``: never open data, never in the
    public API.
    """

    name: str
    label: "StrPromise | str"
    kind: AttributeKind = "Property"
    unit: str = "C62"
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = 1
    interval_s: int = 300
    series: bool = False
    derived: bool = False
    symbols: tuple[str, ...] = ()
    chart: Literal["line", "bar", "step"] = "line"
    scale: str | None = None
    choices: tuple[tuple[str, "StrPromise | str"], ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class EntityType:
    """A type of things. ``also`` lists the further NGSI-LD types that its entities carry, after ``name``
    (a coastal station is a ``CoastalWaterStation`` and a ``WaterQualityObserved``).

    ``model_url`` is the page of the public data model that its names come from, None for a type of our own.
    ``private``: position and existence are never open data (security cameras). ``headline`` names the
    attributes shown first, in order.
    """

    name: str
    label: "StrPromise | str"
    plural: "StrPromise | str"
    icon: str
    attributes: tuple[AttributeSpec, ...] = ()
    also: tuple[str, ...] = ()
    model_url: str | None = None
    private: bool = False
    headline: tuple[str, ...] = ()

    def attribute(self, name: str) -> AttributeSpec | None:
        """The attribute of this name, or None."""
        return next((spec for spec in self.attributes if spec.name == name), None)

    @property
    def all_types(self) -> tuple[str, ...]:
        """The types that an entity of this kind carries, most specific first."""
        return (self.name, *self.also)


@dataclass(frozen=True, slots=True)
class Level:
    """A band of a scale: ``low`` <= value <= ``high``.

    ``colour`` and ``text_colour`` are #RRGGBB with a contrast of at least 4.5. ``names`` and each text of
    ``texts`` are by language: ``texts["general"]["vi"]``. Where a regulation gives the words, "vi" is the
    regulation's own text.
    """

    key: str
    low: float
    high: float
    colour: str
    text_colour: str
    names: dict[str, str] = field(hash=False)
    colour_names: dict[str, str] = field(hash=False)
    texts: dict[str, dict[str, str]] = field(hash=False)

    def name(self, language: str) -> str:
        """The word for this level ("Tốt"); English where there is no text of the language."""
        return _by_language(self.names, language)

    def text(self, kind: str, language: str) -> str:
        """The advice of a kind ("health", "general", "sensitive", "use"), or "" if there is none."""
        return _by_language(self.texts.get(kind, {}), language)


@dataclass(frozen=True, slots=True)
class Scale:
    """Levels that give a value its word and colour, by a regulation in force between two dates."""

    key: str
    title: dict[str, str] = field(hash=False)
    levels: tuple[Level, ...]
    source: str
    valid_from: date
    valid_to: date | None = None
    verified: bool = True
    method: dict[str, str] = field(default_factory=dict, hash=False)

    def level(self, value: float) -> Level:
        """The level that a value falls into. Levels are ascending; below the first is the first, above the
        last the last.

        Between two whole-number bands (50 and 51) the upper band begins just above the lower's end.
        """
        return next((level for level in self.levels if value <= level.high), self.levels[-1])


@dataclass(frozen=True, slots=True)
class Limit:
    """A legal limit of one property: dated, with its source, and told apart from what nobody could verify.

    ``maximum`` and ``minimum`` are in ``unit`` (UN/CEFACT). ``types`` are the entity types it applies to.
    ``scalable``: discharge limits that are multiplied by Kq and Kf. ``id`` is stable: rules cite it as
    their legal basis. ``note``, by language, must be shown with the limit. ``verified`` False: nobody has
    yet compared the figure with the official text, and pages say so.
    """

    id: str
    standard: str
    property: str
    averaging: Averaging
    unit: str
    types: tuple[str, ...]
    source: str
    valid_from: date
    valid_to: date | None = None
    column: str | None = None
    maximum: float | None = None
    minimum: float | None = None
    scalable: bool = False
    verified: bool = True
    note: dict[str, str] = field(default_factory=dict, hash=False)

    def times(self, factor: float) -> "Limit":
        """The limit for a facility: Cmax = C × factor, where factor is Kq × Kf. A limit that doesn't scale
        is itself.
        """
        if not self.scalable or factor == 1.0:
            return self
        return replace(
            self,
            maximum=None if self.maximum is None else self.maximum * factor,
            minimum=None if self.minimum is None else self.minimum * factor,
        )

    def in_force(self, on: date) -> bool:
        """True if the limit applies on this day (both ends included)."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector of the province's life, with everything that Halong knows of it as data."""

    key: str
    name: "StrPromise | str"
    order: int
    icon: str
    types: tuple[EntityType, ...] = ()
    scales: tuple[Scale, ...] = ()
    limits: tuple[Limit, ...] = ()
    derived: tuple[DerivedSeries, ...] = ()


def _by_language(texts: dict[str, str], language: str) -> str:
    return texts.get(language.split("-", maxsplit=1)[0]) or texts.get("en") or texts.get("vi", "")


def all_sectors() -> list[Sector]:
    """Every registered sector in the order in which it is shown."""
    return sorted(registry.sectors, key=lambda sector: (sector.order, sector.key))


def all_types() -> Iterator[tuple[Sector, EntityType]]:
    """Every registered type with its sector."""
    return ((sector, kind) for sector in all_sectors() for kind in sector.types)


def find_type(name: str) -> EntityType | None:
    """The registered type of this name, or None (an entity may well be of a type that nobody declared)."""
    return next((kind for _, kind in all_types() if kind.name == name), None)


def sector_of(type_names: str | Collection[str]) -> Sector | None:
    """The sector that declares the type, or the first declared one of several types."""
    for name in [type_names] if isinstance(type_names, str) else type_names:
        for sector, kind in all_types():
            if kind.name == name:
                return sector
    return None


def find_attribute(type_names: str | Collection[str], attribute: str) -> AttributeSpec | None:
    """The declaration of an attribute in the first of the types that declares it, or None."""
    for name in [type_names] if isinstance(type_names, str) else type_names:
        kind = find_type(name)
        if kind and (spec := kind.attribute(attribute)):
            return spec
    return None


def find_scale(key: str, on: date) -> Scale | None:
    """The scale of this key that is in force on a day, or None."""
    for sector in registry.sectors:
        for scale in sector.scales:
            if (
                scale.key == key
                and scale.valid_from <= on
                and (scale.valid_to is None or on <= scale.valid_to)
            ):
                return scale
    return None


def find_limit(limit_id: str) -> Limit | None:
    """The limit of this id, in force or not, or None."""
    return next(
        (limit for sector in registry.sectors for limit in sector.limits if limit.id == limit_id), None
    )


def find_limits(
    type_names: Collection[str],
    attribute: str,
    on: date,
    *,
    averaging: Averaging | None = None,
    column: str | None = None,
) -> list[Limit]:
    """The limits that bind an attribute of a thing of these types on a day, in the order of their data.

    Without ``averaging`` those of every averaging time; without ``column`` those of every column (A, B).
    """
    return [
        limit
        for sector in all_sectors()
        for limit in sector.limits
        if limit.property == attribute
        and limit.in_force(on)
        and set(limit.types) & set(type_names)
        and averaging in (None, limit.averaging)
        and column in (None, limit.column)
    ]


@lru_cache(maxsize=4096)
def symbol_key(symbol: str) -> str:
    """A symbol of a station file without what varies between loggers: "PM2,5", "PM2.5", "pm2_5", "PM25" →
    "pm25"; a unit in brackets is dropped: "NO2(µg/Nm3)" → "no2".
    """
    bare = unicodedata.normalize("NFKD", re.sub(r"[(\[].*$", "", symbol)).casefold().replace("đ", "d")
    return re.sub(r"[^0-9a-z]", "", bare)


def find_symbol(symbol: str, type_names: Collection[str] = ()) -> AttributeSpec | None:
    """The attribute that a station file's symbol stands for: first as the given types use it ("NO2" is a
    gas for an air station, nitrite for a water station), then as any type does; None if nobody knows the
    symbol.
    """
    # Station files ask this for every line: remembered until another sector is registered.
    return _find_symbol(symbol_key(symbol), tuple(type_names), len(registry.sectors))


@lru_cache(maxsize=4096)
def _find_symbol(key: str, type_names: tuple[str, ...], _sectors: int) -> AttributeSpec | None:
    declared = [kind for name in type_names if (kind := find_type(name))]
    for kind in (*declared, *(kind for _, kind in all_types())):
        for spec in kind.attributes:
            if key in map(symbol_key, (*spec.symbols, spec.name)):
                return spec
    return None


def type_for_symbols(symbols: Collection[str]) -> EntityType | None:
    """The type that knows the most of these symbols (the first declared on a tie): what kind of station a
    file of an unknown station comes from. None if no type knows any.
    """
    wanted = {symbol_key(symbol) for symbol in symbols}
    best: EntityType | None = None
    known = 0
    for _, kind in all_types():
        names = {symbol_key(symbol) for spec in kind.attributes for symbol in spec.symbols}
        if len(names & wanted) > known:
            best, known = kind, len(names & wanted)
    return best
