"""The room of one incident: its page and the parts of it that change by themselves."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.text import fold
from halong.incidents import actions, queries
from halong.incidents.forms.choices import people, refused
from halong.incidents.forms.declare import fresh_id
from halong.incidents.forms.notes import NoteForm
from halong.incidents.models import EntryPhoto, Incident, Role
from halong.incidents.screens import room as rooms
from halong.incidents.screens import timeline

MENTIONED = 8
REMOVERS: dict[str, Callable[..., Any]] = {
    "part": actions.take_out_part,
    "role": actions.end_role,
    "link": actions.unlink_incidents,
}


def is_partial(request: HttpRequest) -> bool:
    """Whether a piece of the page asks, not the browser itself."""
    return request.headers.get("HX-Request") == "true"


def visible(request: HttpRequest, pk: int) -> Incident:
    """The incident, for somebody who may see it."""
    return get_object_or_404(
        Incident.objects.visible_to(request.user).select_related("place", "agency"), pk=pk
    )


@access("incidents.view")
@require_GET
def room(request: HttpRequest, pk: int) -> HttpResponse:
    """Head, steps, timeline, parts, people, tasks, map."""
    found = rooms.room_of(request, pk)
    context = {
        **rooms.context(found, request.user),
        **timeline.context(request, found.incident),
        "note": NoteForm(by=request.user, initial={"client_id": fresh_id()}),
        "bounds": rooms.bounds(found.incident),
    }
    return render(request, "incidents/room.html", context)


@access("incidents.view")
@require_GET
def now(request: HttpRequest, pk: int) -> HttpResponse:
    """Head, steps and side of the room as they are now."""
    return answer(request, pk)


def answer(request: HttpRequest, pk: int, said: str = "", wrong: str = "") -> HttpResponse:
    """What a press in the room is answered with: its parts once more, and what was done or was in the way."""
    if not is_partial(request) and request.method == "POST":
        if said or wrong:
            (messages.success if said else messages.warning)(request, said or wrong)
        return redirect("incident", pk)
    context = {**rooms.context(rooms.room_of(request, pk), request.user), "said": said, "wrong": wrong}
    return render(request, "incidents/now.html", context)


@access("incidents.view")
@require_GET
def entries(request: HttpRequest, pk: int) -> HttpResponse:
    """The timeline: what is new, what is older, what fits a filter."""
    context = timeline.context(request, visible(request, pk))
    name = "older" if context["older"] else "lines" if "top" in request.GET else "timeline"
    return render(request, f"incidents/parts/{name}.html", context)


@access("incidents.view")
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write into the timeline; the action says whether this person may."""
    incident, form = visible(request, pk), NoteForm(request.POST, request.FILES, by=request.user)
    context: dict[str, Any] = {"incident": incident, "note": form}
    if form.is_valid():
        given = form.cleaned_data
        photos = tuple(file.read() for file in given["photos"])
        draft = actions.NoteDraft(given["text"], given["client_id"], form.mentioned(), photos)
        try:
            actions.add_note(incident, draft, by=actor_of(request))
        except (Invalid, Conflict) as error:
            form.add_error(None, refused(error))
        else:
            if not is_partial(request):
                return redirect("incident", pk)
            context["note"] = NoteForm(by=request.user, initial={"client_id": fresh_id()})
            context.update(timeline.context(request, incident), written=True)
            return render(request, "incidents/parts/noted.html", context)
    template = "incidents/parts/note.html" if is_partial(request) else "incidents/note.html"
    return render(request, template, context, status=422)


@access("incidents.view")
@require_GET
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A photograph of a note; ``?small`` is the one that the timeline shows."""
    seen = Incident.objects.visible_to(request.user)
    kept = get_object_or_404(EntryPhoto.objects.filter(entry__incident__in=seen), pk=pk)
    response = HttpResponse(
        bytes(kept.small if "small" in request.GET else kept.content), content_type="image/jpeg"
    )
    response["Cache-Control"] = "private, max-age=86400"
    return response


@access("incidents.view")
@require_GET
def people_json(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom a note may name: by what was typed; before that those who have a role here."""
    incident, q = visible(request, pk), fold(request.GET.get("q", "")[:60].replace("\0", " "))
    found = people(request.user)
    if q:
        found = found.filter(Q(folded__contains=q) | Q(username__startswith=q))
    else:
        held = Role.objects.filter(incident=incident, until__isnull=True)
        found = found.filter(pk__in=held.values("person"))
    return JsonResponse(rooms.people_json(list(found[:MENTIONED])))


@access("incidents.view")
@require_GET
def near(request: HttpRequest, pk: int) -> HttpResponse:
    """What is near it and who answers for it, with numbers to call."""
    incident = visible(request, pk)
    found = queries.near(incident, request.user)
    return render(request, "incidents/parts/near.html", rooms.near_context(incident, found))


@access("incidents.view")
@require_GET
def map_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The incident and its parts as points."""
    return JsonResponse(rooms.map_of(rooms.room_of(request, pk)))


@access("incidents.view")
@require_GET
def area_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The area that was drawn."""
    return JsonResponse(rooms.area_of(visible(request, pk)))


@access("incidents.view")
@require_POST
def remove(request: HttpRequest, pk: int, what: str, row: int) -> HttpResponse:
    """Take out a part, end a role, undo a link; the row stays as history."""
    if what not in REMOVERS:
        raise Http404
    found = rooms.room_of(request, pk)
    rows: dict[str, Any] = {"part": found.parts, "role": found.roles, "link": found.links}
    thing = next((one for one in rows[what] if one.pk == row), None)
    if thing is None:
        return answer(request, pk, wrong=_("Somebody else was faster: it is gone already."))
    try:
        REMOVERS[what](thing, by=actor_of(request))
    except (Invalid, Conflict) as error:
        return answer(request, pk, wrong=refused(error))
    return answer(request, pk, said=_("Done."))
