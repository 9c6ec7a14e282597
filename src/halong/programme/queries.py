"""The programme as its page shows it: sums by year and kind, and each index over the years."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from halong.programme.models import IndexValue, Project


@dataclass(frozen=True, slots=True)
class Year:
    """What was approved in a year; ``year`` None is what no source dates."""

    year: int | None
    tasks: int
    projects: int

    @property
    def total(self) -> int:
        """Tasks and projects together."""
        return self.tasks + self.projects


@dataclass(slots=True)
class Part:
    """A part of an index over the years, in the order of ``Index.years``; None where a year is missing."""

    name: str
    values: list[IndexValue | None]


@dataclass(slots=True)
class Index:
    """An index over the years: its own values, its parts, and what the chart draws."""

    key: str
    rows: list[IndexValue] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    part_years: list[int] = field(default_factory=list)

    @property
    def is_award(self) -> bool:
        """Neither a value nor a rank was ever given: it is an award, not a measure."""
        return not any(row.value is not None or row.rank is not None for row in self.rows)

    @property
    def drawn(self) -> list[float | None]:
        """The values year by year, None for years without one; the ranks (turned over) where there are no
        values.
        """
        by_year = {row.year: row for row in self.rows}
        if not by_year:
            return []
        rows = [by_year.get(year) for year in range(min(by_year), max(by_year) + 1)]
        values = [row.value if row else None for row in rows]
        if any(value is not None for value in values):
            return values
        return [-float(row.rank) if row and row.rank is not None else None for row in rows]

    @property
    def newest(self) -> IndexValue | None:
        """The latest year that says anything."""
        return self.rows[-1] if self.rows else None

    @property
    def has_unverified(self) -> bool:
        """Whether any figure of it was not found in a source."""
        return any(not (row.verified and row.value_verified) for row in self.rows)


def years(projects: Iterable[Project]) -> list[Year]:
    """How many tasks and projects each year has, in order, what has no year last."""
    counts = Counter((project.year, project.kind) for project in projects)
    found = sorted({year for year, _kind in counts}, key=lambda year: (year is None, year or 0))
    return [Year(year, counts[year, Project.Kind.TASK], counts[year, Project.Kind.PROJECT]) for year in found]


def indices(values: Iterable[IndexValue]) -> list[Index]:
    """The indices with their rows by year, those with the most parts and years first, awards last."""
    found: dict[str, Index] = {}
    parts: dict[str, dict[str, dict[int, IndexValue]]] = {}
    for row in sorted(values, key=lambda row: row.year):
        index = found.setdefault(row.index, Index(row.index))
        parts.setdefault(row.index, {})
        if row.part and (row.value is not None or row.rank is not None):
            parts[row.index].setdefault(row.part, {})[row.year] = row
        else:
            index.rows.append(row)
    for key, index in found.items():
        index.part_years = sorted({year for rows in parts[key].values() for year in rows})
        index.parts = [
            Part(name, [rows.get(year) for year in index.part_years]) for name, rows in parts[key].items()
        ]
    return sorted(
        found.values(), key=lambda index: (index.is_award, -len(index.parts), -len(index.rows), index.key)
    )
