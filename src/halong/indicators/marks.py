"""Which periods must be computed again, and when: ``dirty_indicator``, filled from notes, by the clock, and upward."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from halong.core import registry
from halong.indicators.cells import SETTLE
from halong.indicators.formulas import dependents
from halong.indicators.grains import GRAINS, coarser, day_of, label_of, labels_between, rank
from halong.indicators.members import LOCK
from halong.indicators.models import WHOLE, Definition, Indicator

FOLDED = 20_000
CAUGHT_UP = timedelta(days=3)  # how far back periods are opened that nobody computed while Halong stood still
SOON = timedelta(seconds=5)  # a running period gathers what comes
# how long a longer running period waits for more changes of the shorter ones
PATIENCE = {
    "hour": SOON, "day": timedelta(minutes=1), "month": timedelta(minutes=10), "quarter": timedelta(minutes=30),
    "year": timedelta(hours=1),
}  # fmt: skip
Mark = tuple[int, str, datetime]


@dataclass
class Book:
    """The active indicators with their definitions and who depends on whom, read once a round."""

    indicators: dict[int, Indicator] = field(default_factory=dict)
    formulas: dict[str, list[Indicator]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Book":
        """As it stands in the database."""
        rows = list(Indicator.objects.filter(active=True).prefetch_related("definitions"))
        return cls({row.pk: row for row in rows}, dependents(rows))

    def definition(self, indicator_id: int, label: datetime) -> Definition | None:
        """What was in force at the end of a period."""
        indicator = self.indicators.get(indicator_id)
        return indicator.definition_on(day_of(label)) if indicator else None

    def base(self, indicator_id: int, at: datetime) -> tuple[str, datetime] | None:
        """Grain and label of the base period that an instant lies in."""
        indicator = self.indicators.get(indicator_id)
        grains = sorted({row.grain for row in indicator.definitions.all()}, key=rank) if indicator else []
        for grain in grains:
            label = label_of(at, grain)
            definition = self.definition(indicator_id, label)
            if definition is not None and definition.grain == grain:
                return grain, label
        return None


def mark(marks: Iterable[Mark], *, now: datetime | None = None) -> None:
    """Let these periods be computed: closed ones at once, running ones when more may have come."""
    now = now or timezone.now()
    rows = sorted(set(marks), key=lambda m: (m[0], m[1], m[2]))
    if not rows:
        return
    due = [
        now if label + SETTLE <= now else min(now + PATIENCE[grain], label + SETTLE)
        for _i, grain, label in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO dirty_indicator AS d (indicator_id, grain, label, due_at)
            SELECT * FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[])
            ON CONFLICT (indicator_id, grain, label) DO UPDATE SET due_at = excluded.due_at
            WHERE d.due_at > excluded.due_at
            """,
            [[m[0] for m in rows], [m[1] for m in rows], [m[2] for m in rows], due],
        )


@transaction.atomic
def fold(book: Book) -> int:
    """Turn notes into periods that are due; returns how many notes there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            "DELETE FROM indicator_note WHERE ctid = ANY(ARRAY("
            "SELECT ctid FROM indicator_note LIMIT %s FOR UPDATE SKIP LOCKED)) RETURNING indicator_id, label",
            [FOLDED],
        )
        notes = cursor.fetchall()
    found = {(indicator_id, book.base(indicator_id, at)) for indicator_id, at in set(notes)}
    mark((indicator_id, *base) for indicator_id, base in found if base is not None)
    return len(notes)


def upward(book: Book, definition: Definition, grain: str, labels: Iterable[datetime]) -> list[Mark]:
    """What follows from changed values: the longer period, and formulas that name the indicator."""
    marks: list[Mark] = []
    longer = coarser(grain)
    for label in labels:
        if longer and definition.kind != Definition.Kind.FORMULA:
            marks.append((definition.indicator_id, longer, label_of(label, longer)))
        for formula in book.formulas.get(book.indicators[definition.indicator_id].key, []):
            other = formula.definition_on(day_of(label))
            if other and other.kind == Definition.Kind.FORMULA and rank(grain) >= rank(other.grain):
                marks.append((formula.pk, grain, label))
    return marks


@transaction.atomic
def tick(book: Book, now: datetime) -> None:
    """Once a minute: open the running period of every indicator, and those that passed while nobody computed. Records are
    counted again, since no module tells of each one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    latest = _latest_labels(book, now)
    again: list[Mark] = []
    new: list[Mark] = []
    for indicator_id in book.indicators:
        definition = book.definition(indicator_id, now)
        if definition is None or definition.kind in (Definition.Kind.FORMULA, Definition.Kind.TABLE):
            continue
        since = max(latest.get(indicator_id, now), now - CAUGHT_UP)
        labels = list(labels_between(since, now, definition.grain))
        new += [(indicator_id, definition.grain, label) for label in labels]
        if definition.kind == Definition.Kind.RECORDS and _is_due(definition, now):
            again += [(indicator_id, definition.grain, label) for label in labels[-1:]]
    _open(new, now)
    mark(again, now=now)


def _is_due(definition: Definition, now: datetime) -> bool:
    """Whether to count records in this minute: every minute for hours and days, every ten for longer periods."""
    measure = registry.record_measures.get(str(definition.spec.get("measure", "")))
    return measure is not None and (rank(definition.grain) <= GRAINS.index("day") or now.minute % 10 == 0)


def _latest_labels(book: Book, now: datetime) -> dict[int, datetime]:
    pairs = [(pk, definition.grain) for pk in book.indicators if (definition := book.definition(pk, now))]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT k.id, v.label FROM unnest(%s::bigint[], %s::text[]) AS k (id, grain) CROSS JOIN LATERAL (
                SELECT label FROM indicators_value v WHERE v.indicator_id = k.id AND v.grain = k.grain AND v.node = %s
                AND v.label <= %s ORDER BY v.label DESC LIMIT 1) v
            """,
            [[pk for pk, _grain in pairs], [grain for _pk, grain in pairs], WHOLE, now],
        )
        return dict(cursor.fetchall())


def _open(marks: Sequence[Mark], now: datetime) -> None:
    """Mark periods that aren't marked and have no value yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO dirty_indicator (indicator_id, grain, label, due_at)
            SELECT k.* FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[])
                AS k (indicator_id, grain, label, due_at)
            WHERE NOT EXISTS (SELECT FROM indicators_value v WHERE v.indicator_id = k.indicator_id
                              AND v.grain = k.grain AND v.node = %s AND v.label = k.label)
            ON CONFLICT DO NOTHING
            """,
            [
                [m[0] for m in marks], [m[1] for m in marks], [m[2] for m in marks],
                [min(now, m[2] + SETTLE) for m in marks], WHOLE,
            ],
        )  # fmt: skip


def settle(cursor: Any, marks: Sequence[Mark], now: datetime) -> None:
    """Strike computed periods off the list; running ones are computed once more when they are over."""
    running = [m for m in marks if m[2] + SETTLE > now]
    for statement, chosen in (
        ("DELETE FROM dirty_indicator d USING {k} WHERE {same}", [m for m in marks if m[2] + SETTLE <= now]),
        (
            "UPDATE dirty_indicator d SET due_at = d.label + %(settle)s FROM {k} WHERE {same}",
            running,
        ),
    ):
        if chosen:
            k = "unnest(%(ids)s::bigint[], %(grains)s::text[], %(labels)s::timestamptz[]) AS k (id, grain, label)"
            same = "d.indicator_id = k.id AND d.grain = k.grain AND d.label = k.label"
            cursor.execute(
                statement.format(k=k, same=same),
                {
                    "ids": [m[0] for m in chosen], "grains": [m[1] for m in chosen],
                    "labels": [m[2] for m in chosen], "settle": SETTLE,
                },
            )  # fmt: skip
