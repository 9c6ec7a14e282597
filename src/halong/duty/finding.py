"""What ⌘K finds of duty: teams, with who is on, and whom to call."""

from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.core.finding import BEGINS, SAME, WITHIN, WORDS
from halong.core.permissions import has_perm
from halong.core.registry import SearchHit, SearchProvider
from halong.core.text import fold
from halong.duty import queries

SHORTEST = 2  # letters


def find_teams(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Teams that a person may see, with who is on now; there are few, so that all are looked at."""
    asked = _asked(query)
    if not asked or not has_perm(user, "duty.view"):
        return []
    scored = [(_score(fold(team.name), asked), team) for team in queries.teams(user)]
    found = sorted(((score, team) for score, team in scored if score), key=lambda row: -row[0])[:limit]
    on = queries.on_now([team for _score_, team in found], timezone.now())
    return [
        SearchHit(
            team.name,
            ", ".join(one.name for one in on[team.pk]) or _("Nobody is on duty"),
            reverse("duty-team", args=[team.pk]),
            score,
        )
        for score, team in found
    ]


def find_contacts(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Entries of the directory, with the number to call."""
    asked = _asked(query)
    if not asked or not has_perm(user, "directory.view"):
        return []
    hits = [
        SearchHit(
            contact.name,
            " · ".join(part for part in (contact.post, contact.telephone) if part),
            f"{reverse('directory')}?q={quote(contact.name)}#contact-{contact.pk}",
            _score(fold(contact.name), asked) or WITHIN,
        )
        for contact in queries.directory(user, q=asked)[: 4 * limit]
    ]
    return sorted(hits, key=lambda hit: -hit.score)[:limit]


def _asked(query: str) -> str:
    return " ".join(word for word in fold(query.replace("\0", " ")).split() if len(word) >= SHORTEST)


def _score(name: str, asked: str) -> float:
    """How well a folded name fits; 0: not at all."""
    if name == asked:
        return SAME
    if name.startswith(asked):
        return BEGINS
    words = asked.split()
    if all(f" {word}" in f" {name}" for word in words):
        return WORDS
    return WITHIN if all(word in name for word in words) else 0.0


TEAMS = SearchProvider("duty-teams", gettext_lazy("Duty teams"), find_teams, "headset")
CONTACTS = SearchProvider("directory", gettext_lazy("Directory"), find_contacts, "address-book")
