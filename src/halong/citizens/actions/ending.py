"""Something laid down ends without anything in its place: a kind that is no longer taken in, a route that falls away."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.citizens.models import Terms
from halong.core.errors import Conflict, Invalid
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.places.models import Dated


@transaction.atomic
def end_dated(row: Dated, *, by: Actor, last_day: date) -> None:
    """The row holds until the end of a day, today at the earliest; what came in under it keeps it. Not for terms."""
    require(by, "reports.set_up")
    if isinstance(row, Terms):
        raise Invalid(_("Terms can only be replaced: some must always hold."))
    if last_day < max(timezone.localdate(), row.valid_from):
        words = _("It can end today at the earliest, and not before it begins.")
        raise Invalid(words, fields={"last_day": words})
    later = type(row)._default_manager.filter(Q(valid_to=None) | Q(valid_to__gt=last_day), pk=row.pk)
    if not later.update(valid_to=last_day):
        raise Conflict(_("Somebody has ended it already."))
    touch("catalogue")
    record(by, "reports.end", row, kind=type(row).__name__, last_day=last_day.isoformat())
