"""Reading a briefing, the list of them, the PDF, sending one on."""

from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from halong.accounts.models import User
from halong.core.access import access, actor_of
from halong.core.errors import Invalid
from halong.core.language import reader_language
from halong.panorama.briefing import actions, pdf, queries
from halong.panorama.briefing.forms import SendForm
from halong.panorama.models import Briefing

A_PAGE = 31
LATEST = "latest"


def _briefing(request: HttpRequest, day: str, pk: int) -> Briefing:
    return get_object_or_404(Briefing.objects.visible_to(request.user), pk=pk, day=_day(day))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def _urls(found: Briefing) -> dict[str, str]:
    where = [f"{found.day:%Y-%m-%d}", found.pk]
    names = {"url": "briefing", "pdf_url": "briefing-pdf", "send_url": "briefing-send"}
    return {key: reverse(name, args=where) for key, name in names.items()}


@access("briefings.view")
@require_GET
def briefings(request: HttpRequest) -> HttpResponse:
    """Those of one's own scope, or all that one may see, the latest first."""
    everything = request.GET.get("show") == "all"
    found = Briefing.objects.visible_to(request.user).order_by("-day", "pk")
    if not everything:
        found = found.filter(queries.own(cast("User", request.user)))
    page: Any = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = [{"content": one.content[reader_language()], **_urls(one)} for one in page.object_list]
    tabs = [
        {"label": pgettext("briefings", "My scope"), "url": reverse("briefings"), "current": not everything},
        {
            "label": pgettext("briefings", "All"),
            "url": f"{reverse('briefings')}?show=all",
            "current": everything,
        },
    ]
    return render(request, "briefing/list.html", {"page": page, "tabs": tabs})


@access("briefings.view")
@require_GET
def briefing_of_day(request: HttpRequest, day: str) -> HttpResponse:
    """One's own briefing of a day, or the latest one."""
    found = queries.own_of_day(cast("User", request.user), None if day == LATEST else _day(day))
    if found is None:
        if day == LATEST:
            return redirect("briefings")
        raise Http404
    return _page(request, found)


@access("briefings.view")
@require_GET
def briefing(request: HttpRequest, day: str, pk: int) -> HttpResponse:
    """One briefing as a page: light, without scripts."""
    return _page(request, _briefing(request, day, pk))


def _page(request: HttpRequest, found: Briefing) -> HttpResponse:
    content = found.content[reader_language()]
    for figure in content["figures"]:
        figure["lines"] = _lines(figure["trend"])
    return render(request, "briefing/page.html", {"c": content, "words": pdf.words(), **_urls(found)})


def _lines(trend: list[float | None]) -> list[str]:
    """The pieces of a line, for a picture of 84 × 28; a hole parts them."""
    pieces: list[list[str]] = [[]]
    for index, y in enumerate(trend):
        if y is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{84 * index / (len(trend) - 1):.1f},{26 - 24 * y:.1f}")
    return [" ".join(piece) for piece in pieces if len(piece) > 1]


@access("briefings.view")
@require_GET
def briefing_pdf(request: HttpRequest, day: str, pk: int) -> HttpResponse:
    """The two sheets, in the language of the page."""
    found = _briefing(request, day, pk)
    response = HttpResponse(actions.pdf_of(found, reader_language()), content_type="application/pdf")
    name = actions.file_name(found, reader_language())
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


@access("briefings.view")
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, day: str, pk: int) -> HttpResponse:
    """Send it on to people who may see it."""
    found = _briefing(request, day, pk)
    form = SendForm(request.POST or None, people=queries.readers_of(found, request.user))
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.send_briefing(found, by=actor_of(request), **form.cleaned_data)
            said = ngettext("Sent to {n} person", "Sent to {n} people", count)
            messages.success(request, said.format(n=count))
            return redirect("briefings")
        except Invalid as error:
            form.add_error(None, error.detail)
    content, urls = found.content[reader_language()], _urls(found)
    crumbs = [
        {"label": _("Morning briefings"), "url": reverse("briefings")},
        {"label": content["day"], "url": urls["url"]},
        {"label": _("Send on")},
    ]
    context = {"form": form, "c": content, "crumbs": crumbs, "back": urls["url"]}
    return render(request, "briefing/send.html", context, status=422 if form.errors else 200)
