"""Which agencies work along from the start, laid down with the route."""

from collections.abc import Iterable

from django.db import transaction

from halong.citizens.actions.catalogue import replace_dated
from halong.citizens.models import Route
from halong.core.permissions import Actor
from halong.places.models import Agency


@transaction.atomic
def replace_route(old: Route | None, new: Route, *, by: Actor, together: Iterable[Agency] = ()) -> Route:
    """Lay a route down anew from a day on, with the agencies that work along; as ``replace_dated``."""
    row = replace_dated(old, new, by=by)
    row.together.set(agency for agency in together if agency.pk != row.agency_id)
    return row
