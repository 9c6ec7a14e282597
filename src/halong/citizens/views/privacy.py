"""The register of data requests, for who protects personal data: each within 72 hours, each opening with a reason."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from halong.citizens.actions.privacy import (
    Belongings,
    belongings_of,
    data_of,
    fulfil_request,
    open_contact,
    refuse_request,
)
from halong.citizens.desk.listing import chosen_tab, tabs_of
from halong.citizens.forms.privacy import ContactForm, ExportForm
from halong.citizens.forms.voices_desk import DataAnswerForm
from halong.citizens.models import DataRequest
from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.faults import show_faults

A_PAGE = 50


def _tabs() -> dict[str, str]:
    return {
        "open": pgettext("data requests", "Open"),
        "done": pgettext("data requests", "Done"),
        "refused": pgettext("data requests", "Refused"),
    }


@access("privacy.handle")
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """The register: what is open by its deadline."""
    return render(request, "citizens/desk/data_requests.html", _register(request, ContactForm()))


def _register(request: HttpRequest, form: ContactForm, **more: Any) -> dict[str, Any]:
    names = _tabs()
    tab = chosen_tab(request, names)
    seen = DataRequest.objects.visible_to(request.user)
    found = (
        seen.filter(state=tab)
        .select_related("handled_by")
        .order_by("due_at" if tab == "open" else "-closed_at")
    )
    counts = {"open": seen.waiting().count()}
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    for row in page:
        _timed(row)
    return {
        "page": page,
        "tab": tab,
        "tabs": tabs_of(request.GET, names, tab, counts),
        "now": timezone.now(),
        "form": form,
        **more,
    }


@access("privacy.handle")
@require_POST
def contact(request: HttpRequest) -> HttpResponse:
    """Open who sent a report, with a reason; it is logged, and shown once."""
    form = ContactForm(request.POST)
    if form.is_valid():
        report = form.cleaned_data["report"]
        try:
            opened = open_contact(report, by=actor_of(request), reason=form.cleaned_data["reason"])
            more = {"opened": opened, "opened_report": report}
            return render(
                request, "citizens/desk/data_requests.html", _register(request, ContactForm(), **more)
            )
        except Invalid as error:
            show_faults(form, error)
    return render(request, "citizens/desk/data_requests.html", _register(request, form), status=422)


def _timed(row: DataRequest) -> DataRequest:
    """How many seconds of the 72 hours are left, or over."""
    row.left_s = abs((row.due_at - timezone.now()).total_seconds())  # type: ignore[attr-defined]
    return row


def _found(request: HttpRequest, pk: int) -> DataRequest:
    seen = DataRequest.objects.visible_to(request.user).select_related("handled_by")
    return _timed(get_object_or_404(seen, pk=pk))


def _page(found: DataRequest, **forms: Any) -> dict[str, Any]:
    return {
        "data_request": found,
        **(_mine(belongings_of(found)) if found.state == DataRequest.State.OPEN else {}),
        "now": timezone.now(),
        "answer": DataAnswerForm(),
        "export": ExportForm(),
        "crumbs": [{"label": _("Data requests"), "url": "/privacy/requests"}, {"label": f"#{found.pk}"}],
        **forms,
    }


def _mine(found: Belongings) -> dict[str, Any]:
    """What belongs to the asker, as the page shows it: without any word of it."""
    entries = [
        {
            "number": row.report.number,
            "category": row.report.category,
            "sender": row.sender,
            "proven": row in found.proven,
        }
        for row in found.followers
    ]
    return {"entries": entries, "suggestions": found.suggestions, "unproven": found.unproven}


@access("privacy.handle")
@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One request, with what it touches and the time that is left."""
    return render(request, "citizens/desk/data_request.html", _page(_found(request, pk)))


@access("privacy.handle")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry it out, or refuse it."""
    found, form = _found(request, pk), DataAnswerForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            if "refuse" in request.POST:
                refuse_request(found, by=actor_of(request), answer=given["answer"])
            else:
                fulfil_request(found, by=actor_of(request), **given)
            messages.success(request, _("Recorded."))
            return redirect("data-request", pk)
        except Invalid as error:
            show_faults(form, error)
        except Conflict as error:
            messages.warning(request, error.detail)
            return redirect("data-request", pk)
    return render(request, "citizens/desk/data_request.html", _page(found, answer=form), status=422)


@access("privacy.handle")
@require_POST
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is kept of the asker as a file; logged with its reason."""
    found, form = _found(request, pk), ExportForm(request.POST)
    if form.is_valid():
        try:
            data = data_of(found, by=actor_of(request), **form.cleaned_data)
            headers = {"Content-Disposition": f'attachment; filename="data-request-{pk}.json"'}
            return JsonResponse(data, headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 1})
        except Invalid as error:
            show_faults(form, error)
    return render(request, "citizens/desk/data_request.html", _page(found, export=form), status=422)
