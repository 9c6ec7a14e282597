"""The log, for auditors."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from halong.audit import actions, chain, export
from halong.audit.forms import LogFilter
from halong.audit.queries import entries
from halong.core.access import access, actor_of

A_PAGE = 100


@access("audit.view")
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """Who did what: filtered, by pages, with the state of the chain."""
    form = LogFilter(request.GET)
    found = entries(request.user, **(form.cleaned_data if form.is_valid() else {}))
    context = {
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "filter": form,
        "head": chain.head(),
        "late": chain.waiting(),
    }
    return render(request, "audit/log.html", context)


@access("audit.view")
@require_GET
def download(request: HttpRequest) -> HttpResponseBase:
    """The filtered log as CSV."""
    form = LogFilter(request.GET)
    found = entries(request.user, **(form.cleaned_data if form.is_valid() else {}))
    actions.record(actor_of(request), "audit.export", query=request.GET.urlencode()[:500])
    return export.csv_response(found)


@access("audit.view")
@never_cache
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Compute the whole chain again and say what came of it."""
    return render(request, "audit/verified.html", {"report": chain.verify_chain()})
