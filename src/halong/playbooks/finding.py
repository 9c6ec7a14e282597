"""What ⌘K finds among playbooks."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from halong.core.finding import WITHIN, WORDS
from halong.core.permissions import has_perm
from halong.core.registry import SearchHit, SearchProvider
from halong.core.text import fold
from halong.playbooks.kinds import kind_of
from halong.playbooks.models import Playbook


def find_playbooks(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Playbooks that are offered, by words of their name or kind; there are few, so that all are looked at."""
    words = fold(query).split()
    if not words or not has_perm(user, "incidents.view"):
        return []
    found = [
        _hit(book, words)
        for book in Playbook.objects.filter(ended_at__isnull=True).order_by("kind", "severity")
    ]
    return sorted(filter(None, found), key=lambda hit: -hit.score)[:limit]


def _hit(book: Playbook, words: list[str]) -> SearchHit | None:
    kind = str(kind_of(book.kind).label)
    text = f" {fold(f'{book.name} {book.name_en} {kind}')}"
    if not all(word in text for word in words):
        return None
    score = WORDS if all(f" {word}" in text for word in words) else WITHIN
    return SearchHit(book.words(), kind, reverse("playbook", args=[book.pk]), score)


PROVIDER = SearchProvider("playbooks", _("Playbooks"), find_playbooks, "checklist")
