"""The Scheme's programme and the indices of the province."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from halong.core.access import access
from halong.core.sector import all_sectors
from halong.places.views.branches import csv_response
from halong.programme import queries
from halong.programme.models import IndexValue, Project

COLUMNS = ("code", "kind", "name", "year", "year_assumed", "sector", "budget_vnd", "source")


def _labels() -> dict[str, str]:
    """What the indices are called; another one is shown by its key."""
    return {
        "PCI": _("PCI: Provincial Competitiveness Index"),
        "PAR": _("PAR Index: public administration reform"),
        "ICT": _("ICT Index: readiness for information technology"),
        "ASOCIO": _("ASOCIO award"),
    }


@access("programme.view")
@require_GET
def programme(request: HttpRequest) -> HttpResponse:
    """Tasks and projects by year with their sums; indices with values, ranks and sources."""
    projects = list(Project.objects.visible_to(request.user).order_by("code"))
    chosen = request.GET.get("year", "")
    shown = [p for p in projects if chosen in ("", str(p.year or "none"))]
    sectors = {sector.key: sector.name for sector in all_sectors()}
    sums = queries.years(projects)
    chips = [{"label": pgettext("years", "All"), "url": "?", "current": not chosen, "count": len(projects)}]
    for year in sums:
        key = str(year.year or "none")
        label = str(year.year or pgettext("year", "Unknown"))
        chips.append({"label": label, "url": f"?year={key}", "current": chosen == key, "count": year.total})
    context = {
        "rows": [(project, sectors.get(project.sector, "")) for project in shown],
        "chips": chips,
        "years": sums,
        "tasks": sum(year.tasks for year in sums),
        "projects": sum(year.projects for year in sums),
        "indices": queries.indices(IndexValue.objects.visible_to(request.user)),
        "labels": _labels(),
    }
    return render(request, "programme/programme.html", context)


@access("programme.view")
@require_GET
def export_projects(request: HttpRequest) -> HttpResponse:
    """Tasks and projects as a table."""
    found = Project.objects.visible_to(request.user).order_by("code")
    return csv_response("programme", COLUMNS, found.values_list(*COLUMNS))
