"""Suggestions, notices of services, and what somebody asks about his own data."""

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from halong.citizens import abuse, simulated
from halong.citizens.actions.privacy import ask_data
from halong.citizens.actions.sending import LawfulElsewhere
from halong.citizens.actions.voices import send_suggestion
from halong.citizens.codes import shown_code, tidy_code
from halong.citizens.forms.public import DataRequestForm, SuggestionForm, new_client_id
from halong.citizens.models import Suggestion
from halong.citizens.promises import terms_on
from halong.citizens.queries import own, public
from halong.citizens.queries.units import units_today
from halong.citizens.views.own import opened, private, tell_form
from halong.core.access import public as everybody
from halong.core.errors import HalongError

A_PAGE = 20


def _consent() -> str:
    terms = terms_on(timezone.localdate())
    return terms.consent_said if terms else ""


def _form_page(request: HttpRequest, template: str, form: Any, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "stamp": abuse.stamp(),
        "honeypot": abuse.HONEYPOT,
        "consent": _consent(),
        **more,
    }
    response = render(request, template, context, status=422 if form.errors or more else 200)
    abuse.mark_device(request, response)
    return response


@csrf_exempt
@everybody
@require_http_methods(["GET", "POST"])
def suggest(request: HttpRequest) -> HttpResponse:
    """Send an idea or an opinion."""
    template = "citizens/citizen/suggest.html"
    if request.method == "GET":
        return _form_page(request, template, SuggestionForm(initial={"client_id": new_client_id()}))
    if abuse.is_robot(request.POST):
        return redirect("public-suggestions")
    form = SuggestionForm(request.POST)
    if form.is_valid():
        try:
            abuse.allow(request, "suggest")
            abuse.prove(request)
            draft = form.draft(insists="insists" in request.POST)
            of_simulator = simulated.is_marked(draft.client_id, request.POST.get(simulated.FIELD))
            sent = send_suggestion(replace(draft, simulated=of_simulator))
            return private(redirect("citizen-suggestion", sent.code))
        except LawfulElsewhere as elsewhere:
            return _form_page(request, template, form, matter=elsewhere.matter, channels=elsewhere.channels)
        except HalongError as error:
            tell_form(form, error)
    return _form_page(request, template, form)


@everybody
@require_GET
def own_suggestion(request: HttpRequest, code: str) -> HttpResponse:
    """One's own suggestion and its answer."""
    suggestion = opened(request, code, own.suggestion_of)
    context = {"suggestion": suggestion, "shown_code": shown_code(tidy_code(code))}
    return private(render(request, "citizens/citizen/suggestion_own.html", context))


@everybody
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """Suggestions that were answered and published, those in use first to be seen by a mark."""
    rows = Suggestion.objects.shown().select_related("agency", "place").order_by("-published_at", "-pk")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "citizens/citizen/suggestions.html", {"page": page})


@everybody
@require_GET
def suggestion_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One published suggestion."""
    rows = Suggestion.objects.shown().select_related("agency", "place")
    return render(
        request, "citizens/citizen/suggestion_public.html", {"suggestion": get_object_or_404(rows, pk=pk)}
    )


@everybody
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Notices of services, by place."""
    chosen = request.GET.get("place", "")
    place = units_today().filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 10 else None
    context = {
        "notices": public.notices(place),
        "place": place,
        "units": units_today(),
        "now": timezone.now(),
    }
    return render(request, "citizens/citizen/notices.html", context)


@csrf_exempt
@everybody
@require_http_methods(["GET", "POST"])
def data_request(request: HttpRequest) -> HttpResponse:
    """Ask what is kept of oneself, or for correction, erasure, restriction."""
    template = "citizens/citizen/data_request.html"
    if request.method == "GET":
        first = {
            "client_id": new_client_id(),
            "code": request.GET.get("code", ""),
            "kind": request.GET.get("kind", ""),
        }
        return private(
            _form_page(request, template, DataRequestForm(initial=first))
        )  # a code may stand in it
    if abuse.is_robot(request.POST):
        return redirect(reverse("citizen-data"))
    form = DataRequestForm(request.POST)
    if form.is_valid():
        try:
            return private(redirect("citizen-data-answer", _ask(request, form)))
        except HalongError as error:
            tell_form(form, error)
    return _form_page(request, template, form)


def _ask(request: HttpRequest, form: DataRequestForm) -> str:
    """Take the request in; its code. Adds to the form what is wrong with a report's code."""
    given, contact = form.cleaned_data, form.contact()
    abuse.allow(request, "data")
    follower = own.follower_of(given["code"]) if given["code"] else None
    if given["code"] and follower is None:
        words = _("Nothing has this code. Check it letter by letter.")
        raise HalongError(words, fields={"code": words})
    abuse.prove(request)
    asked = ask_data(
        kind=given["kind"], text=given["text"], client_id=given["client_id"], follower=follower,
        contact=None if contact.is_empty else contact,
    )  # fmt: skip
    return asked.code


@everybody
@require_GET
def data_answer(request: HttpRequest, code: str) -> HttpResponse:
    """What became of a data request."""
    found = opened(request, code, own.data_request_of)
    context = {"asked": found, "shown_code": shown_code(tidy_code(code))}
    return private(render(request, "citizens/citizen/data_answer.html", context))
