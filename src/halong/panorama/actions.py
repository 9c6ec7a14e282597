"""What looking at the panorama leaves behind."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from halong.accounts.models import User
from halong.panorama.models import LastLook

VISIT = timedelta(minutes=30)  # a longer pause begins a new visit


@transaction.atomic
def note_look(user: User, now: datetime) -> datetime | None:
    """Remember that ``user`` looks now. Returns when the visit before this one ended, None at the first visit."""
    look, new = LastLook.objects.get_or_create(user=user, defaults={"at": now})
    if new:
        return None
    mine = LastLook.objects.filter(pk=look.pk)
    if now - look.at > VISIT:
        mine.filter(at=look.at).update(before=F("at"), at=now)
    else:
        mine.update(at=now)
    look.refresh_from_db()
    return look.before
