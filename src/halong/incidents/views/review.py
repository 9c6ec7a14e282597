"""Situation reports, and what is written after the response is over."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.language import text_of
from halong.incidents import actions
from halong.incidents.forms.choices import number_of, refused
from halong.incidents.forms.review import Corrections, ReviewForm
from halong.incidents.models import Entry, Incident
from halong.incidents.screens import reviewing
from halong.incidents.views.room import visible

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILES = {"pdf": PDF, "docx": DOCX}


def _entry(request: HttpRequest, pk: int, entry: int) -> Entry:
    found = Entry.objects.filter(incident=visible(request, pk), kind=Entry.Kind.REPORTED)
    return get_object_or_404(found.select_related("incident", "by"), pk=entry)


@access("incidents.view")
@require_GET
def situation(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """A situation report as it stood at its hour."""
    found = _entry(request, pk, entry)
    content = found.data["content"]
    told = text_of(content)
    crumbs = reviewing.crumbs(found.incident, _("Situation report"))
    context = {"incident": found.incident, "entry": found, "report": told, "crumbs": crumbs}
    return render(request, "incidents/situation.html", context)


@access("incidents.view")
@require_GET
def situation_pdf(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """The same on paper."""
    from halong.incidents.exports import situation_pdf as paper_of  # noqa: PLC0415 -- what makes paper is heavy, and seldom wanted

    found = _entry(request, pk, entry)
    name = f"{found.incident.number}-{found.data['number']}.pdf"
    return _file(paper_of(found), PDF, name)


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@access("incidents.view")
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The after-action report: figures against targets, what went well and badly, corrective actions."""
    incident = visible(request, pk)
    if request.method == "GET":
        return _page(request, incident)
    form, lines = ReviewForm(request.POST), Corrections(request.POST, prefix="corrections")
    if not (form.is_valid() and lines.is_valid()):
        return _page(request, incident, form, lines)
    try:
        actions.save_review(incident, reviewing.draft_of(form, lines), by=actor_of(request))
    except (Invalid, Conflict) as error:
        form.add_error(None, refused(error))
        return _page(request, incident, form, lines)
    messages.success(request, _("The report is saved."))
    return redirect("incident-review", pk)


def _page(
    request: HttpRequest, incident: Incident, form: ReviewForm | None = None, lines: object = None
) -> HttpResponse:
    context = reviewing.context(request, incident, form, lines)
    return render(request, "incidents/review.html", context, status=422 if form else 200)


@access("incidents.view")
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign what was read: it is frozen, and its corrective actions become tasks."""
    incident = visible(request, pk)
    found = reviewing.review_of(incident)
    if found is None:
        raise Http404
    found.version = number_of(request.POST.get("version", "")) or 0
    try:
        actions.sign_review(found, by=actor_of(request))
    except (Invalid, Conflict) as error:
        messages.warning(request, refused(error))
    else:
        messages.success(request, _("The report is signed; its corrective actions are tasks now."))
    return redirect(reverse("incident-review", args=[pk]))


@access("incidents.view")
@require_GET
def review_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The after-action report as PDF or DOCX."""
    from halong.incidents.exports import review_docx, review_pdf  # noqa: PLC0415 -- what makes paper is heavy, and seldom wanted

    incident = visible(request, pk)
    if form not in FILES or reviewing.review_of(incident) is None:
        raise Http404
    make = review_pdf if form == "pdf" else review_docx
    return _file(make(incident), FILES[form], f"{incident.number}.{form}")
