"""The page of alarm quality, its proposals, and planned maintenance."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.alerts.models import Alert, Maintenance, Tuning
from halong.alerts.quality import measures, proposals, quieting
from halong.alerts.quality.forms import MaintenanceForm
from halong.context.models import Entity
from halong.core.access import access, actor_of
from halong.core.errors import Invalid
from halong.core.faults import show_faults
from halong.core.permissions import has_perm
from halong.rules.models import Rule

SPANS = {"24h": 24, "7d": 168, "30d": 720}


@access("alerts.view")
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """The figures against those of the standard, and what would make alarms fewer."""
    span = request.GET.get("span", "24h")
    span = span if span in SPANS else "24h"
    now = timezone.now()
    found = measures.quality(Alert.objects.visible_to(request.user), now, SPANS[span])
    visible = Rule.objects.visible_to(request.user)
    rules = list(visible.filter(pk__in={one.rule_id for one in found.sources[:10] if one.rule_id}))
    context = {
        "crumbs": _crumbs(_("Alarm quality")),
        "quality": found,
        "figures": figures(found),
        "spans": _spans(span),
        "chart": [round(n) for n in found.per_slot[-144:]],
        "proposals": proposals.proposals_for(rules, now),
        "tunings": Tuning.objects.filter(rule__in=visible).select_related("rule", "by").order_by("-at")[:10],
        "may_tune": has_perm(request.user, "rules.edit"),
    }
    return render(request, "alerts/quality.html", context)


def figures(found: measures.Quality) -> list[dict[str, Any]]:
    """Each figure beside the one it is held against."""

    def row(label: str, value: float, aim: float | None, unit: str = "", decimals: int = 1) -> dict[str, Any]:
        fine = aim is None or value <= aim
        state = "normal" if fine else "attention" if aim and value <= 2 * aim else "high"
        return {
            "label": label,
            "value": value,
            "aim": aim,
            "unit": unit,
            "decimals": decimals,
            "state": state,
        }

    return [
        row(_("Alerts an operator in 10 minutes, mean"), found.mean, measures.ACCEPTABLE),
        row(_("Worst 10 minutes"), found.peak, measures.FLOOD, decimals=0),
        row(_("10-minute periods in flood"), found.flood_share, measures.FLOOD_SHARE, "%"),
        row(_("Share of the ten most frequent sources"), found.top_share, found.top_aim, "%"),
        row(_("Chattering sources"), found.chattering, 0, decimals=0),
        row(_("Stale: open for more than 24 hours"), found.stale, measures.STALE_MOST, decimals=0),
    ]


def _crumbs(here: str) -> list[dict[str, str]]:
    return [{"label": _("Alerts"), "url": reverse("alerts")}, {"label": here}]


def _spans(current: str) -> list[dict[str, Any]]:
    labels = {"24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days")}
    return [{"label": labels[key], "url": f"?span={key}", "current": key == current} for key in SPANS]


@access("rules.edit")
@require_POST
def tune(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply a proposal."""
    rule = get_object_or_404(Rule.objects.visible_to(request.user), pk=pk)
    given = request.POST
    seconds, version = (
        int(given[name]) if given.get(name, "").isdecimal() else 0 for name in ("seconds", "version")
    )
    proposals.apply_proposal(rule, given.get("kind", ""), seconds, by=actor_of(request), version=version)
    messages.success(request, _("The rule has a new version; it can be undone below."))
    return redirect("alerts-quality")


@access("rules.edit")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo one."""
    visible = Tuning.objects.filter(rule__in=Rule.objects.visible_to(request.user))
    proposals.undo_tuning(get_object_or_404(visible, pk=pk), by=actor_of(request))
    messages.success(request, pgettext("rule", "Undone."))
    return redirect("alerts-quality")


@access("alerts.view")
@require_http_methods(["GET", "POST"])
def maintenance(request: HttpRequest) -> HttpResponse:
    """Planned work: what runs, what comes, and planning it."""
    handles = has_perm(request.user, "alerts.handle")
    asked = request.GET.get("entity", "")
    things = Entity.objects.visible_to(request.user)
    thing = things.filter(pk=asked).first() if asked.isdecimal() else None
    form = MaintenanceForm(request.POST or None, thing=thing)
    try:
        if request.method == "POST" and form.is_valid():
            quieting.plan_maintenance(form.plan(), by=actor_of(request))
            messages.success(request, _("Planned. What is critical speaks all the same."))
            return redirect("alerts-maintenance")
    except Invalid as error:
        show_faults(form, error)
    windows = Maintenance.objects.visible_to(request.user).select_related("entity", "place", "by")
    coming = windows.filter(ends_at__gt=timezone.now(), ended_at=None).order_by("starts_at")
    context = {
        "crumbs": _crumbs(_("Planned maintenance")),
        "form": form if handles else None,
        "thing": thing,
        "windows": coming,
        "now": timezone.now(),
    }
    return render(request, "alerts/maintenance.html", context, status=422 if form.errors else 200)


@access("alerts.handle")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End planned work before its time."""
    quieting.end_maintenance(
        get_object_or_404(Maintenance.objects.visible_to(request.user), pk=pk), by=actor_of(request)
    )
    return redirect("alerts-maintenance")


@access("alerts.handle")
@require_POST
def apart(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an alert out of its group, or put it back."""
    found = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    quieting.take_from_group(found, by=actor_of(request), apart=request.POST.get("apart") != "0")
    return redirect("alerts") if request.POST.get("next") == "/alerts" else redirect("alert", pk)
