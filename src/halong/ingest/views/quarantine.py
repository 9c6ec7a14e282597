"""The quarantine: what could not be understood, and what becomes of it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.permissions import has_perm
from halong.ingest import actions, queries
from halong.ingest.batch import Outcome
from halong.ingest.forms import CorrectionForm, DiscardForm, QuarantineFilter
from halong.ingest.models import Quarantined
from halong.ingest.payload import shown

A_PAGE = 50
AT_ONCE = 1_000


def _item(request: HttpRequest, pk: int) -> Quarantined:
    return get_object_or_404(Quarantined.objects.visible_to(request.user).select_related("source"), pk=pk)


@access("sources.view")
@require_GET
def quarantine(request: HttpRequest) -> HttpResponse:
    """What is held, the newest first."""
    form = QuarantineFilter(request.GET or None, user=request.user)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    state = {"": "held", "all": ""}.get(chosen.get("state", ""), chosen.get("state", ""))
    source = chosen.get("source")
    where = {"source": str(source.pk) if source else "", "reason": chosen.get("reason", "")}
    found = queries.quarantine_of(request.user, **where, state=state, text=chosen.get("q", ""))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    may_settle = has_perm(request.user, "quarantine.settle")
    return render(request, "ingest/quarantine.html", {"page": page, "filter": form, "may_settle": may_settle})


@access("sources.view")
@require_GET
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: what it is, why it is held, and what can be done."""
    found = _item(request, pk)
    text, editable = shown(bytes(found.payload))
    context = {
        "crumbs": [{"label": _("Quarantine"), "url": reverse("quarantine")}],
        "size": len(found.payload),
        "item": found, "text": text, "editable": editable,
        "correction": CorrectionForm(initial={"payload": text}), "discard": DiscardForm(),
        "may_settle": found.state == "held" and has_perm(request.user, "quarantine.settle", found.source),
    }  # fmt: skip
    return render(request, "ingest/item.html", context)


@access("quarantine.settle")
@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring one item in again, as it is or as corrected."""
    found = _item(request, pk)
    form = CorrectionForm(request.POST)
    before, editable = shown(bytes(found.payload))
    after = form.cleaned_data["payload"] if form.is_valid() else before
    changed = editable and after.replace("\r\n", "\n") != before.replace("\r\n", "\n")
    try:
        outcome = actions.replay([found], by=actor_of(request), payload=after.encode() if changed else None)
    except HalongError as error:
        messages.error(request, str(error))
    else:
        _tell(request, outcome)
    return HttpResponseRedirect(reverse("quarantine"))


@access("quarantine.settle")
@require_POST
def replay_many(request: HttpRequest) -> HttpResponse:
    """Bring the chosen items in again."""
    chosen = [int(pk) for pk in request.POST.getlist("item") if pk.isdigit()][:AT_ONCE]
    found = list(Quarantined.objects.visible_to(request.user).select_related("source").filter(pk__in=chosen))
    try:
        if request.POST.get("do") == "discard":
            done = actions.discard(found, by=actor_of(request), note=request.POST.get("note", ""))
            messages.success(
                request,
                ngettext("%(n)d item was discarded.", "%(n)d items were discarded.", done) % {"n": done},
            )
        else:
            _tell(request, actions.replay(found, by=actor_of(request)))
    except HalongError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("quarantine"))


@access("quarantine.settle")
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one item away, with a word why."""
    form = DiscardForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say in a few words why it is discarded."))
        return HttpResponseRedirect(reverse("quarantine-item", args=[pk]))
    actions.discard([_item(request, pk)], by=actor_of(request), note=form.cleaned_data["note"])
    messages.success(request, _("The item was discarded."))
    return HttpResponseRedirect(reverse("quarantine"))


def _tell(request: HttpRequest, outcome: Outcome) -> None:
    stored = outcome.accepted + outcome.corrected
    text = ngettext("%(n)d reading was stored.", "%(n)d readings were stored.", stored) % {"n": stored}
    if outcome.quarantined:
        more = ngettext("%(n)d item is held again.", "%(n)d items are held again.", outcome.quarantined)
        messages.warning(request, f"{text} {more % {'n': outcome.quarantined}}")
    else:
        messages.success(request, text)
