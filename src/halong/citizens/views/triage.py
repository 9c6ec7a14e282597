"""The duty officer's queue."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from halong.citizens.actions.triage import MOST_AT_ONCE, route_many
from halong.citizens.desk import triage
from halong.citizens.models import Report
from halong.citizens.views.desk import back_to
from halong.core.access import access, actor_of


@access("reports.triage")
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The queue and one report, by keyboard and without."""
    return render(request, "citizens/desk/triage.html", triage.context(request))


@access("reports.triage")
@require_POST
def send_many(request: HttpRequest) -> HttpResponse:
    """Send several on as proposed or laid down; says which couldn't be, and why."""
    chosen = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 16][:MOST_AT_ONCE]
    reports = (
        Report.objects.visible_to(request.user).filter(pk__in=chosen).select_related("category", "place")
    )
    sent = route_many(reports.order_by("pk"), by=actor_of(request))
    if not chosen:
        messages.warning(request, _("Tick the reports first."))
    if sent.done:
        n = len(sent.done)
        messages.success(request, ngettext("%(n)d report sent on.", "%(n)d reports sent on.", n) % {"n": n})
    for number, why in list(sent.failed.items())[:10]:
        messages.warning(request, f"{number}: {why}")
    return HttpResponseRedirect(back_to(request, reverse("reports-triage")))
