"""The table of series: which columns it has, a row of each as text, and a table taken in, all or not at all."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from halong.context.models import Entity
from halong.core.errors import HalongError, Invalid
from halong.core.permissions import Actor
from halong.core.tables import Fault, Preview, Row, read_csv
from halong.observations.actions import change_series, open_series
from halong.observations.models import Series

NEEDED = ("entity", "property")
MORE = ("unit", "interval_s", "minimum", "maximum", "decimals")
COLUMNS = NEEDED + MORE
_READ = {"unit": str, "interval_s": int, "minimum": float, "maximum": float, "decimals": int}
_NULLABLE = ("minimum", "maximum")


def series_rows(series: Iterable[Series]) -> Iterable[list[object]]:
    """One row of ``COLUMNS`` a series; the file can be imported again."""
    for one in series:
        yield [
            one.entity.urn,
            one.property,
            one.unit,
            one.interval_s,
            one.minimum,
            one.maximum,
            one.decimals,
        ]


def import_series(data: bytes, *, by: Actor, dry_run: bool) -> Preview:
    """Open and change measured series by a CSV table, known by the URN of the thing and the property.

    With ``dry_run``, or with any fault, nothing is written; the preview tells what would be, and every fault by its line.
    """
    rows = read_csv(data, required=NEEDED, optional=MORE)
    entities = Entity.objects.visible_to(by).in_bulk({row["entity"] for row in rows}, field_name="urn")
    preview = Preview()
    with transaction.atomic():
        for row in rows:
            try:
                with transaction.atomic():
                    _take(row, entities, preview, by)
            except HalongError as error:
                faults = error.fields or {"": error.detail}
                preview.faults += [Fault(row.line, column, text) for column, text in faults.items()]
        if dry_run or preview.faults:
            transaction.set_rollback(True)
    return preview


def _take(row: Row, entities: dict[str, Entity], preview: Preview, by: Actor) -> None:
    entity = entities.get(row["entity"])
    if entity is None:
        raise Invalid(fields={"entity": _("There is no thing of this URN.")})
    if not row["property"]:
        raise Invalid(fields={"property": _("A series needs a property.")})
    values = _values(row)
    name = f"{row['entity']} {row['property']}"
    series = entity.series.filter(property=row["property"]).first()
    if series is None:
        open_series(entity, row["property"], by=by, **values)
        preview.created.append(name)
        return
    changes = {key: value for key, value in values.items() if getattr(series, key) != value}
    if changes:
        change_series(series, by=by, **changes)
    (preview.changed if changes else preview.unchanged).append(name)


def _values(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, read in _READ.items():
        text = row.cells.get(column)
        if text is None or (text == "" and column not in _NULLABLE):
            continue
        try:
            found[column] = read(text) if text else None
        except ValueError as error:
            raise Invalid(fields={column: _("“%(text)s” is no number.") % {"text": text}}) from error
    return found
