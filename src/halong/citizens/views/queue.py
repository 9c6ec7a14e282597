"""The agency's queue by deadline, and who acts for whom."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from halong.citizens.desk import listing
from halong.core.access import access


@access("reports.view")
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The queue: what is open by its deadline, what is over the latest first."""
    return render(request, "citizens/desk/queue.html", listing.context(request))


@access("reports.view")
@require_GET
def reports_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a table."""
    return listing.csv_response(request)
