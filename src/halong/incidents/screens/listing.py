"""What the list of incidents shows: one tab, filtered, with the map beside it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.context.scope import scope_of, selectors
from halong.core.permissions import has_perm
from halong.incidents.forms.filters import IncidentFilter
from halong.incidents.models import Incident
from halong.incidents.queries.listing import TABS
from halong.incidents.queries.listing import counts as counts_of
from halong.incidents.queries.listing import listing as incidents_of
from halong.playbooks.kinds import kind_of

A_PAGE = 50
ON_MAP = 500


def tab_of(request: HttpRequest) -> str:
    """The tab that an address asks for."""
    tab = request.GET.get("tab", "")
    return tab if tab in TABS else "open"


def context(request: HttpRequest) -> dict[str, Any]:
    """The page."""
    scope, form, tab = scope_of(request, remember=False), IncidentFilter(request.GET), tab_of(request)
    wanted = form.wanted()
    found = rows(request, tab, wanted)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    for incident in page.object_list:
        dress(incident)
    return {
        "page": page,
        "tab": tab,
        "tabs": _tabs(request, tab, counts_of(request.user, scope)),
        "filter": form,
        "narrowed": bool(wanted),
        "may_declare": has_perm(request.user, "incidents.declare"),
        "scope": selectors(scope, request, timezone.localdate()),
        "map_url": f"{reverse('incidents-map')}?{request.GET.urlencode()}",
    }


def rows(request: HttpRequest, tab: str, wanted: dict[str, Any]) -> Any:
    """The incidents of a tab that fit the filter."""
    given = {**wanted}
    place = given.pop("place", None)
    found = incidents_of(request.user, scope_of(request, remember=False), tab=tab, **given)
    return found.filter(place__path__startswith=place.path) if place else found


def dress(incident: Incident) -> Incident:
    """Give an incident the name and icon of its kind, for templates."""
    incident.dressed = kind_of(incident.kind)  # type: ignore[attr-defined]  # only templates read it
    return incident


def _tabs(request: HttpRequest, current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "open": pgettext("incidents", "Under way"),
        "mine": pgettext("incidents", "Mine"),
        "closed": pgettext("incidents", "Ended"),
        "all": pgettext("incidents", "All"),
    }
    tabs = []
    for key, label in labels.items():
        query = request.GET.copy()
        query.pop("page", None)
        query["tab"] = key
        url = f"{reverse('incidents')}?{query.urlencode()}"
        tabs.append({"label": label, "url": url, "current": key == current, "count": counts.get(key)})
    return tabs


def geojson(incidents: Any) -> dict[str, Any]:
    """Incidents as points, for the map beside a list."""
    return {
        "type": "FeatureCollection",
        "features": [feature(row) for row in incidents if row.lon is not None],
    }


def feature(incident: Incident) -> dict[str, Any]:
    """One incident as a point."""
    kind = kind_of(incident.kind)
    return {
        "type": "Feature",
        "id": incident.pk,
        "geometry": {"type": "Point", "coordinates": [incident.lon, incident.lat]},
        "properties": {
            "id": incident.pk,
            "name": incident.title,
            "label": incident.number,
            "kind": f"incident-{incident.kind}",
            "kindLabel": str(kind.label),
            "plural": _("Incidents"),
            "state": incident.severity_key if incident.is_under_way else "normal",
            "value": f"{incident.number} · {incident.get_state_display()}",
            "place": incident.place.name if incident.place else "",
            "href": reverse("incident", args=[incident.pk]),
            "simulated": incident.simulated,
        },
    }
