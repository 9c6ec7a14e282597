"""Writing indicators: figures from outside, and what a profile brings. What a person changes about definitions and targets
is in ``editing``, what agencies send in ``collecting``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit import actions as audit
from halong.core.errors import Forbidden, Invalid
from halong.core.live import touch
from halong.core.permissions import Actor, has_perm, require
from halong.indicators.formulas import expression_of
from halong.indicators.grains import day_of, parse_period, previous
from halong.indicators.marks import mark
from halong.indicators.members import renew, source_labels
from halong.indicators.models import WHOLE, Cell, Definition, Indicator, Value
from halong.indicators.profile import add_collection, add_indicator
from halong.places.models import Agency, Place

TOPIC = "indicators"
HISTORY = 3  # periods: figures of longer ago say nothing about punctuality


@dataclass(frozen=True)
class ImportRow:
    """One figure from outside: ``period`` as "2026-10", "2026-10-05", "2026-Q3" or "2026"; codes "" are "not said"."""

    place_code: str
    agency_code: str
    period: str
    num: float
    den: float | None = None


@transaction.atomic
def import_values(
    indicator: Indicator,
    rows: Iterable[ImportRow],
    *,
    by: Actor,
    simulated: bool = False,
    source: str = "",
    came_at: datetime | None = None,
) -> int:
    """Take figures from outside (a table, history, a simulation); each replaces what was said before for the same period,
    place and agency. Returns how many differ from what was there.

    ``came_at``: when an agency handed them in, which its punctuality is judged by; by default now. When simulated
    figures and history came nobody knows.

    Needs ``indicators.edit`` for the indicator, or ``indicators.submit`` for the agency of every row. Raises Invalid with
    all faults by row.
    """
    given = list(rows)
    places, agencies = _by_code(Place), _by_code(Agency)
    cells = _read_rows(indicator, given, places, agencies)
    if not has_perm(by, "indicators.edit", indicator):
        for code in sorted({row.agency_code for row in given}):
            if not code:
                raise Forbidden("indicators.edit is needed for figures of no agency")
            require(by, "indicators.submit", agencies[code])
    changed = _write_cells(indicator, cells, simulated=simulated, source=source, came_at=came_at)
    mark((indicator.pk, grain, label) for grain, label in changed)
    if changed:
        audit.record(by, "indicators.import", indicator, rows=len(given), periods=len(set(changed)))
        touch(TOPIC)
    return len(changed)


def _read_rows(
    indicator: Indicator,
    rows: Sequence[ImportRow],
    places: Mapping[str, Place],
    agencies: Mapping[str, Agency],
) -> list[tuple[Any, ...]]:
    """(grain, label, place id, agency id, num, den) of each row. A row without a place that an agency of a commune gives is
    of that commune; the province itself is the whole.
    """
    cells, faults = [], {}
    for number, row in enumerate(rows, 1):
        try:
            grain, label = parse_period(row.period)
            place, agency = _known(places, row.place_code), _known(agencies, row.agency_code)
        except Invalid as error:
            faults[f"row {number}"] = error.detail
            continue
        if row.den is not None and row.den <= 0:
            faults[f"row {number}"] = _("The denominator must be above zero.")
        if place is None and agency is not None and agency.place_id is not None:
            place = next((known for known in places.values() if known.pk == agency.place_id), None)
        place_id = place.pk if place is not None and place.parent_id is not None else 0
        cells.append((grain, label, place_id, agency.pk if agency else 0, float(row.num), row.den))
    if faults:
        raise Invalid(next(iter(faults.values())), fields=faults)
    if len({cell[:4] for cell in cells}) < len(cells):
        raise Invalid(_("A period stands twice for the same place and agency."))
    return cells


def _known(known: Mapping[str, Any], code: str) -> Any:
    if not code:
        return None
    if code not in known:
        raise Invalid(_("There is no code %(code)s.") % {"code": repr(code)})
    return known[code]


def _by_code(model: type[Place] | type[Agency]) -> dict[str, Any]:
    """Places or agencies by code; of several times the latest."""
    rows = model._default_manager.all() if model is Agency else Place.objects.defer("boundary")
    return {row.code: row for row in sorted(rows, key=lambda row: row.valid_from)}


def _write_cells(
    indicator: Indicator,
    cells: Sequence[tuple[Any, ...]],
    *,
    simulated: bool,
    source: str,
    came_at: datetime | None,
) -> list[tuple[str, Any]]:
    now = timezone.now()
    columns = list(zip(*cells, strict=True)) or [()] * 6
    unknown = simulated and came_at is None
    came = [
        None if unknown or (came_at is None and label < previous(now, grain, HISTORY)) else came_at or now
        for grain, label, *_rest in cells
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO indicators_cell AS c
                (indicator_id, grain, label, place_id, agency_id, num, den, simulated, source, at)
            SELECT %s, k.grain, k.label, k.place, k.agency, k.num, k.den, %s, %s, k.at
            FROM unnest(%s::text[], %s::timestamptz[], %s::int4[], %s::int4[], %s::float8[], %s::float8[],
                        %s::timestamptz[]) AS k (grain, label, place, agency, num, den, at)
            ON CONFLICT (indicator_id, grain, label, place_id, agency_id) DO UPDATE SET
                num = excluded.num, den = excluded.den, simulated = excluded.simulated, source = excluded.source
            WHERE (c.num, c.den, c.simulated) IS DISTINCT FROM (excluded.num, excluded.den, excluded.simulated)
            RETURNING grain, label
            """,
            [indicator.pk, simulated, source[:300], *[list(column) for column in columns], came],
        )
        return list(cursor.fetchall())


@transaction.atomic
def ensure_indicators(rows: Iterable[dict[str, Any]], *, by: Actor) -> int:
    """Add the indicators of a profile whose keys aren't there yet; what people have made of others stays. Returns how many
    are new. ``rows``: the tables of ``indicators.toml`` (docs/profiles.md).
    """
    require(by, "profile.manage")
    known = set(Indicator.objects.values_list("key", flat=True))
    agencies = _by_code(Agency)
    new = [add_indicator(row, agencies) for row in rows if row["key"] not in known]
    for definition in new:
        take_effect(definition)
    if new:
        audit.record(by, "indicators.ensure", None, count=len(new))
        touch(TOPIC)
    return len(new)


@transaction.atomic
def ensure_collections(rows: Iterable[dict[str, Any]], *, by: Actor) -> int:
    """Add the collections of a profile whose keys aren't there yet; returns how many are new."""
    require(by, "profile.manage")
    agencies = _by_code(Agency)
    new = sum(add_collection(row, agencies) for row in rows)
    if new:
        audit.record(by, "indicators.ensure_collections", None, count=new)
    return new


@transaction.atomic
def remove_simulated_values(*, by: Actor) -> dict[str, int]:
    """Delete simulated figures and the values made of them, and what was counted of records while things were simulated:
    what going live does.
    """
    require(by, "profile.manage")
    simulated = Value.objects.filter(simulated=True)
    # a month of which one day was simulated is made of the others again
    periods = list(simulated.filter(node=WHOLE).values_list("indicator_id", "grain", "label"))
    if periods:
        counted = Definition.objects.filter(kind=Definition.Kind.RECORDS).values("indicator")
        Value.objects.filter(indicator__in=counted).delete()
    cells = Cell.objects.filter(simulated=True).delete()[0]
    values = simulated.delete()[0]
    mark(periods)
    return {"indicator figures": cells, "indicator values": values}


def take_effect(definition: Definition) -> None:
    """Let what a definition changes be computed: its members, its periods, whatever has values from its day on."""
    renew(definition)
    indicator = definition.indicator_id
    marks = {
        (indicator, grain, label)
        for rows in (
            Value.objects.filter(indicator=indicator, node=WHOLE),
            Cell.objects.filter(indicator=indicator),
        )
        for grain, label in rows.values_list("grain", "label")
        if day_of(label) >= definition.valid_from
    }
    if definition.kind == Definition.Kind.FORMULA:
        marks |= _periods_of_inputs(definition)
    mark(marks)
    if definition.kind == Definition.Kind.SERIES:
        with connection.cursor() as cursor:
            labels = source_labels(cursor, definition)
            cursor.execute(
                "INSERT INTO indicator_note SELECT %s, label FROM unnest(%s::timestamptz[]) label",
                [indicator, labels],
            )


def _periods_of_inputs(definition: Definition) -> set[tuple[int, str, Any]]:
    read = expression_of(definition)
    rows = Value.objects.filter(indicator__key__in=read.keys if read else (), node=WHOLE)
    return {
        (definition.indicator_id, grain, label)
        for grain, label in rows.values_list("grain", "label").distinct()
    }
