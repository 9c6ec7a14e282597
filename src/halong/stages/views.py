"""The stage now, what criteria say, proposals, history; rules; bulletins; what every shell shows."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of, public
from halong.core.errors import HalongError
from halong.core.faults import show_faults
from halong.core.permissions import has_perm
from halong.stages import actions, context, queries, screen
from halong.stages.forms import BulletinForm, EndForm, ProposeForm, RefuseForm, RuleForm
from halong.stages.models import LEVELS, Bulletin, StageChange


@access("stages.view")
@require_GET
def stages(request: HttpRequest) -> HttpResponse:
    """Now, the criteria with their values, what waits for approval, and the latest changes."""
    return render(request, "stages/stages.html", screen.context(request))


@public
@require_GET
def chip(request: HttpRequest) -> HttpResponse:
    """The chip of the bar anew: the stage is public."""
    return HttpResponse(context.chip(request, queries.stage_now()))


@public
@require_GET
def line(request: HttpRequest) -> HttpResponse:
    """The line under the bar anew."""
    return HttpResponse(context.line(queries.stage_now()))


def _form(request: HttpRequest, form: Any, heading: str, submit: str, **more: Any) -> HttpResponse:
    crumbs = screen.crumbs(heading)
    shown = {
        "form": form,
        "heading": heading,
        "submit": submit,
        "crumbs": crumbs,
        "cancel": crumbs[0]["url"],
        **more,
    }
    return render(request, "stages/form.html", shown, status=422 if form.errors else 200)


def _done(request: HttpRequest, form: Any, act: Any) -> bool:
    """Whether the form's action went well; its refusal is shown at the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except HalongError as error:
        show_faults(form, error)
        return False
    messages.success(request, _("Recorded."))
    return True


@access("stages.propose")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a stage."""
    now = queries.stage_now()
    asked = request.GET.get("level", "")
    form = ProposeForm(request.POST or None, present=now.level, initial={"level": asked})

    def act() -> None:
        given = form.cleaned_data
        actions.propose_stage(
            given["level"], by=actor_of(request), reason=given["reason"], basis=given["basis"]
        )

    if _done(request, form, act):
        return redirect("stages")
    note = _("It comes into force when somebody else, who is named, approves it.")
    return _form(request, form, _("Propose a stage"), pgettext("stage change", "Propose"), note=note)


@access("stages.approve")
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it in force, by one click."""
    change = get_object_or_404(StageChange.objects.visible_to(request.user), pk=pk)
    seen = request.POST.get("seen", "")
    try:
        actions.approve_stage(
            change, by=actor_of(request), seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None
        )
        messages.success(request, _("In force: stage %(level)d") % {"level": change.level})
    except HalongError as error:
        messages.error(request, error.detail)
    return redirect("stages")


@access("stages.view")
@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse a proposal, or take one's own back."""
    change = get_object_or_404(StageChange.objects.visible_to(request.user).proposed(), pk=pk)
    own = change.proposed_by_id == request.user.pk
    form = RefuseForm(request.POST or None)
    if _done(
        request,
        form,
        lambda: actions.refuse_stage(change, by=actor_of(request), reason=form.cleaned_data["reason"]),
    ):
        return redirect("stages")
    heading = pgettext("stage change", "Take back") if own else pgettext("stage change", "Refuse")
    return _form(request, form, heading, heading, note=f"{change} – {change.reason}")


@access("stages.set_up")
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """What is laid down for each stage."""
    crumbs = screen.crumbs(_("What is laid down"))
    return render(request, "stages/rules.html", {"rows": screen.rule_rows(), "crumbs": crumbs})


@access("stages.set_up")
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, level: int) -> HttpResponse:
    """Lay down a stage anew from a day on."""
    if level not in LEVELS:
        raise Http404
    standing = {row[0]: row[2] for row in screen.rule_rows()}[level]
    form = RuleForm(request.POST or None, initial=RuleForm.begin(standing))
    if _done(request, form, lambda: actions.save_rule(form.draft(level), by=actor_of(request))):
        return redirect("stage-rules")
    heading = f"{level} · {LEVELS[level]}"
    return _form(request, form, heading, _("Lay down anew"), facts=screen.fact_rows())


@access("stages.bulletin")
@require_http_methods(["GET", "POST"])
def bulletin_new(request: HttpRequest) -> HttpResponse:
    """Enter an official bulletin word for word."""
    form = BulletinForm(request.POST or None)
    if _done(request, form, lambda: actions.enter_bulletin(form.draft(), by=actor_of(request))):
        return redirect("stages")
    note = _("The text is relayed word for word; a later bulletin of the same body and hazard replaces it.")
    return _form(request, form, _("Enter a bulletin"), pgettext("bulletin", "Enter"), note=note)


@access("stages.view")
@require_GET
def bulletin(request: HttpRequest, pk: int) -> HttpResponse:
    """A bulletin word for word."""
    found = get_object_or_404(Bulletin.objects.visible_to(request.user).select_related("entered_by"), pk=pk)
    may_end = found.ended_at is None and has_perm(request.user, "stages.bulletin")
    shown = {"bulletin": found, "crumbs": screen.crumbs(str(found)), "form": EndForm() if may_end else None}
    return render(request, "stages/bulletin.html", shown)


@access("stages.bulletin")
@require_POST
def bulletin_end(request: HttpRequest, pk: int) -> HttpResponse:
    """It no longer holds."""
    found = get_object_or_404(Bulletin.objects.visible_to(request.user), pk=pk)
    form = EndForm(request.POST)
    if _done(
        request,
        form,
        lambda: actions.end_bulletin(found, by=actor_of(request), reason=form.cleaned_data["reason"]),
    ):
        return redirect("bulletin", pk)
    shown = {"bulletin": found, "crumbs": screen.crumbs(str(found)), "form": form}
    return render(request, "stages/bulletin.html", shown, status=422)
