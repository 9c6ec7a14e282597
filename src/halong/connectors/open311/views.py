"""What goes to and comes from partners, and what a person decides about what was refused."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from halong.connectors.open311 import queries
from halong.connectors.open311.actions import drop_exchange, retry_exchange
from halong.connectors.open311.filters import ExchangeFilter
from halong.connectors.open311.models import Exchange
from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.permissions import has_perm

A_PAGE = 50


@access("sources.view")
@require_GET
def exchanges(request: HttpRequest) -> HttpResponse:
    """Reports that are shared with partners, the newest first."""
    form = ExchangeFilter(request.GET or None, user=request.user)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    source = chosen.get("source")
    found = queries.exchanges(
        request.user,
        state=chosen.get("state", ""),
        direction=chosen.get("direction", ""),
        source=str(source.pk) if source else "",
    )
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    may_settle = has_perm(request.user, "sources.edit")
    return render(request, "open311/exchanges.html", {"page": page, "filter": form, "may_settle": may_settle})


@access("sources.edit")
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again, or give up."""
    link = get_object_or_404(Exchange.objects.visible_to(request.user).select_related("source"), pk=pk)
    act = retry_exchange if request.POST.get("do") == "retry" else drop_exchange
    try:
        act(link, by=actor_of(request))
    except HalongError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("open311-exchange"))
