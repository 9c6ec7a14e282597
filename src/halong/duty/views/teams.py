"""Teams: how they are set up, who is on when, and what is done about that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.accounts.models import User
from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.faults import show_faults
from halong.core.permissions import has_perm
from halong.duty import queries
from halong.duty.actions import paging, rota, subscribing, teams
from halong.duty.forms.rota import (
    FileForm,
    MemberForm,
    PatternForm,
    ShiftForm,
    StandInForm,
    SubscribeForm,
    SwapForm,
    TeamAct,
    TeamForm,
    words_of_rule,
)
from halong.duty.models import CalendarLink, Member, Override, Pattern, Rota, Shift, Team
from halong.duty.permissions import may_lead, may_page
from halong.duty.tabs import tabs
from halong.duty.views.board import address_of, chosen_day
from halong.duty.week import week_of


def team_of(request: HttpRequest, pk: int) -> Team:
    """A team that the reader may see."""
    return get_object_or_404(Team.objects.visible_to(request.user).select_related("agency", "place"), pk=pk)


@access("duty.view")
@require_GET
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One team: its week, members, calendars, exchanges."""
    found, user, now = team_of(request, pk), request.user, timezone.now()
    link = CalendarLink.objects.filter(team=found, withdrawn_at=None).first()
    own = CalendarLink.objects.filter(person=user.pk, withdrawn_at=None).first()
    may_set_up = has_perm(user, "duty.set_up", found) and found.ended_at is None
    context = {
        "tabs": tabs(user, "now"),
        "crumbs": [{"label": _("Duty"), "url": reverse("duty")}, {"label": str(found)}],
        "team": found,
        "on": queries.on_now([found], now)[found.pk],
        "week": week_of(found, chosen_day(request), user),
        "members": Member.objects.filter(team=found).select_related("person"),
        "rotas": Rota.objects.filter(team=found, ended_at=None),
        "patterns": [
            (pattern, words_of_rule(pattern.rrule))
            for pattern in Pattern.objects.filter(rota__team=found, ended_at=None).select_related("rota")
        ],
        "changes": Override.objects.filter(team=found, end__gt=now, cancelled_at=None).select_related(
            "person", "replaced"
        ),
        "unknown": Shift.objects.filter(team=found, person=None, end__gt=now).order_by("start")[:10],
        "acts": [(key, act.label) for key, act in ACTS.items() if act.allowed(found, user)],
        "may_set_up": may_set_up,
        "may_lead": may_lead(found, user),
        "may_test": may_page(found, user),
        "link": address_of(link, request) if link and may_set_up else "",
        "own_link": address_of(own, request) if own else "",
    }
    return render(request, "duty/team.html", context)


@access("duty.set_up")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Set up a team, or change one."""
    found = team_of(request, pk) if pk is not None else None
    names = ("name", "agency", "place", "sector", "telephone", "at_once", "around_clock", "note")
    initial = {name: getattr(found, name) for name in names} if found else {}
    form = TeamForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = teams.save_team(form.draft, by=actor_of(request), team=found)
        except Invalid as error:
            show_faults(form, error)
        else:
            return redirect("duty-team", saved.pk)
    title = _("Change the team") if found else _("New team")
    back = reverse("duty-team", args=[found.pk]) if found else reverse("duty")
    status = 422 if form.is_bound else 200
    return render(request, "duty/form.html", {"form": form, "title": title, "cancel": back}, status=status)


@dataclass(frozen=True)
class Act:
    """Something that asks for a form: what it is called, who may, the form, and what it does."""

    label: Any
    form: type[TeamAct]
    run: Callable[[Team, Any, Any], object]
    allowed: Callable[[Team, Any], bool]
    initial: Callable[[HttpRequest], dict[str, Any]] = lambda _request: {}


def _may_swap(team: Team, user: Any) -> bool:
    mine = isinstance(user, User) and Member.objects.filter(team=team, person=user).exists()
    return team.ended_at is None and (may_lead(team, user) or mine)


def _may_lead(team: Team, user: Any) -> bool:
    return team.ended_at is None and may_lead(team, user)


def _may_set_up(team: Team, user: Any) -> bool:
    return team.ended_at is None and has_perm(user, "duty.set_up", team)


def _of_shift(request: HttpRequest) -> dict[str, Any]:
    """What an exchange begins with: the turn that was pressed."""
    wanted = request.GET.get("shift", "")
    shift = Shift.objects.visible_to(request.user).filter(pk=wanted).first() if wanted.isdecimal() else None
    if shift is None:
        return {"replaced": request.user.pk}
    return {"replaced": shift.person_id, "role": shift.role, "start": shift.start, "end": shift.end}


def _pattern(team: Team, by: Any, form: Any) -> object:
    data = form.cleaned_data
    order = {m.person_id: m.order for m in Member.objects.filter(team=team)}
    people = sorted(data["people"], key=lambda person: order.get(person.pk, 0))
    return rota.add_pattern(
        team, people, data["role"], form.first, int(data["hours"] * 60), form.rule(), by=by
    )


ACTS: dict[str, Act] = {
    "stand-in": Act(
        gettext_lazy("Exchange a turn"), StandInForm,
        lambda team, by, form: rota.stand_in(team, by=by, **form.cleaned_data), _may_swap, _of_shift,
    ),
    "swap": Act(
        gettext_lazy("Swap two turns"), SwapForm,
        lambda _team, by, form: rota.swap_shifts(by=by, **form.cleaned_data), _may_swap,
    ),
    "shift": Act(
        gettext_lazy("Add a turn"), ShiftForm,
        lambda team, by, form: rota.add_shift(team, by=by, **form.cleaned_data), _may_lead,
    ),
    "pattern": Act(gettext_lazy("Add repeated turns"), PatternForm, _pattern, _may_lead),
    "member": Act(
        gettext_lazy("Add a member"), MemberForm,
        lambda team, by, form: teams.save_member(team, by=by, **form.cleaned_data), _may_set_up,
    ),
    "subscribe": Act(
        gettext_lazy("Read a calendar from an address"), SubscribeForm,
        lambda team, by, form: subscribing.subscribe_rota(team, by=by, **form.cleaned_data), _may_set_up,
    ),
    "file": Act(
        gettext_lazy("Read a calendar file"), FileForm,
        lambda team, by, form: subscribing.import_file(
            team, form.cleaned_data["name"], form.cleaned_data["role"], form.cleaned_data["file"], by=by
        ),
        _may_set_up,
    ),
}  # fmt: skip


@access("duty.view")
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The form of something that is done about a team, and doing it."""
    found, wanted = team_of(request, pk), ACTS.get(name)
    if wanted is None or not wanted.allowed(found, request.user):
        raise Http404
    if request.method == "GET":
        form = wanted.form(team=found, user=request.user, initial=wanted.initial(request))
        return _shown(request, found, name, wanted, form)
    form = wanted.form(request.POST, request.FILES, team=found, user=request.user)
    try:
        if form.is_valid():
            wanted.run(found, actor_of(request), form)
            messages.success(request, _("Recorded."))
            return redirect("duty-team", pk)
    except Invalid as error:
        show_faults(form, error)
    return _shown(request, found, name, wanted, form, status=422)


def _shown(
    request: HttpRequest, team: Team, name: str, wanted: Act, form: TeamAct, status: int = 200
) -> HttpResponse:
    back = reverse("duty-team", args=[team.pk])
    context = {
        "form": form,
        "title": wanted.label,
        "team": team,
        "cancel": back,
        "action": reverse("duty-team-act", args=[team.pk, name]),
        "crumbs": [
            {"label": _("Duty"), "url": reverse("duty")},
            {"label": str(team), "url": back},
            {"label": wanted.label},
        ],
    }
    over = request.headers.get("HX-Request") == "true" and request.method == "GET"
    return render(request, "duty/dialog.html" if over else "duty/form.html", context, status=status)


def _one(model: Any, lookup: str) -> Callable[[Team, str], Any]:
    def find(team: Team, ref: str) -> Any:
        return get_object_or_404(model, **{lookup: team.pk, "pk": ref if ref.isdecimal() else 0})

    return find


_shift, _change = _one(Shift, "team_id"), _one(Override, "team_id")
_calendar, _member = _one(Rota, "team_id"), _one(Member, "team_id")
_pattern_of = _one(Pattern, "rota__team_id")


def _withdraw(team: Team, _ref: str, by: Any) -> None:
    teams.withdraw_link(get_object_or_404(CalendarLink, team=team, withdrawn_at=None), by=by)


def _withdraw_own(_team: Team, _ref: str, by: Any) -> None:
    teams.withdraw_link(get_object_or_404(CalendarLink, person=by, withdrawn_at=None), by=by)


PRESSES: dict[str, Callable[[Team, str, Any], object]] = {
    "remove-shift": lambda team, ref, by: rota.remove_shift(_shift(team, ref), by=by),
    "end-pattern": lambda team, ref, by: rota.end_pattern(_pattern_of(team, ref), by=by),
    "cancel-stand-in": lambda team, ref, by: rota.cancel_stand_in(_change(team, ref), by=by),
    "remove-member": lambda team, ref, by: teams.remove_member(_member(team, ref), by=by),
    "end-rota": lambda team, ref, by: subscribing.end_rota(_calendar(team, ref), by=by),
    "read-rota": lambda team, ref, by: subscribing.read_rota(_calendar(team, ref), by=by),
    "make-link": lambda team, _ref, by: teams.make_link(team=team, by=by),
    "own-link": lambda _team, _ref, by: teams.make_link(by=by),
    "withdraw-link": _withdraw,
    "withdraw-own-link": _withdraw_own,
    "end": lambda team, _ref, by: teams.end_team(team, by=by),
}
"""What is done by one button; the action says whether this person may."""


@access("duty.view")
@require_POST
def press(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do something that asks for no words."""
    found, wanted = team_of(request, pk), PRESSES.get(name)
    if wanted is None:
        raise Http404
    try:
        done = wanted(found, request.POST.get("ref", ""), actor_of(request))
    except Conflict as error:
        messages.error(request, error.detail)
    else:
        if done is False:
            messages.error(request, _("The calendar couldn't be read; what was known before is kept."))
        else:
            messages.success(request, _("Recorded."))
    return redirect("duty") if name == "end" else redirect("duty-team", pk)


@access("duty.view")
@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """The test alarm: everybody on duty is told, marked as a test."""
    run = paging.test_alarm(team_of(request, pk), by=actor_of(request))
    return redirect("duty-run", run.pk)
