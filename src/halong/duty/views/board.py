"""Who is on duty now, the week, and what is under way; calendars for other programs; the mark in the top bar."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from halong.accounts.models import User
from halong.citizens.push import public_key
from halong.core.access import access, actor_of, public, signed_in
from halong.core.permissions import has_perm
from halong.duty import links, queries
from halong.duty.actions.devices import add_device, remove_device
from halong.duty.actions.paging import note_delivered
from halong.duty.actions.teams import note_link_read
from halong.duty.calendars import calendar_of
from halong.duty.models import CalendarLink
from halong.duty.permissions import may_page
from halong.duty.tabs import tabs
from halong.duty.week import week_of

RECENT = 8
AHEAD = timedelta(days=7)  # in which who is on in two teams at once is shown
WARNED = 6


def chosen_day(request: HttpRequest) -> date:
    """A day of the week that an address asks for."""
    return day_in(request.GET.get("week", ""))


def day_in(text: str) -> date:
    """The day that an address names; today for none, and for what is no day (the 31st of February)."""
    try:
        return parse_date(text) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


@access("duty.view")
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Who is on now, in every team; the week of one of them; whom we are trying to reach."""
    now, teams = timezone.now(), list(queries.teams(request.user))
    on = queries.on_now(teams, now)
    wanted = next((team for team in teams if str(team.pk) == request.GET.get("team")), None)
    chosen = wanted or (teams[0] if teams else None)
    context: dict[str, Any] = {
        "tabs": tabs(request.user, "now"),
        "teams": [
            {"team": team, "on": on[team.pk], "may_test": may_page(team, request.user)} for team in teams
        ],
        "twice": queries.on_twice(teams, now, now + AHEAD)[:WARNED],
        "week": week_of(chosen, chosen_day(request), request.user) if chosen else None,
        "mine": list(queries.waiting_for(request.user)) if isinstance(request.user, User) else [],
        "runs": queries.runs(request.user, only_running=True)[:20],
        "recent": queries.runs(request.user).exclude(state="running")[:RECENT],
        "may_set_up": has_perm(request.user, "duty.set_up"),
        "push_key": public_key(),
    }
    return render(request, "duty/board.html", context)


@signed_in
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The mark in the top bar: somebody is waiting for this person's answer. Showing it is delivering the page."""
    assert isinstance(request.user, User)
    waiting = list(queries.waiting_for(request.user)[:5])
    if waiting:
        note_delivered(request.user)
    return render(request, "duty/bell.html", {"waiting": waiting, "reader": request.user.pk})


@access("duty.view")
@require_POST
def device(request: HttpRequest) -> HttpResponse:
    """Remember, or with ``remove`` forget, this browser."""
    address = {name: request.POST.get(name, "")[:1000] for name in ("endpoint", "p256dh", "auth")}
    if "remove" in request.POST:
        remove_device(address, by=actor_of(request))
    else:
        add_device(address, request.headers.get("User-Agent", ""), by=actor_of(request))
    return JsonResponse({"kept": "remove" not in request.POST})


def bell_context(request: HttpRequest) -> dict[str, Any] | None:
    """The place of the mark; what is in it comes by itself, so that no page is slower by it."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not has_perm(user, "duty.view"):
        return None
    return {"reader": user.pk, "load": True}


@public
@require_GET
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The rota of a team or person as iCalendar, for whoever knows the address."""
    pk = links.number_in(token) or 0
    link = (
        CalendarLink.objects.filter(pk=pk, withdrawn_at=None).select_related("team__agency", "person").first()
    )
    if link is None or not links.is_right(token, "calendar", pk, link.salt) or not _works(link):
        raise Http404
    now = timezone.now()
    note_link_read(link, now)
    response = HttpResponse(calendar_of(link, now), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=300"
    response["Content-Disposition"] = 'inline; filename="duty.ics"'
    return response


def _works(link: CalendarLink) -> bool:
    return link.person is None or link.person.is_active


def address_of(link: CalendarLink, request: HttpRequest) -> str:
    """Where other programs read it."""
    return request.build_absolute_uri(f"/duty/{links.token('calendar', link.pk, link.salt)}.ics")
