"""Citizens' open reports among the things of the map: a layer of its own, off until somebody wants it."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from halong.citizens.models import Category, Report
from halong.citizens.queries.glance import OnMap, on_map
from halong.panorama.ledger import Row
from halong.places.models import Place

if TYPE_CHECKING:
    from halong.panorama.atlas import Tables
    from halong.panorama.parts import View

LAYER = "reports"  # stands where a sector's key does
ORDER = 900  # after the sectors
FIRST = {
    True: 1_000_000_000,
    False: 1_500_000_000,
}  # ids of rows: those that lead to the desk, those that lead to the public
SIMULATED = 1
NORMAL = 0  # a late report is no alarm: many of them would take the names from those


def kinds_of_layer() -> list[str]:
    """The kinds of things that make the layer, by the codes of categories."""
    codes = Category.objects.order_by("code").values_list("code", flat=True).distinct()
    return [_name(code, exact) for code in codes for exact in (True, False)]


def report_rows(view: "View", tables: "Tables") -> dict[int, Row]:
    """The open reports of a scope as rows of the atlas."""
    found = list(on_map(view.user, view.scope, view.now))
    places = Place.objects.only("name").in_bulk({row.place for row in found})
    states = dict(Report.State.choices)
    made: dict[int, Row] = {}
    for row in found:
        label = gettext("late") if row.late else str(states[Report.State(row.state)])
        kind, where = tables.put_kind(_kind(row)), tables.place(places[row.place])
        name = f"PA{row.pk:06d} · {row.kind}"
        flags = SIMULATED if row.simulated else 0
        at = (round(row.lon, 5), round(row.lat, 5))
        pk = FIRST[row.exact] + row.pk
        made[pk] = (pk, *at, kind, where, NORMAL, name, tables.put_words(label), None, flags)
    return made


def _name(code: str, exact: bool) -> str:
    return f"{LAYER}:{code}" if exact else f"{LAYER}:{code}:public"


def _kind(row: OnMap) -> dict[str, Any]:
    label = row.kind
    if not row.exact:
        label = pgettext("reports", "%(kind)s, about there") % {"kind": label}
    return {
        "kind": _name(row.code, row.exact),
        "label": label,
        "plural": label,
        "sector": LAYER,
        "sectorLabel": gettext("Reports of citizens"),
        "order": ORDER,
        "href": reverse("report" if row.exact else "public-report", args=[0]),
        "first": FIRST[row.exact],
    }
