"""Answers to a category's questions, checked by their datatype (Open311 attributes). Pure but for the category's fields."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from halong.citizens.masking import mask
from halong.citizens.models import Category, CategoryField
from halong.core.errors import Invalid

Datatype = CategoryField.Datatype
SHORT, LONG = 500, 2000


def checked_answers(category: Category, given: dict[str, Any], *, complete: bool = True) -> dict[str, Any]:
    """Code → value (a list for "several of a list"), without what the category doesn't ask; ``complete``: what must be
    answered is.

    Raises Invalid that names every field at fault as ``attribute[code]``.
    """
    kept: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in category.fields.all():
        if not field.variable:
            continue
        values = [text for value in _several(given.get(field.code)) if (text := str(value).strip())]
        if not values:
            if field.required and complete:
                faults[f"attribute[{field.code}]"] = _("Answer this question.")
            continue
        try:
            kept[field.code] = _read(field, values)
        except ValueError as error:
            faults[f"attribute[{field.code}]"] = str(error)
    if faults:
        raise Invalid("; ".join(f"{name}: {words}" for name, words in faults.items()), fields=faults)
    return kept


def _several(value: Any) -> Iterable[Any]:
    if value is None:
        return []
    return value if isinstance(value, (list, tuple)) else [value]


def _read(field: CategoryField, values: list[str]) -> Any:
    if field.datatype in (Datatype.SINGLE, Datatype.MULTI):
        keys = {str(row["key"]) for row in field.values}
        if not set(values) <= keys or (field.datatype == Datatype.SINGLE and len(values) > 1):
            raise ValueError(_("Choose from the list."))
        return list(dict.fromkeys(values)) if field.datatype == Datatype.MULTI else values[0]
    if len(values) > 1:
        raise ValueError(_("One answer only."))
    return _read_one(field.datatype, values[0])


def _read_one(datatype: str, value: str) -> Any:
    if datatype == Datatype.NUMBER:
        return _number(value)
    if datatype == Datatype.DATETIME:
        try:
            return datetime.fromisoformat(value).isoformat()
        except ValueError:
            raise ValueError(_("Write a date and time, such as 2026-11-23T14:05:00+07:00.")) from None
    most = SHORT if datatype == Datatype.STRING else LONG
    if len(value) > most:
        raise ValueError(_("Write at most %(n)d characters.") % {"n": most})
    return mask(value).text


def _number(value: str) -> float:
    try:
        number = float(value.replace(",", ".") if "." not in value else value)
    except ValueError:
        raise ValueError(_("Write a number.")) from None
    if not -1e15 < number < 1e15:
        raise ValueError(_("Write a number."))
    return number
