"""The computation of indicators: what is due, in order, a few at a time; everything anew; a trial of a definition.

A round takes periods that are due, the shorter grains first and of each the latest first, computes them in SQL, and marks
what follows from what changed. Whatever the order in which readings, corrections and moves came, the same values come out.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from halong.core.formats import local
from halong.core.live import touch
from halong.indicators.cells import EVERY_NODE, store_said
from halong.indicators.formulas import compute_formula, keys_of
from halong.indicators.grains import GRAINS, finer, label_of, labels_between, previous, rank, start_of
from halong.indicators.marks import Book, Mark, fold, mark, settle, tick, upward
from halong.indicators.members import LOCK, renew, renew_stale, source_labels
from halong.indicators.models import WHOLE, Cell, Definition, Indicator, Value
from halong.indicators.sources import compute_records, compute_series, member_count
from halong.indicators.spans import compute_spans
from halong.observations.rollups import keep_days

TOPIC = "indicators"
CLAIMED = 2_000  # periods looked at in one transaction
EFFORT = 150_000  # things × periods computed in one transaction, about
KEEP_HOURS_DAYS = 90
_DROP_HOURS = """
DELETE FROM indicators_value v USING ({every_node}) n
WHERE v.indicator_id = %(id)s AND v.grain = 'hour' AND v.node = n.node AND v.label <= %(first)s
  AND NOT EXISTS (SELECT FROM dirty_indicator d WHERE d.indicator_id = v.indicator_id AND d.label <= %(first)s)
"""
Kind = Definition.Kind


def work(*, now: datetime | None = None) -> int:
    """One round: renew members, fold notes, compute what is due. Returns how much was done; call again until it is 0."""
    book = Book.read()
    done = renew_stale() + fold(book)
    return done + compute_due(book, now=now)


def open_periods(now: datetime | None = None) -> None:
    """Once a minute: open running periods, count records again (``marks.tick``)."""
    tick(Book.read(), now or timezone.now())


@transaction.atomic
def compute_due(book: Book, *, now: datetime | None = None, only: Indicator | None = None) -> int:
    """Compute periods that are due, as many as fit in one transaction; returns how many."""
    now = now or timezone.now()
    done: list[Mark] = []
    changed = False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for definition, grain, labels in _batches(book, _claim(cursor, now, only)):
            moved = compute(cursor, definition, grain, labels, now)
            done += [(definition.indicator_id, grain, label) for label in labels]
            settle(cursor, done[-len(labels) :], now)
            if moved:
                changed = True
                mark(upward(book, definition, grain, moved), now=now)
    if changed:
        touch(TOPIC)
    return len(done)


def _claim(cursor: Any, now: datetime, only: Indicator | None) -> list[Mark]:
    """Periods that are due; those of indicators that aren't in use any more are struck off."""
    cursor.execute(
        "DELETE FROM dirty_indicator d WHERE NOT EXISTS "
        "(SELECT FROM indicators_indicator i WHERE i.id = d.indicator_id AND i.active)"
    )
    cursor.execute(
        "SELECT indicator_id, grain, label FROM dirty_indicator "
        "WHERE due_at <= %(now)s AND (%(only)s::bigint IS NULL OR indicator_id = %(only)s) "
        "ORDER BY array_position(%(grains)s::text[], grain), label DESC LIMIT %(most)s FOR UPDATE SKIP LOCKED",
        {"now": now, "only": only and only.pk, "grains": list(GRAINS), "most": CLAIMED},
    )
    return list(cursor.fetchall())


def _batches(book: Book, marks: Sequence[Mark]) -> Iterator[tuple[Definition, str, list[datetime]]]:
    """Claimed periods by grain and definition, formulas after what they may name, until the effort is spent."""
    groups: dict[tuple[str, int], tuple[Definition, list[datetime]]] = {}
    for indicator_id, grain, label in marks:
        definition = book.definition(indicator_id, label)
        if definition is not None:
            groups.setdefault((grain, definition.pk), (definition, []))[1].append(label)
    left = EFFORT
    order = sorted(groups.items(), key=lambda g: (rank(g[0][0]), g[1][0].kind == Kind.FORMULA))
    for (grain, _pk), (definition, labels) in order:
        native = definition.kind == Kind.SERIES and grain == definition.grain
        cost = max(member_count(definition) if native else 0, 200)
        fitting = max(left // cost, 1)
        yield definition, grain, labels[:fitting]
        left -= cost * min(fitting, len(labels))
        if left <= 0:
            return


def compute(
    cursor: Any, definition: Definition, grain: str, labels: Sequence[datetime], now: datetime
) -> set[datetime]:
    """Compute values of one definition; returns the labels for which something is another one now.

    What was typed or imported (``Cell``) is taken where a table is meant, and for periods that nothing else says anything
    about. Periods whose readings or hours were let go stay as they are.
    """
    kept = [label for label in labels if start_of(label, grain) >= oldest(definition, grain, now)]
    if not kept:
        return set()
    said = set(
        Cell.objects.filter(indicator=definition.indicator_id, grain=grain, label__in=kept).values_list(
            "label", flat=True
        )
    )
    if definition.kind == Kind.TABLE:
        computed = [label for label in kept if label not in said]
        moved = _compute(cursor, definition, grain, computed, now) if computed else set()
    else:
        moved = _compute(cursor, definition, grain, kept, now)
        said -= set(_valued(definition, grain, said))
    if said:
        moved |= store_said(cursor, definition, grain, sorted(said))
    return moved


def _compute(
    cursor: Any, definition: Definition, grain: str, labels: Sequence[datetime], now: datetime
) -> set[datetime]:
    if definition.kind == Kind.FORMULA:
        return compute_formula(cursor, definition, grain, labels)
    if rank(grain) > rank(definition.grain):
        return compute_spans(cursor, definition, grain, labels, now)
    if grain == definition.grain and definition.kind == Kind.SERIES:
        return compute_series(cursor, definition, labels)
    if grain == definition.grain and definition.kind == Kind.RECORDS:
        return compute_records(cursor, definition, labels)
    # a table without figures, or an older definition's grain
    return store_said(cursor, definition, grain, labels)


def _valued(definition: Definition, grain: str, labels: Iterable[datetime]) -> list[datetime]:
    """Labels for which the whole has a value."""
    rows = Value.objects.filter(
        indicator=definition.indicator_id,
        grain=grain,
        node=WHOLE,
        label__in=list(labels),
        value__isnull=False,
    )
    return list(rows.values_list("label", flat=True))


def oldest(definition: Definition, grain: str, now: datetime) -> datetime:
    """The instant before which what a period of this grain is made of has been let go."""
    days: list[int] = []
    if grain == "hour" or (rank(definition.grain) == 0 and finer(grain) == "hour"):
        days.append(hours_kept())
    if definition.kind == Kind.SERIES and grain == definition.grain:
        days.append(keep_days("HALONG_KEEP_MEANS_DAYS"))
        if definition.spec.get("time") == "last" and grain == "hour":
            days.append(keep_days("HALONG_KEEP_READINGS_DAYS"))
    today = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=min((kept for kept in days if kept), default=200 * 365))


def hours_kept() -> int:
    """For how many days values of hours are kept."""
    if "HALONG_KEEP_INDICATOR_HOURS_DAYS" in os.environ:
        return keep_days("HALONG_KEEP_INDICATOR_HOURS_DAYS")
    return KEEP_HOURS_DAYS


def rebuild(indicator: Indicator, start: datetime, end: datetime, *, now: datetime | None = None) -> int:
    """Compute every period of an indicator that ends after ``start`` and not after that of ``end`` anew, at every grain,
    and what follows from it; returns how many periods were computed. The values are the same as those that came bit by bit.
    """
    now = now or timezone.now()
    for definition in indicator.definitions.all():
        renew(definition)
    book = Book.read()
    mark(_all_periods(book, indicator, start, end), now=now)
    return run_until_done(book, now=now, only=indicator)


def run_until_done(book: Book, *, now: datetime | None = None, only: Indicator | None = None) -> int:
    """Work off what is due, of one indicator or of all; returns how many periods were computed."""
    total = 0
    while fold(book) + (done := compute_due(book, now=now, only=only)):
        total += done
    return total


def _all_periods(book: Book, indicator: Indicator, start: datetime, end: datetime) -> set[Mark]:
    instants: set[datetime] = set()
    with connection.cursor() as cursor:
        for definition in indicator.definitions.all():
            if definition.kind == Kind.SERIES:
                instants.update(source_labels(cursor, definition))
    stored = Value.objects.filter(indicator=indicator, label__gt=start, node=WHOLE)
    typed = Cell.objects.filter(indicator=indicator, label__gt=start)
    found = {
        (indicator.pk, grain, label)
        for rows in (stored, typed)
        for grain, label in rows.values_list("grain", "label")
        if label <= label_of(end, grain)
    }
    found.update(_inputs(indicator, start, end))
    current = indicator.definition_on(timezone.localdate(end))
    if current is not None and current.kind == Kind.RECORDS:
        instants.update(labels_between(start, end, current.grain))
    for at in instants:
        base = book.base(indicator.pk, at)
        if base is not None and start < base[1] <= label_of(end, base[0]):
            found.update((indicator.pk, grain, label) for grain, label in _chain(*base))
    return found


def _chain(grain: str, label: datetime) -> Iterator[tuple[str, datetime]]:
    """A base period and the longer ones that it lies in."""
    for longer in GRAINS[rank(grain) :]:
        yield longer, label_of(label, longer)


def _inputs(indicator: Indicator, start: datetime, end: datetime) -> Iterator[Mark]:
    """The periods for which the indicators that a formula names have values."""
    for definition in indicator.definitions.all():
        rows = Value.objects.filter(indicator__key__in=keys_of(definition), label__gt=start, node=WHOLE)
        for grain, label in rows.values_list("grain", "label").distinct():
            if rank(grain) >= rank(definition.grain) and label <= label_of(end, grain):
                yield indicator.pk, grain, label


def drop_old_hours(now: datetime | None = None) -> int:
    """Let go of values of hours that are older than they are kept, once their days exist; returns how many."""
    kept = hours_kept()
    if not kept:
        return 0
    now = now or timezone.now()
    today = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=kept)
    dropped = 0
    with connection.cursor() as cursor:
        for pk in Indicator.objects.values_list("pk", flat=True):
            cursor.execute(_DROP_HOURS.format(every_node=EVERY_NODE), {"id": pk, "first": first})
            dropped += cursor.rowcount
    return dropped


def trial(definition: Definition, *, end: datetime, count: int = 30) -> list[tuple[datetime, float | None]]:
    """What a definition that isn't saved would say of the whole in the ``count`` base periods up to ``end``: (label, value).

    It is computed as if it were saved, by the same statements, and nothing of it stays.
    """
    grain = definition.grain
    labels = list(labels_between(previous(label_of(end, grain), grain, count), end, grain))
    with transaction.atomic(), connection.cursor() as cursor:
        point = transaction.savepoint()
        indicator = Indicator.objects.create(key=f"trial {timezone.now().timestamp()}", active=False)
        tried = Definition(**_columns_of(definition), indicator=indicator, version=1)
        tried.save()
        renew(tried)
        compute(cursor, tried, tried.grain, labels, timezone.now())
        found = dict(
            Value.objects.filter(indicator=indicator, grain=tried.grain, node=WHOLE).values_list(
                "label", "value"
            )
        )
        transaction.savepoint_rollback(point)
    return [(label, found.get(label)) for label in labels]


def _columns_of(definition: Definition) -> dict[str, Any]:
    left_out = ("id", "indicator", "version", "created_at")
    fields = [field for field in Definition._meta.concrete_fields if field.name not in left_out]
    return {field.name: getattr(definition, field.name) for field in fields}
