"""Suggestions of citizens: looked into, answered, published when used."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from halong.citizens.actions.voices import answer_suggestion, consider_suggestion, withdraw_suggestion
from halong.citizens.desk.listing import chosen_tab, tabs_of
from halong.citizens.forms.voices_desk import ConsiderForm, ReasonForm, SuggestionAnswerForm, SuggestionFilter
from halong.citizens.models import Suggestion
from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.faults import show_faults
from halong.core.permissions import has_perm
from halong.core.text import fold

A_PAGE = 50
DOES: dict[str, tuple[type[Form], Callable[..., Any]]] = {
    "consider": (ConsiderForm, consider_suggestion),
    "answer": (SuggestionAnswerForm, answer_suggestion),
    "withdraw": (ReasonForm, withdraw_suggestion),
}


def _seen(request: HttpRequest) -> "QuerySet[Suggestion]":
    return (
        Suggestion.objects.visible_to(request.user).select_related("place", "agency").defer("place__boundary")
    )


def _tabs() -> dict[str, str]:
    return {
        "received": pgettext("suggestions", "Received"),
        "considered": pgettext("suggestions", "Being considered"),
        "answered": pgettext("suggestions", "Answered"),
        "used": pgettext("suggestions", "Used"),
    }


@access("reports.view")
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """The list, what waits by its deadline, what is over the latest first."""
    names, form = _tabs(), SuggestionFilter(request.GET)
    tab, wanted = chosen_tab(request, names), form.wanted()
    counts = dict(_seen(request).order_by().values_list("state").annotate(n=Count("pk")))
    found = _seen(request).filter(state=tab, **({"kind": wanted["kind"]} if wanted.get("kind") else {}))
    for word in fold(wanted.get("q") or "").split():
        found = found.filter(folded__contains=word)
    order = ("due_at", "pk") if tab in ("received", "considered") else ("-changed_at", "-pk")
    context = {
        "page": Paginator(found.order_by(*order), A_PAGE).get_page(request.GET.get("page")),
        "tab": tab,
        "tabs": tabs_of(request.GET, names, tab, {key: counts.get(key, 0) for key in names}),
        "filter": form,
        "narrowed": bool(wanted.get("q") or wanted.get("kind")),
        "now": timezone.now(),
    }
    return render(request, "citizens/desk/suggestions.html", context)


@access("reports.view")
@require_GET
def suggestion(request: HttpRequest, pk: int) -> HttpResponse:
    """One suggestion, and what may be done about it."""
    found = get_object_or_404(_seen(request), pk=pk)
    return render(request, "citizens/desk/suggestion.html", _page(request, found))


def _page(request: HttpRequest, found: Suggestion, **forms: Any) -> dict[str, Any]:
    given = {"text": found.answer, "use": found.use, "publish": found.published_at is not None}
    return {
        "suggestion": found,
        "may_handle": has_perm(request.user, "suggestions.handle", found),
        "consider": ConsiderForm(),
        "answer": SuggestionAnswerForm(initial=given),
        "withdraw": ReasonForm(),
        "crumbs": [{"label": _("Suggestions"), "url": "/suggestions"}, {"label": found.title}],
        "now": timezone.now(),
        **forms,
    }


@access("suggestions.handle")
@require_POST
def take(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Consider, answer or withdraw it."""
    found = get_object_or_404(_seen(request), pk=pk)
    if name not in DOES:
        raise Http404
    form_class, act = DOES[name]
    form = form_class(request.POST)
    if form.is_valid():
        try:
            act(found, by=actor_of(request), **form.cleaned_data)
            messages.success(request, _("Recorded."))
            return redirect("suggestion", pk)
        except Invalid as error:
            show_faults(form, error)
        except Conflict as error:
            messages.warning(request, error.detail)
            return redirect("suggestion", pk)
    return render(request, "citizens/desk/suggestion.html", _page(request, found, **{name: form}), status=422)
