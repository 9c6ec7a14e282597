"""What somebody sees and does who holds a code. The code in the address is the authority; no cookie is (``csrf_exempt``)."""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.citizens import abuse, push
from halong.citizens.actions import answering, following
from halong.citizens.actions.photographs import attach_photo
from halong.citizens.codes import shown_code, tidy_code
from halong.citizens.forms.public import CodeForm, ContactForm, PushForm, RatingForm, ReopenForm, ReplyForm
from halong.citizens.images import Refused
from halong.citizens.models import Follower, Report
from halong.citizens.promises import terms_on
from halong.citizens.queries import own
from halong.citizens.views.words import photo_words, script_words
from halong.core.access import public as everybody
from halong.core.errors import HalongError, Malformed
from halong.core.formats import local
from halong.core.language import reader_language

T = TypeVar("T")
REACHED = {"sent": 1, "returned": 1, "routed": 2, "working": 3, "answered": 3}  # of four; the rest are over


def opened(request: HttpRequest, code: str, find: Callable[[str], T | None]) -> T:
    """What a code in an address opens. Wrong ones are counted, and beyond the limit a right one opens nothing either."""
    abuse.still_allowed(request, "code")
    found = find(code)
    if found is None:
        abuse.allow(request, "code")
        raise Http404
    return found


def _follower(request: HttpRequest, code: str) -> Follower:
    return opened(request, code, own.follower_of)


def private(response: HttpResponse) -> HttpResponse:
    """What only the holder of a code may see is kept by no cache and found by no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@csrf_exempt
@everybody
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find a report by its code; and what this phone has kept."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        abuse.allow(request, "code")
        code = form.cleaned_data["code"]
        for name, found in (("citizen-own", own.follower_of(code)), ("citizen-suggestion", own.suggestion_of(code)),
                            ("citizen-data-answer", own.data_request_of(code))):  # fmt: skip
            if found is not None:
                return redirect(name, tidy_code(code))
        form.add_error("code", _("Nothing has this code. Check it letter by letter."))
    context = {"form": form, "words": script_words()}
    return render(request, "citizens/citizen/find.html", context, status=422 if form.errors else 200)


@everybody
@require_GET
def own_page(request: HttpRequest, code: str) -> HttpResponse:
    """A report as the one who sent it, or follows it, sees it."""
    return _own_page(request, _follower(request, code), code)


def _own_page(
    request: HttpRequest, follower: Follower, code: str, status: int = 200, **more: Any
) -> HttpResponse:
    view = own.own_view(follower)
    terms = terms_on(local(view.report.created_at).date())
    context = {
        "view": view,
        "report": view.report,
        "code": tidy_code(code),
        "shown_code": shown_code(tidy_code(code)),
        "done": [n < REACHED.get(view.report.state, 4) for n in range(4)],
        "just_sent": "sent" in request.GET,
        "reply": ReplyForm(initial={"question": view.question.pk}) if view.question else None,
        "rating": RatingForm(),
        "reopen": ReopenForm(),
        "contact": ContactForm(initial=own.wishes(follower)),
        "told": own.wishes(follower),
        "consent": terms.consent_said if terms else "",
        "push_key": push.public_key(),
        "words": script_words(),
        **more,
    }
    return private(render(request, "citizens/citizen/own.html", context, status=status))


def tell_form(form: Any, error: HalongError) -> None:
    """Put what an action says beside the fields that it is about; the rest at the top."""
    for name, words in (error.fields or {"": error.detail}).items():
        field = "consents" if name == "consent" else name
        form.add_error(field if field in form.fields else None, words)


def _act(
    request: HttpRequest, code: str, name: str, form: Any, act: Callable[[Follower, dict[str, Any]], Any]
) -> HttpResponse:
    """Do what a form of the own page asks, and show the page again: with what is wrong beside the field, else anew."""
    follower = _follower(request, code)
    if form.is_valid():
        try:
            act(follower, form.cleaned_data)
            return private(redirect("citizen-own", tidy_code(code)))
        except HalongError as error:
            tell_form(form, error)
    return _own_page(request, follower, code, status=422, **{name: form, "open_form": name})


@csrf_exempt
@everybody
@require_POST
def reply(request: HttpRequest, code: str) -> HttpResponse:
    """Answer the agency's question."""

    def act(follower: Follower, given: dict[str, Any]) -> None:
        question = get_object_or_404(follower.report.questions, pk=given["question"])
        answering.reply_question(question, by=follower, text=given["text"])

    return _act(request, code, "reply", ReplyForm(request.POST), act)


@csrf_exempt
@everybody
@require_POST
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """Say how content one is."""

    def act(follower: Follower, given: dict[str, Any]) -> None:
        answering.rate_report(follower.report, by=follower, rating=given["rating"], note=given["note"])

    return _act(request, code, "rating", RatingForm(request.POST), act)


@csrf_exempt
@everybody
@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Ask to have it done again."""

    def act(follower: Follower, given: dict[str, Any]) -> None:
        answering.reopen_report(follower.report, by=follower, reason=given["reason"])

    return _act(request, code, "reopen", ReopenForm(request.POST), act)


@csrf_exempt
@everybody
@require_POST
def contact(request: HttpRequest, code: str) -> HttpResponse:
    """Change or remove how one wants to be told."""
    form = ContactForm({} if "remove" in request.POST else request.POST)

    def act(follower: Follower, given: dict[str, Any]) -> None:
        del given
        following.set_contact(follower, form.contact(), by=follower)
        messages.success(request, _("Kept."))

    return _act(request, code, "contact", form, act)


@csrf_exempt
@everybody
@require_POST
def unfollow(request: HttpRequest, code: str) -> HttpResponse:
    """Hear no more of it: addresses are erased at once."""
    follower = _follower(request, code)
    following.unfollow(follower, by=follower)
    messages.success(request, _("You hear no more of this report. Your contact details were erased."))
    if follower.sender:
        return private(redirect("citizen-own", tidy_code(code)))
    return private(redirect("citizen-find"))


@csrf_exempt
@everybody
@require_POST
def push_address(request: HttpRequest, code: str) -> HttpResponse:
    """Remember, or with ``remove`` forget, this browser."""
    follower, form = _follower(request, code), PushForm(request.POST)
    if not form.is_valid():
        raise Malformed(_("This isn't an address of a browser."))
    if "remove" in request.POST:
        following.remove_push_address(follower, endpoint=form.cleaned_data["endpoint"], by=follower)
    else:
        following.add_push_address(follower, **form.cleaned_data, by=follower)
    return JsonResponse({"kept": "remove" not in request.POST})


@csrf_exempt
@everybody
@require_POST
def add_photos(request: HttpRequest, code: str) -> HttpResponse:
    """Add photos to one's own report later, for instance when the agency asks for one."""
    follower = _follower(request, code)
    abuse.allow(request, "photo")
    for photo in request.FILES.getlist("photos")[:6]:
        try:
            attach_photo(follower.report, photo.read(), key=uuid.uuid4().hex, by=follower)
        except Refused as refused:
            messages.warning(request, f"{photo.name}: {photo_words(refused.reason)}")
        except HalongError as error:
            messages.warning(request, f"{photo.name}: {error.detail}")
    return private(redirect("citizen-own", tidy_code(code)))


@everybody
@require_GET
def own_photo(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A photo of one's own report, before a moderator has looked at it."""
    copy = own.own_photo(_follower(request, code), pk)
    if copy is None:
        raise Http404
    return private(HttpResponse(bytes(copy.content), content_type=copy.media_type))


@csrf_exempt
@everybody
@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Say "same here": follow a public report and add to its weight. Pressing twice counts once (``client_id``)."""
    if abuse.is_robot(request.POST):
        return redirect("public-report", pk)
    report = get_object_or_404(Report.objects.select_related("merged_into"), pk=pk)
    try:
        client_id = uuid.UUID(request.POST.get("client_id", ""))
    except ValueError as error:
        raise Malformed(_("This form is broken. Load the page again.")) from error
    if not own.follows(report, client_id):
        abuse.allow(request, "follow")
        abuse.prove(request)
    followed = following.follow_report(report, client_id=client_id, language=reader_language())
    url = reverse("citizen-own", args=[followed.code])
    if request.headers.get("Accept", "").startswith("application/json"):
        number = followed.follower.report.number
        return JsonResponse(
            {"url": url, "code": shown_code(followed.code), "number": number, "new": followed.new}
        )
    return private(redirect(url))
