"""What the public gets to see: photos that wait to be released, and what was done about it."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from halong.citizens.actions.moderation import release_photo, take_back_photo
from halong.citizens.models import Moderation, Photo, Report
from halong.citizens.queries import queues
from halong.citizens.views.desk import back_to
from halong.context.scope import scope_of, selectors
from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.permissions import scope_q

A_PAGE = 24
LOG = 30


def _photo(request: HttpRequest, pk: int) -> Photo:
    reports = Report.objects.filter(scope_q(request.user, "reports.moderate"))
    rows = Photo.objects.filter(report__in=reports).select_related("report__category", "report__place")
    return get_object_or_404(rows, pk=pk)


@access("reports.moderate")
@require_GET
def photos(request: HttpRequest) -> HttpResponse:
    """Photos that wait, one of them large with the parts to cover; below what was done lately."""
    scope = scope_of(request, remember=False)
    page = Paginator(queues.photos_to_release(request.user, scope), A_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    chosen = next((row for row in rows if str(row.pk) == request.GET.get("at")), rows[0] if rows else None)
    log = Moderation.objects.filter(
        report__in=Report.objects.filter(scope_q(request.user, "reports.moderate"))
    )
    context = {
        "page": page,
        "rows": rows,
        "photo": chosen,
        "log": log.select_related("report__category", "by").order_by("-at")[:LOG],
        "scope": selectors(scope, request, timezone.localdate()),
    }
    return render(request, "citizens/desk/moderation.html", context)


@access("reports.moderate")
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the public copy, with the chosen parts covered."""
    photo = _photo(request, pk)
    try:
        release_photo(photo, by=actor_of(request), covered=_boxes(request.POST.get("covered", "")))
    except (Conflict, Invalid) as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("The photo is public now."))
    return HttpResponseRedirect(back_to(request, reverse("reports-moderation")))


def _boxes(text: str) -> Any:
    """``[[left, top, width, height], …]`` as the page sends it; the action judges the numbers."""
    try:
        boxes = json.loads(text or "[]")
        covered = [[float(side) for side in box] for box in boxes]
    except (ValueError, TypeError, RecursionError):
        boxes, covered = None, []
    if not isinstance(boxes, list):
        raise Invalid(_("A covered part lies outside of the picture."))
    return covered


@access("reports.moderate")
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The public sees it no longer."""
    try:
        take_back_photo(_photo(request, pk), by=actor_of(request), reason=request.POST.get("reason", ""))
    except (Conflict, Invalid) as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("The photo is no longer public."))
    return HttpResponseRedirect(back_to(request, reverse("reports-moderation")))
