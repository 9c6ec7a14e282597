"""Reading playbooks: the list, a version as a plan, what changed between two."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from halong.core.access import access, actor_of
from halong.core.permissions import has_perm
from halong.playbooks.actions import NEEDED
from halong.playbooks.changes import compare
from halong.playbooks.kinds import KINDS, kind_of
from halong.playbooks.models import Playbook, PlaybookVersion
from halong.playbooks.plans import plan_rows
from halong.playbooks.queries import draft_of, history, listing, published_of, steps_of


@access("incidents.view")
@require_GET
def playbooks(request: HttpRequest) -> HttpResponse:
    """All playbooks, by kind of incident."""
    ended = request.GET.get("ended") == "1"
    rows = listing(ended=ended)
    groups = [
        {"kind": kind, "rows": [row for row in rows if kind_of(row.playbook.kind) is kind]}
        for kind in KINDS.values()
    ]
    may_edit = has_perm(actor_of(request), NEEDED)
    shown = [group for group in groups if group["rows"]]
    return render(request, "playbooks/list.html", {"groups": shown, "ended": ended, "may_edit": may_edit})


@access("incidents.view")
@require_GET
def playbook(request: HttpRequest, pk: int) -> HttpResponse:
    """A version as a plan: the published one, or the one that is asked for."""
    book = get_object_or_404(Playbook, pk=pk)
    version = _version(book, request.GET.get("version"))
    context: dict[str, Any] = {
        "playbook": book,
        "kind": kind_of(book.kind),
        "version": version,
        "rows": plan_rows(steps_of(version)),
        "history": list(history(book)),
        "draft": draft_of(book),
        "may_edit": has_perm(actor_of(request), NEEDED),
    }
    return render(request, "playbooks/playbook.html", context)


@access("incidents.view")
@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What a version changed against the published one before it."""
    book = get_object_or_404(Playbook, pk=pk)
    version = _version(book, request.GET.get("version"))
    before = history(book).filter(number__lt=version.number).first()
    if before is None:
        raise Http404
    found = compare(steps_of(before), steps_of(version))
    context = {"playbook": book, "version": version, "before": before, "changes": found}
    return render(request, "playbooks/changes.html", context)


def _version(book: Playbook, number: str | None) -> PlaybookVersion:
    if number is None:
        found = published_of(book) or draft_of(book)
    else:
        chosen = number.isascii() and number.isdecimal() and len(number) < 5
        found = book.versions.filter(number=int(number)).first() if chosen else None
    if found is None:
        raise Http404
    return found
