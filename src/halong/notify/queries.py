"""Reads of notices: the number behind the bell, the lists, the state of the channels."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.core.live import heard
from halong.notify.models import Delivery, Notice

STUCK = timedelta(minutes=30)
RECENT = timedelta(days=1)


def unread_count(user: Any) -> int:
    """How many notices wait for a person. Asked for every page: remembered until somebody's notices change."""
    version = heard("notices")
    if version is None:
        return Notice.objects.visible_to(user).unread().count()
    key = f"notify.unread:{user.pk}:{version[0]}.{version[1]}"
    known: int | None = cache.get(key)
    if known is None:
        known = Notice.objects.visible_to(user).unread().count()
        cache.set(key, known, 60)
    return known


def notices_of(user: Any, *, unread: bool = False) -> "QuerySet[Notice]":
    """A person's notices, the latest first, each with the state of its deliveries."""
    found = Notice.objects.visible_to(user).select_related("attachment").defer("attachment__content")
    if unread:
        found = found.unread()
    return found.prefetch_related("deliveries").order_by("-at", "-pk")


@dataclass(frozen=True)
class Outbox:
    """The outbox in numbers: waiting, failed in a day, sent in a day."""

    waiting: int
    failed: int
    sent: int


def outbox() -> Outbox:
    """How the e-mail channel does."""
    since = timezone.now() - RECENT
    found = Delivery.objects.aggregate(
        waiting=Count("pk", filter=Q(state=Delivery.State.WAITING)),
        failed=Count("pk", filter=Q(state=Delivery.State.FAILED, due_at__gte=since)),
        sent=Count("pk", filter=Q(state=Delivery.State.SENT, sent_at__gte=since)),
    )
    return Outbox(**found)


def mail_trouble() -> str | None:
    """What is wrong with the e-mail channel, in a sentence; None when all is well."""
    now = timezone.now()
    late = Delivery.objects.filter(
        state=Delivery.State.WAITING, attempts__gt=0, notice__at__lt=now - STUCK
    ).order_by("pk")
    first = late.first()
    if first is None:
        return None
    return _("%(count)d e-mails wait for the mail server, the oldest for more than 30 minutes: %(error)s") % {
        "count": late.count(),
        "error": first.error,
    }
