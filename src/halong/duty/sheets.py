"""The directory as a table: its columns, reading and writing."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import CharField
from django.utils.translation import gettext as _

from halong.core.errors import Invalid
from halong.core.registry import sectors
from halong.core.tables import Fault, Preview, Row, read_csv
from halong.duty.actions.contacts import ContactDraft, known_contact, tidy_number
from halong.duty.kinds import call_kinds
from halong.duty.models import Contact
from halong.places.models import Agency, Place

NEEDED = ("name", "telephone")
MORE = (
    "post", "agency", "place", "sector", "kind", "other_telephone", "email", "order", "hours", "source", "verified_on",
)  # fmt: skip
COLUMNS = NEEDED + MORE
MOST_ORDER = 99


def contact_rows(contacts: Iterable[Contact]) -> Iterator[list[object]]:
    """One row of ``COLUMNS`` a contact; the file can be imported again."""
    for one in contacts:
        agency, place = one.agency.code if one.agency else "", one.place.code if one.place else ""
        yield [
            one.name, one.telephone, one.post, agency, place, one.sector, one.kind, one.other_telephone, one.email,
            one.order, one.hours, one.source, one.verified_on,
        ]  # fmt: skip


def read_contacts(content: bytes) -> tuple[list[ContactDraft], Preview]:
    """The drafts of a table, and what is wrong with it by line. Raises Malformed, Invalid for what is no such table."""
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    places = {place.code: place for place in Place.objects.filter(valid_to=None).defer("boundary")}
    preview, drafts = Preview(), []
    for row in read_csv(content, required=NEEDED, optional=MORE):
        draft = _draft(row, agencies, places, preview.faults)
        if draft is not None:
            drafts.append(draft)
            rows = preview.changed if known_contact(draft) is not None else preview.created
            rows.append(f"{draft.name} · {draft.telephone}")
    return drafts, preview


def _draft(
    row: Row, agencies: dict[str, Agency], places: dict[str, Place], faults: list[Fault]
) -> ContactDraft | None:
    wrong = [*_text_faults(row), *_faults(row, agencies, places)]
    faults += wrong
    if wrong:
        return None
    return ContactDraft(
        name=row["name"],
        telephone=row["telephone"],
        agency=agencies.get(row["agency"]),
        place=places.get(row["place"]),
        order=int(row["order"] or 1),
        verified_on=date.fromisoformat(row["verified_on"]) if row["verified_on"] else None,
        post=row["post"],
        sector=row["sector"],
        kind=row["kind"],
        other_telephone=row["other_telephone"],
        email=row["email"],
        hours=row["hours"],
        source=row["source"],
    )


def _text_faults(row: Row) -> Iterator[Fault]:
    """Texts that are too long for the directory, and e-mail addresses that are none."""
    for field in Contact._meta.fields:
        if isinstance(field, CharField) and field.name in COLUMNS:
            try:
                field.run_validators(row[field.name])
            except ValidationError as error:
                yield Fault(row.line, field.name, " ".join(error.messages))


def _faults(row: Row, agencies: dict[str, Agency], places: dict[str, Place]) -> Iterator[Fault]:
    if not row["name"]:
        yield Fault(row.line, "name", _("Give a name."))
    for column in ("telephone", "other_telephone"):
        if row[column] or column in NEEDED:
            try:
                tidy_number(row[column])
            except Invalid:
                yield Fault(row.line, column, _("This isn't a telephone number."))
    known = (
        ("agency", agencies),
        ("place", places),
        ("sector", set(sectors.keys())),
        ("kind", set(call_kinds.keys())),
    )
    for column, keys in known:
        if row[column] and row[column] not in keys:
            yield Fault(row.line, column, _("There is no such code."))
    if row["order"] and not (row["order"].isdecimal() and 1 <= int(row["order"]) <= MOST_ORDER):
        yield Fault(row.line, "order", _("A whole number from 1 to 99 is wanted."))
    if row["verified_on"]:
        try:
            date.fromisoformat(row["verified_on"])
        except ValueError:
            yield Fault(row.line, "verified_on", _("A day like 2026-11-23 is wanted."))
