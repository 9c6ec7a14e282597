"""What the pages of places and those of agencies share: a tree as a list, a form, a table in and out."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from halong.core.access import actor_of
from halong.core.errors import HalongError
from halong.core.faults import show_faults
from halong.core.permissions import Actor
from halong.core.table_form import TableForm
from halong.core.tables import Preview, write_csv
from halong.core.text import fold
from halong.places.forms import BranchFilter
from halong.places.models import Agency, Place
from halong.places.queries import tree

B = TypeVar("B", Place, Agency)
PAGE = 100


def list_page(request: HttpRequest, form: BranchFilter, found: Iterable[B]) -> dict[str, Any]:
    """The context of a list: the tree, or what the words fit (without accents), by pages."""
    wanted = fold(form.words)
    nodes = tree(found)
    if wanted:
        nodes = [node for node in nodes if wanted in node.branch.folded or wanted == fold(node.branch.code)]
    page = Paginator(nodes, PAGE).get_page(request.GET.get("page"))
    return {"page": page, "filter": form, "day": form.day, "searched": bool(wanted)}


def edit_page(
    request: HttpRequest, form: ModelForm[B], save: Callable[..., B], template: str, done: str, **context: Any
) -> HttpResponse:
    """A form of one branch; what the action refuses stands beside its field."""
    if request.method == "POST" and form.is_valid():
        try:
            save(form.instance, by=actor_of(request))
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(done)
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, "branch": form.instance, **context}, status=status)


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A table as a download; the mark at the beginning lets spreadsheets see that it is UTF-8."""
    response = HttpResponse("\ufeff" + write_csv(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def import_page(
    request: HttpRequest, take: Callable[..., Preview], template: str, done: str, **context: Any
) -> HttpResponse:
    """A table is looked at first; with every row good it can be confirmed, and only then is it written."""
    form = TableForm(request.POST or None, request.FILES or None)
    preview: Preview | None = None
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["content"]
        preview = _taken(form, take, content, actor_of(request))
        if preview and form.is_confirmed and not preview.faults:
            counts = {"new": len(preview.created), "changed": len(preview.changed)}
            messages.success(request, _("Imported: %(new)d new, %(changed)d changed.") % counts)
            return redirect(done)
        if preview:
            context["table"] = content.decode("utf-8-sig", "replace")
    status = 422 if form.errors or (preview and preview.faults) else 200
    return render(request, template, {"form": form, "preview": preview, **context}, status=status)


def _taken(form: TableForm, take: Callable[..., Preview], content: bytes, by: Actor) -> Preview | None:
    try:
        return take(content, by=by, dry_run=not form.is_confirmed)
    except HalongError as error:
        form.add_error("file", error.detail)
        return None
