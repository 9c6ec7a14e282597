"""Declaring an incident, and adding to one that is open."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.faults import show_faults
from halong.incidents import actions
from halong.incidents.forms.choices import number_of
from halong.incidents.forms.declare import BEST, DeclareForm, JoinForm
from halong.incidents.screens import declaring
from halong.playbooks.queries import best_for


@access("incidents.declare")
@require_http_methods(["GET", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """One form, filled in from what it is made of; one press."""
    if request.method == "GET":
        refs = declaring.refs_of(request)
        return _form(request, DeclareForm(by=request.user, initial=declaring.initial(request, refs)), refs)
    form = DeclareForm(request.POST, by=request.user)
    refs = declaring.unsealed(request.POST.get("parts", ""))
    if not form.is_valid():
        return _form(request, form, refs, status=422)
    try:
        made = declaring.declare(form, by=actor_of(request))
    except (Invalid, Conflict) as error:
        show_faults(form, error)
        return _form(request, form, refs, status=422)
    messages.success(request, _("%(number)s is declared.") % {"number": made.number})
    return redirect("incident", made.pk)


def _form(request: HttpRequest, form: DeclareForm, refs: list[Any], status: int = 200) -> HttpResponse:
    join = JoinForm(initial={"parts": declaring.sealed(refs)}, user=request.user) if refs else None
    kind, severity = str(form["kind"].value() or ""), number_of(str(form["severity"].value() or "")) or 2
    context = {
        "form": form,
        "refs": refs,
        "titles": declaring.titles(refs, request.user),
        "join": join,
        "best": best_for(kind, severity),
        "bounds": declaring.bounds(form),
        "chosen": str(form["playbook"].value() or BEST),
    }
    return render(request, "incidents/declare.html", context, status=status)


@access("incidents.declare")
@require_GET
def offer(request: HttpRequest) -> HttpResponse:
    """Which playbook begins with this kind and severity, with its first steps."""
    severity = number_of(request.GET.get("severity", "")) or 2
    chosen = request.GET.get("playbook", BEST)
    form = DeclareForm(by=request.user)
    best = form.versions.get(chosen) or (
        best_for(request.GET.get("kind", ""), severity) if chosen == BEST else None
    )
    return render(request, "incidents/parts/offer.html", {"best": best, "chosen": chosen})


@access("incidents.declare")
@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """Add what was chosen to an incident that is open already."""
    form = JoinForm(request.POST, user=request.user)
    refs = declaring.unsealed(request.POST.get("parts", ""))
    if not form.is_valid() or not refs:
        messages.warning(request, _("Choose an incident that is under way."))
        return redirect("incidents")
    incident = form.cleaned_data["incident"]
    try:
        actions.add_parts(incident, refs, by=actor_of(request))
    except (Invalid, Conflict) as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("Added to %(number)s.") % {"number": incident.number})
    return redirect("incident", incident.pk)
