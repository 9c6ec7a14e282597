"""Uploading tables: files first, then what their columns mean, then the first readings, then all of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.permissions import require
from halong.ingest import actions, uploads
from halong.ingest.forms import TableFilesForm
from halong.ingest.mapper import choices_of, mapper_of, preview_table, settings_of
from halong.ingest.models import Source
from halong.ingest.pages import crumbs_of


def _source(request: HttpRequest, pk: int) -> Source:
    found = get_object_or_404(Source.objects.visible_to(request.user), pk=pk, kind="table")
    require(request.user, "sources.edit", found)
    return found


@access("sources.edit")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the files."""
    source = _source(request, pk)
    form = TableFilesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        token = uploads.keep(source.pk, form.cleaned_data["tables"])
        return HttpResponseRedirect(reverse("source-map", args=[pk, token]))
    return render(
        request, "ingest/upload.html", {"source": source, "form": form, "crumbs": crumbs_of(source)}
    )


@access("sources.edit")
@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Say what the columns mean, and take the tables in."""
    source = _source(request, pk)
    files = uploads.kept(source.pk, token)
    context: dict[str, Any] = {
        "source": source,
        "token": token,
        "crumbs": crumbs_of(source),
        "files": [name for name, _file in files],
    }
    if request.method == "POST":
        try:
            outcome = actions.upload_tables(source, files, settings_of(request.POST), by=actor_of(request))
        except HalongError as error:
            context["error"] = error
        else:
            uploads.forget(source.pk, token)
            stored = outcome.accepted + outcome.corrected
            text = ngettext("%(n)d reading was stored.", "%(n)d readings were stored.", stored) % {
                "n": stored
            }
            (messages.warning if outcome.quarantined else messages.success)(request, text)
            return HttpResponseRedirect(reverse("source", args=[pk]))
    context |= mapper_of(source, files[0][1].read_bytes(), request.POST) | choices_of(request.user)
    return render(request, "ingest/map.html", context, status=422 if "error" in context else 200)


@access("sources.edit")
@require_POST
def preview(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """The first readings as the mapping that is typed would read them. Nothing is saved."""
    source = _source(request, pk)
    name, file = uploads.kept(source.pk, token)[0]
    try:
        context = preview_table(source, name, file.read_bytes(), settings_of(request.POST))
    except HalongError as error:
        context = {"error": error}
    return render(request, "ingest/trial.html", context)
