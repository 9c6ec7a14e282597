"""Fragments that many people fetch after the same message are made once: kept by scope, rights and version."""

from collections.abc import Callable
from hashlib import sha256

from django.core.cache import cache
from django.http import HttpResponse

from halong.accounts.permissions import scopes_of
from halong.core.language import reader_language
from halong.core.live import heard
from halong.panorama.parts import View

TOPICS = ("panorama", "alerts", "sources", "indicators", "tasks")
PERSONAL = ("decisions", "changes")  # what waits for this person; since when this person knows
OF_REPORTS = ("decisions", "overdue")  # the others say nothing of citizens' reports, of which many come
LIFE_S = 5  # bounds what time alone changes (ages, signals), and a line to the database that died unnoticed


def kept(view: View, name: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The fragment that somebody with the same rights got of the same scope since anything changed, else a new one."""
    versions = heard(*TOPICS, *(["reports"] if name in OF_REPORTS else []))
    if versions is None:
        return make()
    whose = getattr(view.user, "pk", None) if name in PERSONAL else None
    key = key_of(view, name, whose, versions)
    body = cache.get(key)
    if body is None:
        body = make().content
        cache.set(key, body, LIFE_S)
    return HttpResponse(body)


def key_of(view: View, *parts: object) -> str:
    """One key for all who may see the same of the same scope in the same language."""
    scope = view.scope
    chosen = (scope.sector, scope.place and scope.place.pk, scope.agency and scope.agency.pk, scope.period)
    rights = [
        (sorted(one.permissions), one.place and one.place.pk, one.agency and one.agency.pk, one.sector)
        for one in scopes_of(view.user)
    ]
    return f"fragment:{sha256(repr((parts, reader_language(), chosen, rights)).encode()).hexdigest()}"
