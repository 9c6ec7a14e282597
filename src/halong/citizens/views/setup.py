"""What the centre lays down for reports: all of it dated, with its source."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.citizens.actions.catalogue import decide_publication, withdraw_publication
from halong.citizens.actions.ending import end_dated
from halong.citizens.desk import setup
from halong.citizens.desk.setup import KINDS, Kind
from halong.citizens.forms.setup import EndForm, PublicationForm
from halong.citizens.models import Publication
from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.faults import show_faults

A_PAGE = 50


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise Http404
    return KINDS[key]


def _tabs(current: str) -> list[dict[str, Any]]:
    return [
        {"label": kind.label, "url": f"?kind={kind.key}", "current": kind.key == current}
        for kind in KINDS.values()
    ]


@access("reports.set_up")
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The rows of one kind."""
    kind, past = _kind(request.GET.get("kind", "categories")), "past" in request.GET
    page = Paginator(setup.rows_of(kind, request.user, past=past), A_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    context = {
        "kind": kind,
        "tabs": _tabs(kind.key),
        "page": page,
        "rows": [setup.cells(kind, row, today) for row in page],
        "past": past,
        "now": timezone.now(),
        "form": PublicationForm() if kind.form is None else None,
    }
    return render(request, "citizens/desk/setup.html", context)


@access("reports.set_up")
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, key: str, pk: int = 0) -> HttpResponse:
    """A new row; with ``pk`` it replaces that one from its day on."""
    kind = _kind(key)
    if kind.form is None:
        raise Http404
    old = get_object_or_404(setup.rows_of(kind, request.user, past=True), pk=pk) if pk else None
    form = setup.form_for(kind, old, request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, kind, form, old):
        return redirect(f"/reports/set-up?kind={kind.key}")
    context = {"kind": kind, "form": form, "old": old}
    return render(request, "citizens/desk/setup_form.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, kind: Kind, form: Any, old: Any) -> bool:
    try:
        setup.save(kind, form, old, by=actor_of(request))
    except HalongError as error:
        show_faults(form, error)
        return False
    except ValidationError as error:
        form.add_error(None, "; ".join(error.messages))
        return False
    messages.success(request, _("Saved."))
    return True


@access("reports.set_up")
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Let a row end without another in its place."""
    kind = _kind(key)
    if kind.key not in setup.ENDS:
        raise Http404
    row = get_object_or_404(setup.rows_of(kind, request.user, past=False), pk=pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_dated(row, by=actor_of(request), **form.cleaned_data)
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(f"/reports/set-up?kind={kind.key}")
    cell = setup.cells(kind, row, timezone.localdate())
    context = {"kind": kind, "form": form, "cell": cell}
    return render(request, "citizens/desk/setup_end.html", context, status=422 if form.errors else 200)


@access("reports.set_up")
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Record the decision that a table becomes public."""
    form = PublicationForm(request.POST)
    if form.is_valid():
        try:
            decide_publication(by=actor_of(request), **form.cleaned_data)
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(
                request, _("Recorded. The table becomes public after five working days for objections.")
            )
            return redirect("/reports/set-up?kind=publication")
    kind = KINDS["publication"]
    context = {"kind": kind, "tabs": _tabs(kind.key), "rows": [], "form": form, "now": timezone.now()}
    return render(request, "citizens/desk/setup.html", context, status=422)


@access("reports.set_up")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a comparison internal again."""
    withdraw_publication(get_object_or_404(Publication, pk=pk), by=actor_of(request))
    messages.success(request, _("The table is internal again."))
    return redirect("/reports/set-up?kind=publication")
