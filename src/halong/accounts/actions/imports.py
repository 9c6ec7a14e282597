"""Users from a table: every fault by its row, all rows or none."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.actions.users import FIELDS, LIMITS, USERNAME, GrantSpec, create_user, normal_username
from halong.accounts.models import Role, User
from halong.audit import actions as audit
from halong.core import tables
from halong.core.errors import Malformed, TooLarge
from halong.core.permissions import Actor, require
from halong.core.registry import sectors
from halong.core.text import fold
from halong.places.models import Agency, Place

MAX_ROWS = 5000
NEEDED = ("username", "role")
COLUMNS = ("username", "role", *FIELDS, "agency", "place", "sector")


@dataclass
class Row:
    """One line of the table: what it says, what is wrong with it, and the password once the account is made."""

    line: int
    values: dict[str, str]
    errors: list[str] = field(default_factory=list)
    grant: GrantSpec | None = None
    password: str = ""


@dataclass(frozen=True)
class Report:
    """What came of an import; ``made`` tells whether accounts exist now."""

    rows: list[Row]
    made: bool

    @property
    def faults(self) -> int:
        """How many rows have something wrong."""
        return sum(bool(row.errors) for row in self.rows)

    @property
    def table(self) -> str:
        """The same table again, as CSV."""
        return tables.write_csv(COLUMNS, [[row.values[name] for name in COLUMNS] for row in self.rows])


def import_users(content: bytes, *, by: Actor, dry_run: bool) -> Report:
    """Make the accounts of a CSV table as ``core.tables`` reads it, with the columns ``COLUMNS``.

    Nothing is made when any row has a fault, or on a dry run. Raises Malformed or Invalid when it is no such table.
    """
    require(by, "users.manage")
    rows = _read(content)
    _check(rows)
    if dry_run or any(row.errors for row in rows):
        return Report(rows, made=False)
    with transaction.atomic():
        for row in rows:
            data: dict[str, Any] = {name: row.values[name] for name in FIELDS}
            grants = [row.grant] if row.grant else []
            _user, row.password = create_user(row.values["username"], by=by, grants=grants, **data)
        audit.record(by, "accounts.import_users", None, count=len(rows))
    return Report(rows, made=True)


def _read(content: bytes) -> list[Row]:
    table = tables.read_csv(content, required=NEEDED, optional=COLUMNS)
    if not table:
        raise Malformed(_("The table has no rows."))
    if len(table) > MAX_ROWS:
        raise TooLarge(_("At most %(limit)d rows at once.") % {"limit": MAX_ROWS})
    rows = [Row(row.line, {name: row[name] for name in COLUMNS}) for row in table]
    for row in rows:
        row.values["username"] = normal_username(row.values["username"])
    return rows


def _check(rows: list[Row]) -> None:
    """Note every fault of every row, with a fixed number of queries."""
    names = [row.values["username"] for row in rows]
    taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    today = timezone.localdate()
    agencies = {agency.code: agency for agency in Agency.objects.on(today)}
    places = {place.code: place for place in Place.objects.on(today)}
    seen: dict[str, int] = {}
    for row in rows:
        _check_person(row, taken, seen)
        _check_grant(row, agencies, places)


def _check_person(row: Row, taken: set[str], seen: dict[str, int]) -> None:
    name = row.values["username"]
    if not USERNAME.fullmatch(name):
        row.errors.append(_("User name: letters without marks, digits, dots, hyphens or @."))
    elif name in taken:
        row.errors.append(_("User name: it is taken."))
    elif name in seen:
        row.errors.append(_("User name: the same as in line %(line)d.") % {"line": seen[name]})
    seen.setdefault(name, row.line)
    for field_name in FIELDS:
        limit = LIMITS[field_name]
        if len(row.values[field_name]) > limit:
            row.errors.append(
                _("%(column)s: at most %(limit)d characters.") % {"column": field_name, "limit": limit}
            )
    if row.values["email"]:
        try:
            validate_email(row.values["email"])
        except ValidationError:
            row.errors.append(_("E-mail: not an address."))


def _check_grant(row: Row, agencies: dict[str, Agency], places: dict[str, Place]) -> None:
    said = fold(row.values["role"])
    roles = {key: role.value for role in Role for key in (role.value, fold(str(role.label)))}
    if said not in roles:
        row.errors.append(_("Role: one of %(names)s.") % {"names": ", ".join(Role.values)})
    agency, place, sector = (row.values[name] for name in ("agency", "place", "sector"))
    if agency and agency not in agencies:
        row.errors.append(_("Agency: no agency has the code “%(code)s” today.") % {"code": agency})
    if place and place not in places:
        row.errors.append(_("Place: no place has the code “%(code)s” today.") % {"code": place})
    if sector and sector not in sectors:
        row.errors.append(_("Sector: there is no “%(code)s”.") % {"code": sector})
    if not row.errors:
        row.grant = GrantSpec(roles[said], places.get(place), agencies.get(agency), sector)
