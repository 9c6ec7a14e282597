"""People and what they may do, for administrators."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.accounts import actions
from halong.accounts.forms import (
    ConfirmImportForm,
    GrantForm,
    ImportForm,
    NewUserForm,
    PeopleFilter,
    UserForm,
)
from halong.accounts.models import User
from halong.accounts.queries import people, sessions_of
from halong.audit.queries import history_of
from halong.core.access import access, actor_of
from halong.core.blocks import render_blocks
from halong.core.errors import Conflict, HalongError, Invalid
from halong.core.faults import all_faults, show_faults
from halong.core.registry import person_blocks

A_PAGE = 50
SCOPE = ("role", "agency", "place", "sector")


def _person(request: HttpRequest, pk: int) -> User:
    found: User = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    return found


@access("users.manage")
@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """Accounts: searched, filtered, by pages."""
    form = PeopleFilter(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    found = people(
        request.user, search=said.get("q", ""), role=said.get("role", ""), state=said.get("state", "")
    )
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/users.html", {"page": page, "filter": form, "now": timezone.now()})


@access("users.manage")
@never_cache
@require_http_methods(["GET", "POST"])
def new_user(request: HttpRequest) -> HttpResponse:
    """Make an account; its password is shown in the answer and never again."""
    form = NewUserForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        grant = actions.GrantSpec(**{side: data.pop(side) for side in SCOPE})
        try:
            user, password = actions.create_user(
                data.pop("username"), by=actor_of(request), grants=[grant], **data
            )
        except (Conflict, Invalid) as error:
            show_faults(form, error)
        else:
            return render(request, "accounts/user_password.html", {"person": user, "password": password})
    return render(request, "accounts/user_new.html", {"form": form})


@access("users.manage")
@require_http_methods(["GET", "POST"])
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: data, grants, state, sessions, history."""
    person = _person(request, pk)
    form = UserForm(request.POST or None, instance=User.objects.get(pk=pk))
    if form.is_valid():
        actions.change_user(person, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("user", pk)
    context = {
        "person": person,
        "form": form,
        "grant_form": GrantForm(),
        "grants": person.grants.select_related("place", "agency").order_by("pk"),
        "sessions": sessions_of(person),
        "locked": person.is_locked_at(timezone.now()),
        "history": history_of(person, person.actor_name)[:30],
        "blocks": render_blocks(person_blocks, request, person),
    }
    return render(request, "accounts/user.html", context)


def _grants(person: User) -> list[actions.GrantSpec]:
    held = person.grants.select_related("place", "agency")
    return [actions.GrantSpec(grant.role, grant.place, grant.agency, grant.sector) for grant in held]


@access("users.manage")
@require_POST
def add_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person one more role somewhere."""
    person, form = _person(request, pk), GrantForm(request.POST)
    if form.is_valid():
        new = actions.GrantSpec(**{side: form.cleaned_data[side] for side in SCOPE})
        actions.set_grants(person, [*_grants(person), new], by=actor_of(request))
        messages.success(request, _("The role is given."))
    else:
        messages.error(request, all_faults(form))
    return redirect("user", pk)


@access("users.manage")
@require_POST
def remove_grant(request: HttpRequest, pk: int, grant_pk: int) -> HttpResponse:
    """Take one role from a person."""
    person = _person(request, pk)
    gone = get_object_or_404(person.grants.select_related("place", "agency"), pk=grant_pk)
    spec = actions.GrantSpec(gone.role, gone.place, gone.agency, gone.sector)
    try:
        actions.set_grants(person, [held for held in _grants(person) if held != spec], by=actor_of(request))
        messages.success(request, _("The role is taken away."))
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect("user", pk)


@access("users.manage")
@never_cache
@require_POST
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new random password, shown in the answer and never again."""
    person = _person(request, pk)
    password = actions.reset_password(person, by=actor_of(request))
    return render(
        request, "accounts/user_password.html", {"person": person, "password": password, "reset": True}
    )


CHANGES: dict[str, Callable[..., object]] = {
    "unlock": actions.unlock_user,
    "deactivate": actions.deactivate_user,
    "activate": actions.activate_user,
    "end-sessions": actions.end_sessions,
    "remove-second-step": actions.remove_second_step,
}


@access("users.manage")
@require_POST
def change_state(request: HttpRequest, pk: int, change: str) -> HttpResponse:
    """Unlock, close, open, end all sessions, take the second step away."""
    try:
        CHANGES[change](_person(request, pk), by=actor_of(request))
        messages.success(request, _("Done."))
    except HalongError as error:
        messages.error(request, error.detail)
    return redirect("user", pk)


@access("users.manage")
@require_POST
def end_session(request: HttpRequest, pk: int, session_pk: int) -> HttpResponse:
    """End one session of a person."""
    actions.end_session(get_object_or_404(_person(request, pk).sign_ins, pk=session_pk), by=actor_of(request))
    messages.success(request, _("The session is ended."))
    return redirect("user", pk)


@access("users.manage")
@never_cache
@require_http_methods(["GET", "POST"])
def import_users(request: HttpRequest) -> HttpResponse:
    """A table of accounts: first a preview with every fault, then, if there is none, the accounts."""
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    confirmed = ConfirmImportForm(request.POST if "table" in request.POST else None)
    try:
        if confirmed.is_valid():
            table = confirmed.cleaned_data["table"]
            context["report"] = actions.import_users(table.encode(), by=actor_of(request), dry_run=False)
        elif form.is_valid():
            context["report"] = actions.import_users(
                form.cleaned_data["file"], by=actor_of(request), dry_run=True
            )
    except HalongError as error:
        show_faults(form, error)
    return render(request, "accounts/import.html", context)
