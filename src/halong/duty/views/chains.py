"""Chains: who is told when, and who next."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.accounts.models import User
from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.faults import show_faults
from halong.core.permissions import has_perm
from halong.core.registry import sectors
from halong.duty import channels, steps
from halong.duty.actions.chains import end_chain, save_chain
from halong.duty.forms.chains import ChainForm
from halong.duty.kinds import kind_label
from halong.duty.models import Chain, Contact, DutyRole, Page
from halong.duty.tabs import tabs
from halong.duty.titles import PRIORITY


def _chain(request: HttpRequest, pk: int) -> Chain:
    return get_object_or_404(Chain.objects.visible_to(request.user).current().select_related("team"), pk=pk)


@access("duty.view")
@require_GET
def chains(request: HttpRequest) -> HttpResponse:
    """All chains with their steps in words."""
    found = list(
        Chain.objects.visible_to(request.user)
        .current()
        .select_related("team", "place")
        .defer("place__boundary")
    )
    names = _names(found)
    context = {
        "tabs": tabs(request.user, "chains"),
        "rows": [{"chain": one, "about": _about(one), "steps": _said(one.steps, names)} for one in found],
        "standard": _said(steps.as_json(steps.STANDARD), names),
        "ways": [(label, channels.is_set_up(key)) for key, label in Page.Channel.choices],
        "may_set_up": has_perm(request.user, "duty.set_up"),
    }
    return render(request, "duty/chains.html", context)


def _names(found: list[Chain]) -> dict[tuple[str, int], str]:
    refs = [(step["whom"], step["ref"]) for chain in found for step in chain.steps if step.get("ref")]
    people = User.objects.in_bulk([ref for whom, ref in refs if whom == steps.PERSON])
    contacts = Contact.objects.in_bulk([ref for whom, ref in refs if whom == steps.CONTACT])
    named = {(steps.PERSON, pk): str(one) for pk, one in people.items()}
    return named | {(steps.CONTACT, pk): f"{one.name} {one.telephone}" for pk, one in contacts.items()}


def _about(chain: Chain) -> str:
    """What it is for, in words."""
    sector = sectors.get(chain.sector)
    parts = [
        chain.get_about_display(),
        str(PRIORITY[chain.priority]),
        str(chain.place or ""),
        str(sector.name) if sector else chain.sector,
        kind_label(chain.kind),
    ]
    return " · ".join(part for part in parts if part)


def _said(rows: list[dict[str, Any]], names: dict[tuple[str, int], str]) -> list[dict[str, Any]]:
    labels = dict(Page.Channel.choices)
    return [
        {
            "after": row["after"],
            "whom": _whom(row, names),
            "how": ", ".join(
                str(labels[way]) for way in row["channels"] if way in labels and channels.is_set_up(way)
            ),
        }
        for row in rows
    ]


def _whom(row: dict[str, Any], names: dict[tuple[str, int], str]) -> str:
    if row.get("ref"):
        return names.get((row["whom"], row["ref"]), "?")
    if row["whom"] == steps.ON_DUTY:
        return str(DutyRole(row["role"]).label) if row.get("role") else _("Everybody on duty")
    return _("All members of the team") if row["whom"] == steps.MEMBERS else _("The superior")


@access("duty.set_up")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Set up a chain, or change one."""
    found = _chain(request, pk) if pk is not None else None
    names = (
        "team",
        "name",
        "about",
        "priority",
        "place",
        "sector",
        "kind",
        "quiet_from",
        "quiet_to",
        "edits",
    )
    initial = {name: getattr(found, name) for name in names} if found else {"team": request.GET.get("team")}
    form = ChainForm(request.POST or None, user=request.user, chain=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_chain(form.draft, by=actor_of(request), chain=found, edits=form.cleaned_data["edits"])
        except Invalid as error:
            show_faults(form, error)
        except Conflict as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("Recorded."))
            return redirect("duty-chains")
    title = _("Change the chain") if found else _("New chain")
    context = {"form": form, "title": title, "cancel": reverse("duty-chains"), "chain": found}
    return render(request, "duty/chain.html", context, status=422 if form.is_bound else 200)


@access("duty.set_up")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """No subject begins it any more."""
    try:
        end_chain(_chain(request, pk), by=actor_of(request))
    except Conflict as error:
        messages.warning(request, error.detail)
    return redirect("duty-chains")
