"""The questions that a category asks, laid down anew from a day on like all of the catalogue."""

from collections.abc import Iterable
from copy import copy
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from halong.citizens.actions.catalogue import replace_dated
from halong.citizens.models import Category, CategoryField
from halong.core.errors import Invalid
from halong.core.permissions import Actor

Datatype = CategoryField.Datatype
LISTS = (Datatype.SINGLE, Datatype.MULTI)
MOST = 20  # questions: nobody answers more on a phone


@transaction.atomic
def lay_down_questions(
    category: Category, questions: Iterable[CategoryField], *, by: Actor, valid_from: date
) -> Category:
    """The category with these questions, in their order, from a day on; what came in before keeps what it was asked.

    Raises Invalid for a code that stands twice and for a list without things to choose from.
    """
    rows = list(questions)
    _check(rows)
    new = copy(category)
    new._state = copy(category._state)
    new.pk, new.valid_from, new.valid_to = None, valid_from, None
    new._state.adding = True
    made = replace_dated(category, new, by=by)
    made.fields.all().delete()
    for order, row in enumerate(rows, start=1):
        row.pk, row.category, row.order = None, made, order
        row.full_clean()
    CategoryField.objects.bulk_create(rows)
    return made


def _check(rows: list[CategoryField]) -> None:
    if len(rows) > MOST:
        raise Invalid(_("Ask at most %(n)d questions.") % {"n": MOST})
    codes = [row.code for row in rows]
    for row in rows:
        if codes.count(row.code) > 1:
            raise Invalid(_("The code “%(code)s” stands twice.") % {"code": row.code})
        keys = [value["key"] for value in row.values]
        if row.datatype in LISTS and row.variable and (len(keys) < 2 or len(set(keys)) < len(keys)):
            raise Invalid(_("“%(question)s” needs at least two things to choose from, each with a key of its own.")
                          % {"question": row.question})  # fmt: skip
        if row.datatype not in LISTS and keys:
            raise Invalid(_("“%(question)s” has nothing to choose from.") % {"question": row.question})
