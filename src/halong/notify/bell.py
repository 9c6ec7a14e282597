"""The bell in the top bar."""

from typing import Any

from django.http import HttpRequest

from halong.accounts.models import User
from halong.notify.queries import unread_count

MOST = 99


def context(request: HttpRequest) -> dict[str, Any] | None:
    """How many notices wait; absent for whoever isn't signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return None
    count = unread_count(user)
    return {"reader": user.pk, "count": count, "shown": f"{MOST}+" if count > MOST else str(count)}
