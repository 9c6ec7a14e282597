"""What ⌘K finds among incidents: a number at once; words of title and place, with or without accents."""

from typing import Any

from halong.core.finding import SAME, WITHIN, WORDS
from halong.core.permissions import has_perm
from halong.core.registry import SearchHit
from halong.core.text import fold
from halong.incidents.duty import url_of
from halong.incidents.models import UNDER_WAY, Incident

SHORTEST = 2  # letters


def find_incidents(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Incidents that a person may see; those under way first, then the latest."""
    words = [word for word in fold(query.replace("\0", " ")).split() if len(word) >= SHORTEST]
    if not words or not has_perm(user, "incidents.view"):
        return []
    found = Incident.objects.visible_to(user).select_related("place").defer("place__boundary", "area")
    for word in words:
        found = found.filter(folded__contains=word)
    rows = list(found.order_by("-declared_at")[: 4 * limit])
    rows.sort(key=lambda row: row.state not in UNDER_WAY)
    return [_hit(row, " ".join(words)) for row in rows[:limit]]


def _hit(row: Incident, asked: str) -> SearchHit:
    number = row.number.casefold()
    score = SAME if asked in (number, number.replace("-", " ")) else WORDS if asked in row.folded else WITHIN
    where = " · ".join(
        part for part in (row.get_state_display(), row.place.name if row.place else "") if part
    )
    return SearchHit(f"{row.number} · {row.title}", where, url_of(row), score)


def page_of(number: str, user: Any) -> str:
    """The address of the incident of a number, for somebody who may see it; else ""."""
    found = Incident.objects.visible_to(user).filter(number=number).defer("area").first()
    return "" if found is None else url_of(found)
