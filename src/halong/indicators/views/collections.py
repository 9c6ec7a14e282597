"""Tables that agencies fill in: what is asked, who owes what, filling in, approving."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.faults import show_faults
from halong.core.permissions import has_perm
from halong.indicators import collecting, submitting
from halong.indicators.forms.collecting import CollectionForm
from halong.indicators.listing import tabs
from halong.indicators.models import Collection, Submission

A_PAGE = 50
MINE = 20


@access("indicators.view")
@require_GET
def collections(request: HttpRequest) -> HttpResponse:
    """Every table that is asked for; on top what this person owes or has to decide on."""
    now = timezone.now()
    visible = Submission.objects.visible_to(request.user)
    waiting = visible.waiting().filter(collection__active=True).order_by("due_at")
    owed = [row for row in submitting.owed(waiting, request.user, now) if row.mine]
    handed = visible.filter(state=Submission.State.SUBMITTED).order_by("submitted_at")
    handed = handed.select_related("submitted_by")
    decide = [
        row
        for row in submitting.owed(handed, request.user, now)
        if submitting.may_approve(request.user, row.submission)
    ]
    context = {
        "collections": submitting.collections_of(request.user),
        "mine": owed[:MINE],
        "decide": decide[:MINE],
        "tabs": tabs(request, "collections"),
        "may_edit": has_perm(request.user, "indicators.edit"),
    }
    return render(request, "indicators/collections.html", context)


@access("indicators.view")
@require_GET
def collection(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: what it asks, of whom, and how each period went."""
    found = get_object_or_404(Collection.objects.select_related("approver"), pk=pk)
    rows = Submission.objects.visible_to(request.user).filter(collection=found)
    rows = rows.select_related("collection__approver", "agency").order_by("-label", "agency__sort_key")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    ids = [row.pk for row in page]
    shown = Submission.objects.filter(pk__in=ids).order_by("-label", "agency__sort_key")
    context = {
        "collection": found,
        "indicators": found.indicators.order_by("order", "key").prefetch_related("definitions"),
        "agencies": found.agencies.order_by("sort_key"),
        "page": page,
        "rows": submitting.owed(shown, request.user, timezone.now()),
        "may_edit": has_perm(request.user, "indicators.edit"),
    }
    return render(request, "indicators/collection.html", context)


@access("indicators.edit")
@require_http_methods(["GET", "POST"])
def new_collection(request: HttpRequest) -> HttpResponse:
    """Ask agencies for a table."""
    return _edit(request, None, CollectionForm(request.POST or None))


@access("indicators.edit")
@require_http_methods(["GET", "POST"])
def edit_collection(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for something else from now on."""
    found = get_object_or_404(Collection, pk=pk)
    names = ("title", "title_en", "grain", "due_days", "approver", "starts")
    initial: dict[str, Any] = {name: getattr(found, name) for name in names}
    initial |= {"indicators": found.indicators.all(), "agencies": found.agencies.all()}
    return _edit(request, found, CollectionForm(request.POST or None, initial=initial))


def _edit(request: HttpRequest, found: Collection | None, form: CollectionForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            made = collecting.save_collection(form.draft(), by=actor_of(request), collection=found)
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("collection", made.pk)
    context = {"form": form, "collection": found}
    return render(request, "indicators/collection_form.html", context, status=422 if form.errors else 200)


@access("indicators.edit")
@require_POST
def switch_collection(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop asking, or begin again."""
    found = get_object_or_404(Collection, pk=pk)
    active = request.POST.get("active") == "1"
    collecting.switch_collection(found, by=actor_of(request), active=active)
    messages.success(
        request, _("Agencies are asked again.") if active else _("Agencies are no longer asked.")
    )
    return redirect("collection", pk)
