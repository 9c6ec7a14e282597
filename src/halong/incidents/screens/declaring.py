"""What the form that declares an incident begins with, and what it makes."""

import json
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from halong.alerts.models import Alert
from halong.citizens.models import Report
from halong.incidents import actions, queries
from halong.incidents.actions import IncidentDraft, PartRef
from halong.incidents.forms.choices import number_of
from halong.incidents.forms.declare import BEST, MOST_PARTS, DeclareForm, fresh_id, parts_of
from halong.incidents.models import Incident, Part, Role
from halong.incidents.screens.room import AROUND


def refs_of(request: HttpRequest) -> list[PartRef]:
    """What an address names: ``?alert=1,2&alert=3&report=4&call=5`` and ``?press=https://…&title=…``."""
    words: list[str] = []
    for kind in ("alert", "report", "call"):
        for given in request.GET.getlist(kind):
            words += [f"{kind}:{ref}" for ref in given.split(",")[:MOST_PARTS]]
    refs = [PartRef(kind, ref) for kind, ref in parts_of(" ".join(words))]
    address = request.GET.get("press", "").strip()
    if address and " " not in address and len(address) <= 200:
        refs.append(PartRef("press", address, request.GET.get("title", "")[:300]))
    return refs


def sealed(refs: list[PartRef]) -> str:
    """The parts as the form carries them."""
    return json.dumps(refs) if refs else ""


def unsealed(text: str) -> list[PartRef]:
    """The parts that a form carried; what can't be read is nothing."""
    try:
        rows = list(json.loads(text or "[]"))[:MOST_PARTS]
        refs = [PartRef(str(kind), str(ref)[:200], str(title)[:300]) for kind, ref, title in rows]
    except (TypeError, ValueError, RecursionError):
        return []
    return [
        ref for ref in refs if ref.kind == "press" or (ref.kind in Part.Kind.values and number_of(ref.ref))
    ]


def initial(request: HttpRequest, refs: list[PartRef]) -> dict[str, Any]:
    """What is guessed from the parts."""
    draft = queries.proposal_from(refs, request.user)
    begun = {
        name: getattr(draft, name)
        for name in ("title", "kind", "severity", "summary", "where", "lon", "lat", "sector")
    }
    return {
        **begun,
        "title": begun["title"] or request.GET.get("title", "")[:200],
        "place": draft.place,
        "agency": draft.agency,
        "client_id": fresh_id(),
        "parts": sealed(refs),
        "playbook": BEST,
    }


@transaction.atomic
def declare(form: DeclareForm, *, by: Any) -> Incident:
    """Make the incident that a valid form asks for, with its commander where one was named."""
    given = form.cleaned_data
    same = (
        "client_id",
        "title",
        "kind",
        "severity",
        "summary",
        "place",
        "where",
        "lon",
        "lat",
        "area",
        "sector",
        "agency",
    )
    draft = IncidentDraft(
        **{name: given[name] for name in same},
        parts=tuple(unsealed(given["parts"])),
        playbook=form.version,
        with_playbook=form.with_playbook,
    )
    made = actions.declare_incident(draft, by=by)
    incident: Incident = made.incident
    if made.new and given["commander"]:
        actions.give_role(
            incident, Role.Kind.COMMANDER, given["commander"], by=by, decision=given["decision"]
        )
    return incident


def bounds(form: DeclareForm) -> str:
    """What the map shows first: the surroundings of the point, or the whole province."""
    try:
        lon, lat = (float(str(form[name].value())) for name in ("lon", "lat"))
    except ValueError:
        return ""
    x, y = AROUND
    return f"{lon - x:.5f},{lat - y:.5f},{lon + x:.5f},{lat + y:.5f}"


def titles(refs: list[PartRef], user: Any) -> list[str]:
    """What it is made of, in words; only what the person may see is named."""
    by_kind: dict[str, list[str]] = {}
    for ref in refs:
        by_kind.setdefault(ref.kind, []).append(ref.ref)
    alerts = Alert.objects.visible_to(user).filter(pk__in=by_kind.get("alert", []))
    reports = Report.objects.visible_to(user).filter(pk__in=by_kind.get("report", []))
    told = [str(alert.title) for alert in alerts.order_by("priority", "-raised_at")]
    told += [str(report) for report in reports.select_related("category")]
    told += [_("Telephone call %(number)s") % {"number": number} for number in by_kind.get("call", [])]
    return told + [ref.title or ref.ref for ref in refs if ref.kind == "press"]
