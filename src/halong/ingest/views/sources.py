"""Sources: how they fare, connecting and changing them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.permissions import has_perm, require
from halong.ingest import actions, queries
from halong.ingest.connector import connectors
from halong.ingest.forms import OwnershipForm
from halong.ingest.models import Source
from halong.ingest.pages import editor_of, page_of, trial_of, typed

A_PAGE = 50


def visible(request: HttpRequest, pk: int) -> Source:
    """A source that the caller may see."""
    return get_object_or_404(queries.sources_with_health(request.user), pk=pk)


@access("sources.view")
@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """Every source and how it fares."""
    found = queries.sources_with_health(request.user).order_by("-enabled", "name")
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    may_edit = has_perm(request.user, "sources.edit")
    labels = {key: found.manifest.label for key, found in connectors().items()}
    return render(request, "ingest/sources.html", {"page": page, "kinds": labels, "may_edit": may_edit})


@access("sources.view")
@require_GET
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: health, history, what is held, what its client needs."""
    return render(request, "ingest/source.html", page_of(visible(request, pk), request))


@access("sources.view")
@require_GET
def counts(request: HttpRequest, pk: int) -> JsonResponse:
    """What came through, step by step, for the chart."""
    period = "day" if request.GET.get("period") == "day" else "hour"
    step, rows = queries.counts_by_step(visible(request, pk), period)
    names = ((1, _("Readings stored")), (2, _("Set aside")), (3, _("Failed")))
    series = [
        {
            "name": name,
            "unit": "",
            "decimals": 0,
            "interval": step,
            "points": [[row[0], row[n], 0] for row in rows],
        }
        for n, name in names
    ]
    return JsonResponse({"series": series, "limits": []})


@access("sources.edit")
@require_GET
def kinds(request: HttpRequest) -> HttpResponse:
    """Which kind of source to connect."""
    return render(
        request, "ingest/kinds.html", {"kinds": [found.manifest for found in connectors().values()]}
    )


@access("sources.edit")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of a new source. What its client needs is shown in the answer, once."""
    context = editor_of(request, kind)
    if request.method != "POST" or not context["valid"]:
        return render(request, "ingest/editor.html", context, status=422 if request.method == "POST" else 200)
    own: OwnershipForm = context["own"]
    try:
        added, needs = actions.add_source(
            kind,
            own.cleaned_data["name"],
            typed(context["form"]),
            by=actor_of(request),
            ownership=own.ownership(),
        )
    except HalongError as error:
        return render(request, "ingest/editor.html", {**context, "error": error}, status=422)
    return render(request, "ingest/added.html", {"source": added, "needs": needs, "new": True})


@access("sources.edit")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a source that exists."""
    found = visible(request, pk)
    require(request.user, "sources.edit", found)
    context = editor_of(request, found.kind, found)
    if request.method != "POST" or not context["valid"]:
        return render(request, "ingest/editor.html", context, status=422 if request.method == "POST" else 200)
    own: OwnershipForm = context["own"]
    try:
        actions.change_source(
            found, typed(context["form"]), by=actor_of(request), name=own.cleaned_data["name"],
            ownership=own.ownership(enabled=found.enabled),
        )  # fmt: skip
    except HalongError as error:
        return render(request, "ingest/editor.html", {**context, "error": error}, status=422)
    messages.success(request, _("The source was changed."))
    return HttpResponseRedirect(reverse("source", args=[pk]))


@access("sources.edit")
@require_POST
def trial(request: HttpRequest, kind: str) -> HttpResponse:
    """Try the settings that are typed; nothing is saved."""
    pk = request.GET.get("source", "")
    found = visible(request, int(pk)) if pk.isdigit() else None
    return render(request, "ingest/trial.html", trial_of(request, kind, found))


@access("sources.edit")
@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """On or off."""
    on = request.POST.get("on") == "1"
    actions.switch_source(visible(request, pk), by=actor_of(request), on=on)
    messages.success(request, _("The source is switched on.") if on else _("The source is switched off."))
    return HttpResponseRedirect(reverse("source", args=[pk]))


@access("sources.edit")
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A new password or key, shown once."""
    found = visible(request, pk)
    needs = actions.renew_credentials(found, by=actor_of(request))
    return render(request, "ingest/added.html", {"source": found, "needs": needs, "new": False})


@access("sources.edit")
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Disconnect for good, when its name was typed."""
    found = visible(request, pk)
    if request.POST.get("name", "").strip() != found.name:
        messages.error(request, _("The name that was typed isn't the source's."))
        return HttpResponseRedirect(reverse("source", args=[pk]))
    actions.remove_source(found, by=actor_of(request))
    messages.success(request, _("The source was removed. Its readings stay."))
    return HttpResponseRedirect(reverse("sources"))
