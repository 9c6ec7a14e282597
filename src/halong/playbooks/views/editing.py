"""Making and changing playbooks: the head, the draft and its steps, publishing, copying, ending."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Conflict, HalongError, Invalid
from halong.core.faults import all_faults, show_faults
from halong.playbooks import actions
from halong.playbooks.checking import check_plan
from halong.playbooks.doing import ACTIONS
from halong.playbooks.facts import FACTS
from halong.playbooks.forms.head import BasisForm, HeadForm, PublishForm
from halong.playbooks.forms.settings import SettingsForm
from halong.playbooks.forms.step import StepEditor
from halong.playbooks.models import Playbook, PlaybookVersion
from halong.playbooks.ordering import ACTS
from halong.playbooks.plans import plan_rows
from halong.playbooks.queries import draft_of, published_of, steps_of


@access("playbooks.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new playbook: first its head."""
    form = HeadForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        try:
            book = actions.create_playbook(form.head(), by=actor_of(request))
            return redirect("playbook-edit", book.pk)
        except Invalid as error:
            show_faults(form, error)
    return render(request, "playbooks/head.html", {"form": form}, status=422 if form.errors else 200)


@access("playbooks.edit")
@require_http_methods(["GET", "POST"])
def head(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, kind and severity of a playbook."""
    book = get_object_or_404(Playbook, pk=pk)
    form = HeadForm(request.POST) if request.method == "POST" else HeadForm.of(book)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_head(book, form.head(), by=actor_of(request))
            return redirect("playbook", book.pk)
        except Invalid as error:
            show_faults(form, error)
    context = {"form": form, "playbook": book}
    return render(request, "playbooks/head.html", context, status=422 if form.errors else 200)


@access("playbooks.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft; POST begins one as a copy of what is published."""
    book = get_object_or_404(Playbook, pk=pk)
    if request.method == "POST":
        actions.begin_draft(book, by=actor_of(request))
        return redirect("playbook-edit", book.pk)
    draft = draft_of(book)
    if draft is None:
        return redirect("playbook", book.pk)
    return render(request, "playbooks/draft.html", _draft(book, draft))


def _draft(book: Playbook, draft: PlaybookVersion, publish: PublishForm | None = None) -> dict[str, Any]:
    steps, faults = steps_of(draft), {}
    try:
        check_plan(steps)
    except Invalid as error:
        faults = error.fields
    return {
        "playbook": book, "draft": draft, "rows": plan_rows(steps, faults), "faults": faults,
        "published": published_of(book), "basis": BasisForm(initial={"basis": draft.basis, "edits": draft.edits}),
        "publish": publish or PublishForm(initial={"edits": draft.edits}),
    }  # fmt: skip


@access("playbooks.edit")
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, pk: int, key: str = "") -> HttpResponse:
    """One step of the draft, a new one without a key."""
    book, draft = _book_and_draft(pk)
    steps = steps_of(draft)
    chosen = next((one for one in steps if one.key == key), None)
    if key and chosen is None:
        raise Http404
    editor = StepEditor(steps, chosen, request.POST if request.method == "POST" else None)
    if request.method == "POST" and (typed := editor.read()) is not None:
        try:
            actions.save_draft(book, typed, by=actor_of(request), edits=_edits(request))
            return redirect(reverse("playbook-edit", args=[pk]) + f"#step-{key}" * bool(key))
        except HalongError as error:
            editor.form.add_error(None, error.detail)
    context = {
        "playbook": book,
        "draft": draft,
        "editor": editor,
        "step": chosen,
        "facts": FACTS.values(),
        "steps": steps,
    }
    return render(request, "playbooks/step.html", context, status=422 if request.method == "POST" else 200)


@access("playbooks.edit")
@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    """The fields of an automatic action, when another one was chosen."""
    kind = request.GET.get("action", "")
    form = SettingsForm(kind) if kind in ACTIONS else None
    context = {"settings": form, "doing": ACTIONS.get(kind)}
    return render(request, "playbooks/settings.html", context)


@access("playbooks.edit")
@require_POST
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Move, copy or remove a step of the draft."""
    book, draft = _book_and_draft(pk)
    act, key = ACTS.get(request.POST.get("act", "")), request.POST.get("key", "")
    steps = steps_of(draft)
    if act is None or all(one.key != key for one in steps):
        raise Http404
    try:
        actions.save_draft(book, act(steps, key), by=actor_of(request), edits=_edits(request))
    except HalongError as error:
        messages.error(request, error.detail)
    return redirect(reverse("playbook-edit", args=[pk]) + f"#step-{key}")


@access("playbooks.edit")
@require_POST
def basis(request: HttpRequest, pk: int) -> HttpResponse:
    """The legal basis of the draft."""
    book, draft = _book_and_draft(pk)
    form = BasisForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(all_faults(form))
        actions.save_draft(book, steps_of(draft), by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
    except HalongError as error:
        messages.error(request, error.detail)
    return redirect("playbook-edit", pk)


@access("playbooks.edit")
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Let incidents begin with the draft from now on."""
    book, draft = _book_and_draft(pk)
    form = PublishForm(request.POST)
    if form.is_valid():
        try:
            version = actions.publish_playbook(book, by=actor_of(request), **form.cleaned_data)
            messages.success(request, _("Version {n} is in force.").format(n=version.number))
            return redirect("playbook", pk)
        except (Invalid, Conflict) as error:
            show_faults(form, error)
    return render(request, "playbooks/draft.html", _draft(book, draft, form), status=422)


@access("playbooks.edit")
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Copy a playbook, end it or offer it again, drop its draft."""
    book, by = get_object_or_404(Playbook, pk=pk), actor_of(request)
    try:
        if name == "copy":
            return redirect("playbook-edit", actions.copy_playbook(book, by=by).pk)
        if name == "drop":
            actions.drop_draft(book, by=by, edits=_edits(request))
        elif name in ("end", "resume"):
            actions.end_playbook(book, by=by, ended=name == "end")
        else:
            raise Http404
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect("playbook", pk)


def _book_and_draft(pk: int) -> tuple[Playbook, PlaybookVersion]:
    book = get_object_or_404(Playbook, pk=pk)
    draft = draft_of(book)
    if draft is None:
        raise Http404
    return book, draft


def _edits(request: HttpRequest) -> int:
    """The number of changes that the person saw; one that can't be was never seen by anybody."""
    seen = request.POST.get("edits", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else -1
