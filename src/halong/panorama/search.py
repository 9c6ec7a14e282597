"""Things and places for ⌘K: by name, with or without accents, forgiving a typing error."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from rapidfuzz import fuzz, process

from halong.context.models import Entity
from halong.core.permissions import has_perm
from halong.core.sector import find_type
from halong.core.text import fold
from halong.places.models import Place

Row = tuple[str, str, str]
ENOUGH = 70  # of 100: one wrong letter in a short word, two in a long name


def find_things(user: object, query: str, limit: int) -> list[Row]:
    """Visible things whose name is like the query, best first."""
    rows = {pk: (name, folded, types) for pk, name, folded, types in
            Entity.objects.visible_to(user).values_list("pk", "name", "folded", "types")}  # fmt: skip
    found = _rank({pk: row[1] for pk, row in rows.items()}, query, limit)
    return [(rows[pk][0], _kind(rows[pk][2]), reverse("entity", args=[pk])) for pk in found]


def find_places(user: object, query: str, limit: int) -> list[Row]:
    """Units of today; choosing one narrows the panorama to it."""
    if not has_perm(user, "places.view"):
        return []
    rows = {p.pk: p for p in Place.objects.visible_to(user).on(timezone.localdate())}
    found = _rank({pk: place.folded for pk, place in rows.items()}, query, limit)
    return [
        (rows[pk].name, str(rows[pk].get_kind_display()), f"{reverse('panorama')}?place={pk}") for pk in found
    ]


def _rank(names: dict[int, str], query: str, limit: int) -> list[int]:
    wanted = fold(query)
    exact = [pk for pk, name in names.items() if wanted in name]
    if len(exact) >= limit:
        return exact[:limit]
    alike = process.extract(wanted, names, scorer=fuzz.WRatio, limit=limit, score_cutoff=ENOUGH)
    return [*exact, *(pk for _name, _score, pk in alike if pk not in exact)][:limit]


def _kind(types: list[str]) -> str:
    kind = find_type(types[0])
    return str(kind.label) if kind else gettext("Thing")
