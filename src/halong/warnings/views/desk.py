"""The list of warnings, one warning, writing one, and each step of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.context.scope import scope_of
from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Forbidden, HalongError, Invalid
from halong.core.faults import show_faults
from halong.core.permissions import has_perm
from halong.warnings import actions, queries
from halong.warnings.actions.after import areas_of
from halong.warnings.building import message_of
from halong.warnings.cap.writing import write
from halong.warnings.desk import STATES, context, preview
from halong.warnings.forms.draft import DraftForm, of_nothing, of_warning
from halong.warnings.forms.setup import ReasonForm
from halong.warnings.models import Warning, Wording
from halong.warnings.sketch import sketch

A_PAGE = 50


def _warning(request: HttpRequest, pk: int) -> Warning:
    rows = Warning.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("authority", "approved_by", "replaces", "place"), pk=pk)


@access("warnings.view")
@require_GET
def warnings(request: HttpRequest) -> HttpResponse:
    """The list: what is open, what is in force, what is over."""
    tab = request.GET.get("tab", "open")
    tab = tab if tab in queries.TABS else "open"
    scope, q = scope_of(request), request.GET.get("q", "")[:100]
    rows = queries.listing(request.user, scope, tab=tab, q=q)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    given = {"page": page, "tab": tab, "q": q, "tabs": _tabs(request, tab), "states": STATES}
    return render(request, "warnings/list.html", given)


def _tabs(request: HttpRequest, tab: str) -> list[dict[str, Any]]:
    counts = queries.counts(request.user, scope_of(request))
    labels = {"open": _("Being prepared"), "force": _("In force"), "over": _("Over"), "all": _("All")}
    url = reverse("warnings")
    return [
        {"label": labels[key], "url": f"{url}?tab={key}", "current": key == tab, "count": counts[key]}
        for key in queries.TABS
    ]


@access("warnings.view")
@require_GET
def warning(request: HttpRequest, pk: int) -> HttpResponse:
    """One warning: as citizens see it, the four eyes, what is missing, where it went."""
    found = _warning(request, pk)
    may = {"may_edit": found.is_open and has_perm(request.user, "warnings.draft", found)}
    return render(request, "warnings/warning.html", context(found, request.user) | may)


@access("warnings.view")
@require_GET
def warning_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The message as it went out, or as it would."""
    found = _warning(request, pk)
    content = found.xml.encode() or write(message_of(found, timezone.now()))
    return HttpResponse(content, content_type="application/xml; charset=utf-8")


@access("warnings.draft")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a warning: from nothing, from prepared words, or from an incident (the address says which)."""
    if request.method == "GET":
        return _form(request, DraftForm(initial=of_nothing(request.GET)))
    form = DraftForm(request.POST)
    if form.is_valid():
        try:
            return redirect("warning", actions.draft_warning(form.draft(), by=actor_of(request)).pk)
        except HalongError as error:
            show_faults(form, error)
    return _form(request, form)


@access("warnings.draft")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the words; what was checked or approved has to be so again."""
    found = _warning(request, pk)
    if not found.is_open:
        raise Http404
    if request.method == "GET":
        return _form(request, DraftForm(initial=of_warning(found), areas=areas_of(found)), found)
    form = DraftForm(request.POST, areas=areas_of(found))
    if form.is_valid():
        found.version = form.cleaned_data["version"] or found.version  # as the person saw it
        try:
            actions.edit_warning(found, form.draft(), by=actor_of(request))
            return redirect("warning", pk)
        except (Invalid, Conflict, Forbidden) as error:
            show_faults(form, error)
    return _form(request, form, found)


def _form(request: HttpRequest, form: DraftForm, found: Warning | None = None) -> HttpResponse:
    given = {
        "form": form,
        "warning": found,
        "wordings": Wording.objects.all(),
        "asked": request.GET,
        "back": reverse("warning", args=[found.pk]) if found else reverse("warnings"),
    }
    return render(request, "warnings/form.html", given, status=422 if form.errors else 200)


@access("warnings.draft")
@require_POST
def shown(request: HttpRequest) -> HttpResponse:
    """As a citizen would see what stands in the form now; nothing is kept."""
    return render(request, "warnings/parts/preview.html", preview(*sketch(DraftForm(request.POST))))


@access("warnings.view")
@require_GET
def dialog(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """The reason for a step that asks for one."""
    found = _warning(request, pk)
    given = next((one for one in context(found, request.user)["steps"] if one.key == step), None)
    if given is None or not given.reason:
        raise Http404
    shown = {"pk": pk, "version": found.version, "step": given, "form": ReasonForm()}
    return render(request, "warnings/dialog.html", shown)


STEPS: dict[str, Callable[..., Any]] = {
    "check": actions.check_warning,
    "approve": actions.approve_warning,
    "publish": actions.publish_warning,
    "return": actions.return_warning,
    "drop": actions.drop_warning,
    "update": actions.update_warning,
    "over": lambda found, *, by: actions.cancel_warning(found, by=by, reason="over"),
    "mistake": lambda found, *, by: actions.cancel_warning(found, by=by, reason="mistake"),
}


@access("warnings.view")
@require_POST
def take(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Do one step; the action says whether this person may."""
    found = _warning(request, pk)
    if step not in STEPS:
        raise Http404
    seen = request.POST.get("version", "")
    found.version = int(seen) if seen.isdecimal() and len(seen) < 9 else found.version  # as the person saw it
    more = {"reason": request.POST.get("reason", "")} if step in ("return", "drop") else {}
    try:
        made = STEPS[step](found, by=actor_of(request), **more)
    except (Conflict, Invalid, Forbidden) as error:
        messages.warning(request, " ".join(dict.fromkeys([error.detail, *error.fields.values()])))
        return redirect("warning", pk)
    if step == "update":
        return redirect("warning-edit", made.pk)
    return redirect("warning", made.pk if made is not None else pk)
