"""The list of rules, one rule, its form, and its trial on the past."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.permissions import has_perm
from halong.core.sector import find_type
from halong.rules import actions, queries
from halong.rules.choices import unit_of, with_limit
from halong.rules.describe import describe
from halong.rules.drafts import draft_of
from halong.rules.forms import FORMS, RuleForm, initial_of
from halong.rules.listing import RuleFilter, kinds, property_words, sentence
from halong.rules.models import Rule, RuleTrial
from halong.rules.trial import load_trial

A_PAGE = 50
MONTH = timedelta(days=30)


@access("rules.view")
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule, with how many alerts it raised in the last 30 days."""
    form = RuleFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = Paginator(queries.listed(request.user, **wanted), A_PAGE).get_page(request.GET.get("page"))
    raised = queries.raised_counts(timezone.now() - MONTH)
    rows = [{"rule": rule, "words": sentence(rule), "raised": raised.get(rule.pk, 0)} for rule in page]
    may_edit = has_perm(request.user, "rules.edit")
    return render(
        request, "rules/list.html", {"page": page, "rows": rows, "filter": form, "may_edit": may_edit}
    )


@access("rules.view")
@require_GET
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: what it says, what it did, who changed it."""
    found = get_object_or_404(Rule.objects.visible_to(request.user).select_related("place", "agency"), pk=pk)
    context = {
        "rule": found,
        "condition": describe(found.kind, found.params, found.averaging),
        "property": property_words(found),
        "types": [kind.plural if (kind := find_type(name)) else name for name in found.types],
        "raised": (raised := queries.raised_counts(timezone.now() - MONTH).get(found.pk, 0)),
        "stats": [
            {"label": _("Raised"), "value": raised},
            {"label": _("Stand now"), "value": found.states.filter(active=True).count()},
        ],
        "entities": found.entities.all()[:50],
        "history": queries.history(found),
        "may_edit": has_perm(request.user, "rules.edit", found),
    }
    return render(request, "rules/rule.html", context)


@access("rules.edit")
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which kind of rule?"""
    return render(request, "rules/choose.html", {"kinds": kinds()})


@access("rules.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """A new rule; it is switched off until somebody switches it on."""
    form = _form(request, kind)
    if request.method == "POST" and form.is_valid():
        made = actions.create_rule(form.draft(), by=actor_of(request))
        messages.success(request, _("The rule is written down. It is switched off."))
        return redirect("rule", made.pk)
    context = {"form": form, "kind": kind, "label": Rule.Kind(kind).label}
    return render(request, "rules/form.html", context, status=422 if form.is_bound else 200)


@access("rules.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a rule."""
    found = get_object_or_404(Rule.objects.visible_to(request.user), pk=pk)
    form = _form(request, found.kind, {**initial_of(draft_of(found)), "version": found.version})
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        actions.change_rule(found, form.draft(), by=actor_of(request), version=version)
        messages.success(request, _("The rule is changed."))
        return redirect("rule", found.pk)
    context = {"form": form, "rule": found, "kind": found.kind, "label": found.get_kind_display()}
    return render(request, "rules/form.html", context, status=422 if form.is_bound else 200)


@access("rules.edit")
@require_GET
def fields(request: HttpRequest, kind: str) -> HttpResponse:
    """The form again as it was filled in so far: another property has other limits, a limit fills in its
    numbers.
    """
    if kind not in FORMS:
        raise Http404
    many = {"types", "entities"}
    shown: dict[str, Any] = {
        name: request.GET.getlist(name) if name in many else request.GET.get(name) for name in request.GET
    }
    if request.GET.get("chosen") == "limit_id":
        shown = with_limit(shown)
    else:
        shown["unit"] = unit_of(shown.get("property") or "")
    form = FORMS[kind](initial={**shown, "kind": kind}, user=request.user)
    return render(request, "rules/fields.html", {"form": form, "kind": kind})


@access("rules.edit")
@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """On or off."""
    found = get_object_or_404(Rule.objects.visible_to(request.user), pk=pk)
    enabled = request.POST.get("enabled") == "1"
    actions.switch_rule(found, by=actor_of(request), enabled=enabled)
    messages.success(request, _("The rule is switched on.") if enabled else _("The rule is switched off."))
    return redirect("rule", found.pk)


@access("rules.edit")
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A second one like it."""
    made = actions.copy_rule(
        get_object_or_404(Rule.objects.visible_to(request.user), pk=pk), by=actor_of(request)
    )
    return redirect("rule-edit", made.pk)


@access("rules.edit")
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Away with it, if it never raised an alert."""
    found = get_object_or_404(Rule.objects.visible_to(request.user), pk=pk)
    actions.delete_rule(found, by=actor_of(request))
    messages.success(request, _("The rule is deleted."))
    return redirect("rules")


@access("rules.edit")
@require_POST
def start_trial(request: HttpRequest, kind: str) -> HttpResponse:
    """Try the rule that is in the form on the last 30 days, without saving it."""
    form = _form(request, kind)
    if not form.is_valid():
        return render(request, "rules/trial.html", {"form": form}, status=422)
    trial = actions.start_trial(form.draft(), by=actor_of(request))
    return _show_trial(request, trial)


@access("rules.edit")
@require_POST
def try_existing(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a rule as it stands."""
    found = get_object_or_404(Rule.objects.visible_to(request.user), pk=pk)
    return _show_trial(request, actions.start_trial(draft_of(found), by=actor_of(request)))


@access("rules.edit")
@require_POST
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """A bit more of the trial: the page asks until it is done or left."""
    trial = get_object_or_404(RuleTrial.objects.visible_to(request.user), pk=pk)
    actions.advance_trial(trial, by=actor_of(request))
    trial.refresh_from_db()
    return _show_trial(request, trial)


@access("rules.edit")
@require_GET
def cancel_trial(request: HttpRequest) -> HttpResponse:
    """Nobody asks for more of the trial, so it ends; the nightly job clears it away."""
    return HttpResponse()


def _show_trial(request: HttpRequest, trial: RuleTrial) -> HttpResponse:
    found = load_trial(trial.result)
    return render(request, "rules/trial.html", {"trial": trial, "found": found, **queries.trial_rows(found)})


def _form(request: HttpRequest, kind: str, initial: dict[str, Any] | None = None) -> RuleForm:
    if kind not in FORMS:
        raise Http404
    if request.method == "POST":
        return FORMS[kind](request.POST, user=request.user)
    given = {name: value for name, value in request.GET.items() if name in {"property", "limit_id"}}
    given |= {"unit": unit_of(str(given.get("property", "")))}
    return FORMS[kind](initial={**with_limit(given), **(initial or {}), "kind": kind}, user=request.user)
