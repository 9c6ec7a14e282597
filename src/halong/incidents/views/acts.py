"""What is done about an incident by a form of its own: close, hand over, split, merge, set right and the rest."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.faults import show_faults
from halong.incidents.actions import StillOpen
from halong.incidents.forms.acts import ActForm
from halong.incidents.forms.declare import fresh_id
from halong.incidents.models import Entry, Incident
from halong.incidents.screens import room as rooms
from halong.incidents.screens.acts import ACTS, Act, acts_of
from halong.incidents.views.room import answer, is_partial

LEADS_ELSEWHERE = frozenset({"split", "merge", "dismiss", "report", "area"})


def _act(name: str) -> Act:
    if name not in ACTS:
        raise Http404
    return ACTS[name]


@access("incidents.view")
@require_GET
def dialog(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The form of an act, over the room or as a page of its own."""
    found, act = rooms.room_of(request, pk), _act(name)
    if act not in acts_of(found.can):
        raise Http404
    begin = {"client_id": fresh_id()} | ({"kind": request.GET["kind"]} if "kind" in request.GET else {})
    form = act.form(incident=found.incident, user=request.user, initial=begin)
    return _form(request, found.incident, act, form)


def _form(
    request: HttpRequest, incident: Incident, act: Act, form: ActForm, *, late: str = "", things: Any = ()
) -> HttpResponse:
    context = {
        "incident": incident,
        "act": act,
        "form": form,
        "late": late,
        "things": things,
        "bounds": rooms.bounds(incident),
        "back": reverse("incident", args=[incident.pk]),
    }
    template = "dialog" if is_partial(request) and act.name != "area" else "act"
    status = 422 if form.is_bound else 200
    return render(request, f"incidents/{template}.html", context, status=status)


@access("incidents.view")
@require_POST
def take(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do it; the action says whether this person may. Who comes second sees what changed, and keeps what was typed."""
    found, act = rooms.room_of(request, pk), _act(name)
    incident = found.incident
    form = act.form(request.POST, incident=incident, user=request.user)
    if not form.is_valid():
        return _form(request, incident, act, form)
    return _try(request, incident, act, form)


def _try(request: HttpRequest, incident: Incident, act: Act, form: ActForm) -> HttpResponse:
    now = incident.version
    incident.version = form.cleaned_data["version"]
    try:
        made = act.run(incident, by=actor_of(request), **form.given())
    except Invalid as error:
        show_faults(form, error)
        return _form(request, incident, act, form)
    except StillOpen as error:
        return _form(request, incident, act, form, things=error.things)
    except Conflict as error:
        again = request.POST.copy()
        again["version"] = str(now)
        form.data, incident.version = again, now
        return _form(request, incident, act, form, late=error.detail)
    return _done(request, incident, act, made)


def _done(request: HttpRequest, incident: Incident, act: Act, made: Any) -> HttpResponse:
    words = f"{incident.number}: {act.label}"
    if act.name not in LEADS_ELSEWHERE:
        return answer(request, incident.pk, said=words)
    found = made if isinstance(made, Incident) else incident
    leads = found.into or found
    url = reverse("incident", args=[leads.pk])
    if isinstance(made, Entry):
        url, words = (
            reverse("incident-report", args=[incident.pk, made.pk]),
            _("The situation report is made."),
        )
    messages.success(request, words)
    if is_partial(request):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
