"""The bell, one's notices, and the state of the e-mails."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from halong.core.access import access, actor_of, signed_in
from halong.core.permissions import has_perm
from halong.notify import actions, mail
from halong.notify.bell import context
from halong.notify.models import Delivery, Notice
from halong.notify.queries import notices_of, outbox, unread_count

A_PAGE = 50


def _notice(request: HttpRequest, pk: int) -> Notice:
    return get_object_or_404(Notice.objects.visible_to(request.user).select_related("attachment"), pk=pk)


@signed_in
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """A person's notices, the latest first."""
    only_unread = request.GET.get("show") == "unread"
    unread = unread_count(request.user)
    return render(
        request,
        "notify/list.html",
        {
            "page": Paginator(notices_of(request.user, unread=only_unread), A_PAGE).get_page(
                request.GET.get("page")
            ),
            "only_unread": only_unread,
            "unread": unread,
            "tabs": _tabs(only_unread, unread),
            "may_see_outbox": has_perm(request.user, "system.view"),
        },
    )


def _tabs(only_unread: bool, unread: int) -> list[dict[str, Any]]:
    where = reverse("notices")
    return [
        {"label": pgettext("notices", "All"), "url": where, "current": not only_unread},
        {
            "label": pgettext("notices", "Unread"),
            "url": f"{where}?show=unread",
            "current": only_unread,
            "count": unread,
        },
    ]


@signed_in
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The bell as it stands."""
    return render(request, "notify/bell.html", context(request))


@signed_in
@require_GET
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Opening a notice leads to what it speaks of, and marks it as read."""
    found = _notice(request, pk)
    actions.read_notice(found, by=actor_of(request))
    return HttpResponseRedirect(found.url or reverse("notices"))


@signed_in
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file that came with a notice."""
    kept = _notice(request, pk).attachment
    if kept is None:
        raise Http404
    response = HttpResponse(bytes(kept.content), content_type=kept.media_type)
    response["Content-Disposition"] = content_disposition_header(True, kept.name) or "attachment"
    return response


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything is read."""
    count = actions.read_all(by=actor_of(request))
    messages.success(request, ngettext("{n} notice read", "{n} notices read", count).format(n=count))
    return redirect("notices")


@access("system.view")
@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    """What is on its way by e-mail, and what couldn't be delivered."""
    numbers = outbox()
    found = Delivery.objects.visible_to(request.user).select_related("notice__user").order_by("-pk")
    stats = [
        {"label": pgettext("delivery", "Waiting"), "value": numbers.waiting},
        {"label": _("Sent in 24 hours"), "value": numbers.sent},
        {
            "label": _("Failed in 24 hours"),
            "value": numbers.failed,
            "state": "high" if numbers.failed else "normal",
        },
    ]
    crumbs = [{"label": _("Notices"), "url": reverse("notices")}, {"label": _("E-mails")}]
    shown = {"page": Paginator(found, A_PAGE).get_page(request.GET.get("page")), "stats": stats}
    may_retry = has_perm(request.user, "system.manage")
    return render(
        request,
        "notify/deliveries.html",
        {**shown, "crumbs": crumbs, "set_up": mail.is_set_up(), "may_retry": may_retry},
    )


@access("system.manage")
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a failed one again."""
    actions.retry_delivery(get_object_or_404(Delivery, pk=pk), by=actor_of(request))
    messages.success(request, _("It is tried again within seconds."))
    return redirect("notices-deliveries")
