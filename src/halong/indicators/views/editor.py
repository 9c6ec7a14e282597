"""Making and changing indicators: the form, what it would have said in the last month, targets."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.faults import show_faults
from halong.core.permissions import require
from halong.indicators import editing
from halong.indicators.drafts import draft_of
from halong.indicators.forms.definition import DefinitionForm, initial_of
from halong.indicators.forms.specs import FORMS, spec_initial, with_limit
from halong.indicators.forms.targets import TargetForm
from halong.indicators.models import Definition, Indicator, Target
from halong.indicators.preview import preview_of
from halong.indicators.views.pages import found

MANY = {"types"}
KINDS = {
    "series": _("What stations and devices measure: over a period, then over all things."),
    "records": _("What Halong keeps records of: alerts, tasks, sources, things."),
    "formula": _("A calculation with other indicators."),
    "table": _("Figures that agencies type or import each period, and somebody approves."),
}


def _form(
    request: HttpRequest, kind: str, initial: dict[str, Any] | None = None, **given: Any
) -> DefinitionForm:
    if kind not in FORMS:
        raise Http404
    if request.method == "POST":
        return FORMS[kind](request.POST, **given)
    return FORMS[kind](initial={"kind": kind, **(initial or {})}, **given)


@access("indicators.edit")
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """From what?"""
    kinds = [
        {"label": Definition.Kind(kind).label, "text": _(text), "url": reverse("indicator-make", args=[kind])}
        for kind, text in KINDS.items()
    ]
    return render(request, "indicators/choose.html", {"kinds": kinds})


@access("indicators.edit")
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest, kind: str) -> HttpResponse:
    """A new indicator."""
    form = _form(request, kind)
    if request.method == "POST" and form.is_valid():
        try:
            made = editing.create_indicator(form.draft(), by=actor_of(request))
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("The indicator is made. Its values are being computed."))
            return redirect("indicator", made.pk)
    return _page(request, form, kind)


@access("indicators.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one: from a day on it means something else; before, it stays what it was."""
    indicator = found(request, pk)
    require(request.user, "indicators.edit", indicator)
    newest = max(indicator.definitions.all(), key=lambda definition: definition.version)
    form = _form(request, newest.kind, _initial(indicator, newest), indicator=indicator)
    if request.method == "POST" and form.is_valid():
        draft, version = form.draft(), form.cleaned_data["version"]
        if draft.means_the_same(draft_of(indicator, newest)):
            draft.valid_from = (
                newest.valid_from
            )  # the owner or the order only: no new version from another day
        try:
            editing.define_indicator(indicator, draft, by=actor_of(request), version=version)
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("The indicator is changed."))
            return redirect("indicator", pk)
    return _page(request, form, newest.kind, indicator=indicator, name=newest.title)


def _initial(indicator: Indicator, newest: Definition) -> dict[str, Any]:
    return {
        **initial_of(draft_of(indicator, newest)),
        **spec_initial(newest.kind, newest.spec),
        "valid_from": max(timezone.localdate(), newest.valid_from),
        "version": newest.version,
    }


def _page(request: HttpRequest, form: DefinitionForm, kind: str, **more: Any) -> HttpResponse:
    context = {"form": form, "kind": kind, "label": Definition.Kind(kind).label, **more}
    return render(request, "indicators/form.html", context, status=422 if form.errors else 200)


@access("indicators.edit")
@require_GET
def fields(request: HttpRequest, kind: str) -> HttpResponse:
    """The form again as it was filled in so far: another property has other kinds of things and limits."""
    if kind not in FORMS:
        raise Http404
    shown: dict[str, Any] = {
        name: request.GET.getlist(name) if name in MANY else request.GET.get(name) for name in request.GET
    }
    if request.GET.get("chosen") == "limit_id":
        shown = with_limit(shown)
    form = FORMS[kind](initial={**shown, "kind": kind})
    return render(request, "indicators/fields.html", {"form": form, "kind": kind})


@access("indicators.edit")
@require_POST
def preview(request: HttpRequest, kind: str) -> HttpResponse:
    """What the indicator in the form would have said in the last month; nothing is kept."""
    known = request.GET.get("indicator", "")
    indicator = found(request, int(known)) if known.isdigit() else None
    form = _form(request, kind, indicator=indicator)
    if not form.is_valid():
        return render(request, "indicators/preview.html", {"form": form}, status=422)
    context = preview_of(form.draft(), request.user, timezone.now())
    return render(request, "indicators/preview.html", context)


@access("indicators.edit")
@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Retire an indicator, or take it back; its values stay."""
    indicator = found(request, pk)
    active = request.POST.get("active") == "1"
    editing.switch_indicator(indicator, by=actor_of(request), active=active)
    messages.success(
        request, _("The indicator is in use again.") if active else _("The indicator is retired.")
    )
    return redirect("indicator", pk)


@access("indicators.edit")
@require_http_methods(["GET", "POST"])
def targets(request: HttpRequest, pk: int) -> HttpResponse:
    """What it shall reach, by place, agency and time."""
    indicator = found(request, pk)
    require(request.user, "indicators.edit", indicator)
    form = TargetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            editing.set_target(indicator, by=actor_of(request), **form.cleaned_data)
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("The target is set."))
            return redirect("indicator-targets", pk)
    context = {
        "indicator": indicator,
        "definition": indicator.definition,
        "targets": indicator.targets.select_related("place", "agency").order_by("-valid_from", "pk"),
        "form": form,
    }
    return render(request, "indicators/targets_edit.html", context, status=422 if form.errors else 200)


@access("indicators.edit")
@require_POST
def drop_target(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a target away."""
    target = get_object_or_404(Target.objects.select_related("indicator"), pk=pk)
    get_object_or_404(Indicator.objects.visible_to(request.user), pk=target.indicator_id)
    editing.drop_target(target, by=actor_of(request))
    messages.success(request, _("The target is taken away."))
    return redirect("indicator-targets", target.indicator_id)
