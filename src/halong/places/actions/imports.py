"""Tables of places and agencies, taken in all or not at all."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from halong.core.errors import Invalid
from halong.core.permissions import Actor
from halong.core.tables import Fault, Preview, Row, read_csv
from halong.places import sheets
from halong.places.actions.trees import end_branch, save_agency, save_place
from halong.places.models import Agency, AgencySuccession, Place

B = TypeVar("B", Place, Agency)


def import_places(data: bytes, *, by: Actor, dry_run: bool) -> Preview:
    """Add and change places by a CSV table (``sheets.PLACE_COLUMNS``), known by code and first day.

    With ``dry_run``, or with any fault, nothing is written; the preview tells what would be, and every
    fault by its line.
    """
    rows = read_csv(data, required=sheets.PLACE_NEEDED, optional=sheets.PLACE_MORE)
    return _import(rows, lambda row, preview: _import_place(row, preview, by), dry_run=dry_run)


def import_agencies(data: bytes, *, by: Actor, dry_run: bool) -> Preview:
    """The same for agencies (``sheets.AGENCY_COLUMNS``); ``successors`` are codes with spaces between
    them.
    """
    rows = read_csv(data, required=sheets.AGENCY_NEEDED, optional=sheets.AGENCY_MORE)
    return _import(rows, lambda row, preview: _import_agency(row, preview, by), dry_run=dry_run)


def _import(rows: Sequence[Row], take: Callable[[Row, Preview], None], *, dry_run: bool) -> Preview:
    preview = Preview()
    with transaction.atomic():
        for row in rows:
            try:
                with transaction.atomic():
                    take(row, preview)
            except Invalid as error:
                faults = error.fields or {"": error.detail}
                preview.faults += [Fault(row.line, column, text) for column, text in faults.items()]
        if dry_run or preview.faults:
            transaction.set_rollback(True)
    return preview


def _import_place(row: Row, preview: Preview, by: Actor) -> None:
    place = _known(Place, row)
    values = {
        "name": row["name"],
        "kind": row["kind"],
        "parent": _find(Place, row, "parent"),
        "valid_to": _read(row, "valid_to", date.fromisoformat),
        "lon": _read(row, "lon", float),
        "lat": _read(row, "lat", float),
        "area_km2": _read(row, "area_km2", float),
        "population": _read(row, "population", int),
        "reference": row["source"],
    }
    if _differs(place, values, row, preview):
        save_place(place, by=by)


def _import_agency(row: Row, preview: Preview, by: Actor) -> None:
    agency = _known(Agency, row)
    values = {
        "name": row["name"],
        "short_name": row["short_name"],
        "kind": row["kind"],
        "parent": _find(Agency, row, "parent"),
        "place": _find(Place, row, "place"),
        "valid_to": _read(row, "valid_to", date.fromisoformat),
        "phone": row["phone"],
        "reference": row["source"],
    }
    if _differs(agency, values, row, preview):
        save_agency(agency, by=by)
    followed = set(AgencySuccession.objects.filter(former=agency).values_list("present__code", flat=True))
    new = [code for code in row["successors"].split() if code not in followed]
    if new:
        end_branch(agency, by=by, successors=[_by_code(Agency, code, "successors") for code in new])


def _known(model: type[B], row: Row) -> B:
    """The place or agency that a row is about: an existing one, or a new one that isn't saved yet."""
    since = _read(row, "valid_from", date.fromisoformat)
    if not row["code"] or since is None:
        raise Invalid(fields={"code" if not row["code"] else "valid_from": _("is missing")})
    found = model._default_manager.select_related("parent").filter(code=row["code"], valid_from=since).first()
    return found or model(code=row["code"], valid_from=since)


def _differs(branch: B, values: dict[str, Any], row: Row, preview: Preview) -> bool:
    """Set the values that the table has a column for; note what becomes of the row, and tell whether to
    save it.
    """
    column = {"reference": "source"}
    given = {key: value for key, value in values.items() if column.get(key, key) in row.cells}
    changed = {key: value for key, value in given.items() if getattr(branch, key) != value}
    for key, value in given.items():
        setattr(branch, key, value)
    group = preview.created if branch.pk is None else preview.changed if changed else preview.unchanged
    group.append(f"{branch.code} · {branch.name}")
    return group is not preview.unchanged


def _read(row: Row, column: str, parse: Callable[[str], Any]) -> Any:
    text = row[column]
    try:
        return parse(text.replace(",", ".") if parse is float else text) if text else None
    except ValueError:
        raise Invalid(fields={column: _("%(text)s can't be read") % {"text": f"“{text}”"}}) from None


def _find(model: type[B], row: Row, column: str) -> B | None:
    return _by_code(model, row[column], column) if row[column] else None


def _by_code(model: type[B], code: str, column: str) -> B:
    """The latest one with the code."""
    found = model._default_manager.filter(code=code).order_by("-valid_from").first()
    if found is None:
        raise Invalid(fields={column: _("nothing has the code %(code)s") % {"code": f"“{code}”"}})
    return found
