"""The series of a thing: opened, changed, deleted; all of them as a table."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.context.models import Entity
from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.faults import show_faults
from halong.observations import actions, sheets
from halong.observations.forms import NewSeriesForm, SeriesForm
from halong.observations.models import Series
from halong.places.views.branches import csv_response, import_page


@access("series.edit")
@require_http_methods(["GET", "POST"])
def new_series(request: HttpRequest, pk: int) -> HttpResponse:
    """A further property of a thing."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=pk)
    form = NewSeriesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.open_series(entity, form.cleaned_data["property"], by=actor_of(request), **form.given)
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("The series is open."))
            return redirect("entity", entity.pk)
    return _page(request, form, entity)


@access("series.edit")
@require_http_methods(["GET", "POST"])
def series(request: HttpRequest, pk: int) -> HttpResponse:
    """Unit, interval, physical range and decimals of one series."""
    found = get_object_or_404(Series.objects.visible_to(request.user).select_related("entity"), pk=pk)
    form = SeriesForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            stored = Series.objects.select_related("entity").get(pk=pk)
            actions.change_series(stored, by=actor_of(request), **form.changes)
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("entity", found.entity_id)
    return _page(request, form, found.entity, series=found)


def _page(request: HttpRequest, form: SeriesForm, entity: Entity, **more: Series) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(
        request, "observations/series.html", {"form": form, "entity": entity, **more}, status=status
    )


@access("series.edit")
@require_POST
def delete_series(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a series with all its readings."""
    found = get_object_or_404(Series.objects.visible_to(request.user).select_related("entity"), pk=pk)
    actions.delete_series(found, by=actor_of(request))
    messages.success(request, _("The series and its readings are deleted."))
    return redirect("entity", found.entity_id)


@access("entities.view")
@require_GET
def export_series(request: HttpRequest) -> HttpResponse:
    """Every measured series that one may see, as a table."""
    found = Series.objects.visible_to(request.user).filter(derived="").select_related("entity")
    return csv_response(
        "series", sheets.COLUMNS, sheets.series_rows(found.order_by("entity__urn", "property"))
    )


@access("series.edit")
@require_http_methods(["GET", "POST"])
def import_series(request: HttpRequest) -> HttpResponse:
    """A table of series: looked at, then written."""
    words = {"title": _("Import series"), "back": "entities", "back_label": _("Things")}
    columns = {"needed": sheets.NEEDED, "more": sheets.MORE}
    return import_page(request, sheets.import_series, "places/import.html", "entities", **words, **columns)
