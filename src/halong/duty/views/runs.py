"""Pages: whom we are trying to reach, who got it how, and answering."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of, public
from halong.core.errors import Conflict
from halong.core.formats import format_duration
from halong.duty import queries
from halong.duty.actions import paging
from halong.duty.models import Page, Run
from halong.duty.permissions import may_answer, may_page
from halong.duty.tabs import tabs

A_PAGE = 30
TONE = {"failed": "high", "acknowledged": "good", "read": "accent", "delivered": "accent"}


def run_of(request: HttpRequest, pk: int) -> Run:
    """A run that the reader may see, or that tells him."""
    seen = Run.objects.visible_to(request.user) | Run.objects.filter(pages__person=request.user.pk)
    return get_object_or_404(
        Run.objects.filter(pk__in=seen.values("pk")).select_related("team__agency", "chain", "over_by"), pk=pk
    )


@dataclass(frozen=True)
class Line:
    """One page as it is shown: how it stands, and how long it took to come there."""

    page: Page
    tone: str
    took: str


@dataclass
class Told:
    """Somebody who was told in a step."""

    name: str
    telephone: str
    step: int
    lines: list[Line]


def _moment(page: Page) -> datetime | None:
    return page.acknowledged_at or page.read_at or page.delivered_at or page.sent_at


def told(run: Run) -> list[Told]:
    """Who was told, by step and person, with every channel."""
    found: dict[tuple[int, int | None, int | None], Told] = {}
    for page in run.pages.select_related("person", "contact").order_by("step", "pk"):
        who: Any = page.person or page.contact
        number = page.person.phone if page.person else page.contact.telephone if page.contact else ""
        key = (page.step, page.person_id, page.contact_id)
        row = found.setdefault(key, Told(str(who or _("nobody")), number, page.step + 1, []))
        at = _moment(page)
        took = format_duration((at - run.started_at).total_seconds()) if at else ""
        row.lines.append(Line(page, TONE.get(page.state, ""), took))
    return list(found.values())


@access("duty.view")
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """All pages, those under way first."""
    page = Paginator(queries.runs(request.user), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "duty/runs.html", {"tabs": tabs(request.user, "pages"), "page": page})


@access("duty.view")
@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: whom it told when, how that stands, and the button to answer."""
    found, user = run_of(request, pk), request.user
    own = list(found.pages.filter(person=user.pk).select_related("run__team"))
    paging.note_read(own)
    mine = next((page for page in own if page.state in paging.LIVE), None) or _any_page(found, user)
    answered = any(page.state == Page.State.ACKNOWLEDGED for page in own)
    rows = told(found)
    open_ = found.state == Run.State.RUNNING or (found.state == Run.State.EXHAUSTED and not found.test)
    context = {
        "crumbs": [{"label": _("Duty"), "url": reverse("duty")}, {"label": found.shown}],
        "run": found,
        "title": found.shown,
        "told": rows,
        "page_pk": mine.pk if mine and open_ and not (found.test and answered) else None,
        "may_end": found.state == Run.State.RUNNING and may_page(found.team, user),
        "failed": [row for row in rows if all(line.page.state == Page.State.FAILED for line in row.lines)],
    }
    return render(request, "duty/run.html", context)


def _any_page(run: Run, user: Any) -> Page | None:
    """For whoever handles the team's duty: he may answer for others, not in a test."""
    if run.test:
        return None
    page = run.pages.select_related("run__team").filter(state__in=paging.LIVE).first()
    return page if page is not None and may_answer(page, user) else None


@access("duty.view")
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody looks after it."""
    page = get_object_or_404(Page.objects.select_related("run__team"), pk=pk)
    run_of(request, page.run_id)
    try:
        paging.acknowledge_page(page, by=actor_of(request))
        test = page.run.test  # in which everybody answers for himself
        messages.success(
            request,
            _("Your answer to the test has arrived.") if test else _("Answered. Nobody else is told."),
        )
    except Conflict as error:
        messages.warning(request, error.detail)
    here = reverse("duty-run", args=[page.run_id])
    return redirect(here if page.run.test or not page.run.url else page.run.url)


@access("duty.view")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody else is to be told."""
    try:
        paging.end_run(run_of(request, pk), by=actor_of(request))
    except Conflict as error:
        messages.warning(request, error.detail)
    return redirect("duty-run", pk)


@public
@require_http_methods(["GET", "POST"])
def answer_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a message: one button, so that no program that looks into mails answers for a person."""
    page = paging.page_of(token)
    if page is None:
        raise Http404
    words, run = "", page.run
    if request.method == "POST":
        try:
            run = paging.acknowledge_by_link(token)
        except Conflict as error:
            words = error.detail
        page.refresh_from_db()
        run.refresh_from_db()
    else:
        paging.note_opened(page)
    done = page.state == Page.State.ACKNOWLEDGED
    over = not done and run.state in (Run.State.ACKNOWLEDGED, Run.State.ENDED)
    context = {
        "run": run,
        "title": run.shown,
        "done": done,
        "over": over,
        "words": words or paging.over_words(run),
    }
    response = render(request, "duty/answer.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response
