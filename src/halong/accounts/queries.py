"""Reads about people."""

from django.db.models import Q, QuerySet

from halong.accounts.models import SignIn, User
from halong.core.text import fold


def people(by: object, *, search: str = "", role: str = "", state: str = "") -> QuerySet[User]:
    """Accounts by name, with their grants; ``search`` looks in names, post and e-mail; ``state`` is active or closed."""
    found: QuerySet[User] = (
        User.objects.visible_to(by).order_by("username").prefetch_related("grants__place", "grants__agency")
    )
    for word in search.split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(folded__contains=fold(word))
            | Q(title__icontains=word)
            | Q(email__icontains=word)
        )
    if role:
        found = found.filter(grants__role=role).distinct()
    if state in {"active", "closed"}:
        found = found.filter(is_active=state == "active")
    return found


def sessions_of(user: User) -> QuerySet[SignIn]:
    """A person's open sessions, the latest used first."""
    return user.sign_ins.order_by("-last_seen")
