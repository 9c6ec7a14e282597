"""The list of alerts, one alert, and the responses to it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from halong.alerts import actions
from halong.alerts.detail import chart_json, detail_of, status_of
from halong.alerts.forms import NoteForm, ShelveForm
from halong.alerts.listing import listing_of
from halong.alerts.models import Alert
from halong.core.access import access, actor_of
from halong.core.blocks import render_blocks
from halong.core.registry import alert_blocks

A_GROUP = 1000


def _alert(request: HttpRequest, pk: int) -> Alert:
    visible = Alert.objects.visible_to(request.user)
    return get_object_or_404(
        visible.select_related("entity", "place", "agency", "rule", "series", "root"), pk=pk
    )


@access("alerts.view")
@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    """The list, by priority, then time."""
    listing = listing_of(request)
    return render(request, "alerts/list.html", {"listing": listing, "scope": listing.scope})


@access("alerts.view")
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The part of the list that changes by itself."""
    return render(request, "alerts/rows.html", {"listing": listing_of(request)})


@access("alerts.view")
@require_GET
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert with its grounds, its place and what was done about it."""
    found = _alert(request, pk)
    context = {**detail_of(found, request.user), **status_of(found, request.user)}
    return render(
        request, "alerts/alert.html", {**context, "blocks": render_blocks(alert_blocks, request, found)}
    )


@access("alerts.view")
@require_GET
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of that page that changes by itself."""
    return render(request, "alerts/status.html", status_of(_alert(request, pk), request.user))


@access("alerts.view")
@require_GET
def series(request: HttpRequest, pk: int) -> HttpResponse:
    """The readings around an alert, with the limit as it was."""
    return JsonResponse(chart_json(_alert(request, pk)))


@access("alerts.handle")
@require_GET
def dialog(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The form of a response that asks for words: a note, the shelf, a false alarm."""
    forms: dict[str, Callable[[], Any]] = {"note": NoteForm, "shelve": ShelveForm, "false-alarm": NoteForm}
    if kind not in forms:
        raise Http404
    form = forms[kind]()
    if kind == "false-alarm":
        form.fields["note"].required = False
    context = {"alert": _alert(request, pk), "kind": kind, "form": form, "next": _page_of(request)}
    return render(request, "alerts/dialog.html", context)


@access("alerts.handle")
@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has seen it."""
    found = _alert(request, pk)
    actions.acknowledge(found, by=actor_of(request), note=request.POST.get("note", ""))
    return _answer(request, found, _("Acknowledged: {title}").format(title=found.title))


@access("alerts.handle")
@require_POST
def acknowledge_many(request: HttpRequest) -> HttpResponse:
    """Somebody has seen a group of alerts: exactly those that stood in it on the screen."""
    wanted = [int(pk) for pk in request.POST.get("ids", "").split(",") if pk.isdecimal()][:A_GROUP]
    group = Alert.objects.visible_to(request.user).filter(pk__in=wanted).select_related("place", "agency")
    count = actions.acknowledge_many(group.order_by("pk"), by=actor_of(request))
    words = ngettext("{count} alert acknowledged", "{count} alerts acknowledged", count)
    return _answer(request, None, words.format(count=count))


@access("alerts.handle")
@require_POST
def shelve(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody puts it aside for a while."""
    found, form = _alert(request, pk), ShelveForm(request.POST)
    if not form.is_valid():
        return _again(request, found, "shelve", form)
    actions.shelve(found, by=actor_of(request), **form.cleaned_data)
    return _answer(request, found, _("Shelved: {title}").format(title=found.title))


@access("alerts.handle")
@require_POST
def unshelve(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody takes it back."""
    found = _alert(request, pk)
    actions.unshelve(found, by=actor_of(request))
    return _answer(request, found, _("Back from the shelf: {title}").format(title=found.title))


@access("alerts.handle")
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody writes something down."""
    found, form = _alert(request, pk), NoteForm(request.POST)
    if not form.is_valid():
        return _again(request, found, "note", form)
    actions.add_note(found, by=actor_of(request), note=form.cleaned_data["note"])
    return _answer(request, found, _("Noted."))


@access("alerts.handle")
@require_POST
def false_alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody says that there was nothing."""
    found = _alert(request, pk)
    actions.mark_false_alarm(found, by=actor_of(request), note=request.POST.get("note", ""))
    return _answer(request, found, _("Marked as a false alarm: {title}").format(title=found.title))


def _page_of(request: HttpRequest) -> str:
    """The path of the page that htmx was asked from, with its query."""
    address = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{address.path}?{address.query}" if address.query else address.path


def _again(request: HttpRequest, found: Alert, kind: str, form: Any) -> HttpResponse:
    context = {"alert": found, "kind": kind, "form": form, "next": request.POST.get("next", "")}
    return render(request, "alerts/dialog.html", context, status=422)


def _answer(request: HttpRequest, found: Alert | None, words: str) -> HttpResponse:
    """From a row of the list: the list again. From elsewhere: back to where the person came from."""
    if request.headers.get("HX-Request") == "true":
        request.GET = QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query)
        return render(request, "alerts/rows.html", {"listing": listing_of(request), "said": words})
    messages.success(request, words)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("alert", args=[found.pk]) if found else reverse("alerts")
    return HttpResponseRedirect(back)
