"""Reading the outbox and the links."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from halong.connectors.open311.models import Exchange

STUBBORN = 4  # attempts after which what waits is worth a word


def exchanges(user: Any, *, state: str = "", direction: str = "", source: str = "") -> "QuerySet[Exchange]":
    """Those that the user may see, the newest first."""
    rows = Exchange.objects.visible_to(user).select_related("source", "report__category").order_by("-pk")
    if state:
        rows = rows.filter(state=state)
    if direction:
        rows = rows.filter(direction=direction)
    return rows.filter(source=int(source)) if source.isdigit() else rows


def trouble() -> str | None:
    """What is wrong with sending to partners, in a sentence; None when all is well."""
    stuck = Q(state=Exchange.State.FAILED) | Q(state=Exchange.State.WAITING, attempts__gt=STUBBORN)
    failed = Exchange.objects.filter(stuck)
    first = failed.select_related("source").order_by("pk").first()
    if first is None:
        return None
    words = _("%(n)d reports couldn't be passed on to partners: %(error)s")
    return words % {"n": failed.count(), "error": f"{first.source}: {first.error}"}
