"""Handing a shift over on screen and on paper."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from halong.core.access import access, actor_of
from halong.core.language import reader_language
from halong.core.permissions import has_perm
from halong.duty import paper, shifts
from halong.duty.actions import handing
from halong.duty.forms.watch import AdditionsForm, TakeOverForm
from halong.duty.models import Handover, Team
from halong.duty.tabs import tabs
from halong.duty.views.log import pdf_response

A_PAGE = 30
State = Handover.State


@access("duty.view")
@require_GET
def handovers(request: HttpRequest) -> HttpResponse:
    """What waits to be taken over, what is missing, and the notes before."""
    visible = Handover.objects.visible_to(request.user).select_related("team")
    teams = Team.objects.visible_to(request.user).current()
    earlier = visible.filter(state=State.TAKEN).order_by("-taken_at")
    context = {
        "tabs": tabs(request.user, "handover"),
        "waiting": visible.filter(state__in=[State.DRAFT, State.OFFERED]).order_by("-made_at"),
        "missing": shifts.missing(timezone.now(), teams),
        "page": Paginator(earlier, A_PAGE).get_page(request.GET.get("page")),
        "teams": [team for team in teams if has_perm(request.user, "duty.handle", team)],
        "may_begin": has_perm(request.user, "duty.handle"),
    }
    return render(request, "duty/handover/list.html", context)


@access("duty.handle")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Make the note from what is open."""
    wanted = request.POST.get("team", "")
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=wanted) if wanted.isdecimal() else None
    return redirect("duty-handover", handing.begin_handover(team, by=actor_of(request)).pk)


@access("duty.view")
@require_GET
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """One note: written by the outgoing, read and confirmed by the incoming person."""
    note = _note(request, pk)
    return render(
        request, "duty/handover/note.html", _context(request, note, TakeOverForm(initial=_begin(note)))
    )


def _note(request: HttpRequest, pk: int) -> Handover:
    visible = Handover.objects.visible_to(request.user).select_related("team", "outgoing", "incoming")
    return get_object_or_404(visible, pk=pk)


def _begin(note: Handover) -> dict[str, Any]:
    return {"version": note.version, "additions": note.additions}


def _context(request: HttpRequest, note: Handover, taking: TakeOverForm) -> dict[str, Any]:
    language = reader_language()
    content = note.content.get(language) or note.content.get("vi", {})
    mine = note.outgoing_id == request.user.pk
    handles = has_perm(request.user, "duty.handle", note.team)
    under_way = note.state in {State.DRAFT, State.OFFERED}
    return {
        "note": note,
        "open": content.get("open", []),
        "done": content.get("done", {}),
        "form": AdditionsForm(initial=_begin(note)) if mine and handles and under_way else None,
        "taking": taking if handles and not mine and note.state == State.OFFERED else None,
    }


@access("duty.handle")
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Keep, offer or withdraw the note."""
    note, form = _note(request, pk), AdditionsForm(request.POST)
    steps: dict[str, Any] = {"save": handing.save_additions, "offer": handing.offer_handover}
    if not form.is_valid() or name not in {*steps, "withdraw"}:
        raise Http404
    if name == "withdraw":
        handing.withdraw_handover(note, by=actor_of(request), version=form.cleaned_data["version"])
        return redirect("duty-handovers")
    steps[name](note, by=actor_of(request), **form.cleaned_data)
    messages.success(
        request, _("Kept.") if name == "save" else _("The next one can take the shift over now.")
    )
    return redirect("duty-handover", pk)


@access("duty.handle")
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """The incoming person has read it."""
    note, form = _note(request, pk), TakeOverForm(request.POST)
    if not form.is_valid():
        return render(request, "duty/handover/note.html", _context(request, note, form), status=422)
    given = form.cleaned_data
    handing.take_over(note, by=actor_of(request), version=given["version"], remark=given["remark"])
    messages.success(request, _("The shift is taken over."))
    return redirect("duty-handover", pk)


@access("duty.view")
@require_GET
def handover_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The note on paper."""
    note = _note(request, pk)
    return pdf_response(paper.handover_pdf(note, reader_language()), f"ban-giao-ca-{note.pk}.pdf")
