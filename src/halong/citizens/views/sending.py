"""Sending a report: the page, what it asks while it is filled in, and where a phone's queue delivers.

None of these needs an account or a session: a report is proven by its own random number, so no cookie gives an authority
that another site could borrow (``csrf_exempt``).
"""

import hashlib
import json
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.citizens import abuse, images, simulated
from halong.citizens.actions.photographs import MOST_PHOTOS, attach_photo
from halong.citizens.actions.sending import LawfulElsewhere, Sent, send_report
from halong.citizens.codes import shown_code
from halong.citizens.forms.public import AskForm, ReportForm, answers_of, new_client_id
from halong.citizens.promises import channels_for, terms_on
from halong.citizens.queries import guessing, own, public
from halong.citizens.queries.units import units_today
from halong.citizens.views.words import photo_words, script_words
from halong.core.access import public as everybody
from halong.core.errors import HalongError, Invalid, Malformed, NotFound

NUMBERS = [("112", "lifebuoy"), ("113", "shield"), ("114", "flame"), ("115", "ambulance")]


@csrf_exempt
@everybody
@require_http_methods(["GET", "POST"])
def report_form(request: HttpRequest) -> HttpResponse:
    """The page; without scripts also where it is sent to."""
    if request.method == "POST":
        return _plain_post(request)
    return _page(request, ReportForm(initial={"client_id": new_client_id(), **request.GET.dict()}))


def _page(request: HttpRequest, form: ReportForm, status: int = 200, **more: Any) -> HttpResponse:
    terms = terms_on(timezone.localdate())
    chosen = form["category"].value()
    context = {
        "form": form,
        "groups": public.categories(),
        "chosen": str(chosen) if chosen else "",
        "units": units_today(),
        "consent": terms.consent_said if terms else "",
        "numbers": NUMBERS,
        "stamp": abuse.stamp(),
        "honeypot": abuse.HONEYPOT,
        "most_photos": MOST_PHOTOS,
        "words": script_words(),
        "answers": {code: v if isinstance(v, list) else [v] for code, v in answers_of(request.POST).items()},
        **more,
    }
    response = render(request, "citizens/citizen/report.html", context, status=status)
    abuse.mark_device(request, response)
    return response


def _plain_post(request: HttpRequest) -> HttpResponse:
    """A form of a browser without scripts: no proof of work can be asked, so counts are stricter and the page is timed."""
    if abuse.is_robot(request.POST):
        return redirect("public-reports")
    form, photos = ReportForm(request.POST), request.FILES.getlist("photos")[:MOST_PHOTOS]
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        if not own.was_sent(form.cleaned_data["client_id"]):
            abuse.allow(request, "plain")
            abuse.check_stamp(request.POST.get("stamp", ""))
        sent = send_report(form.draft(answers_of(request.POST), with_photo=bool(photos)))
    except LawfulElsewhere as elsewhere:
        return _page(request, form, status=422, matter=elsewhere.matter, channels=elsewhere.channels)
    except HalongError as error:
        return _page(request, form, status=error.status, **_faults(form, error))
    for photo in photos:
        _attach_plain(request, sent, photo)
    return redirect(reverse("citizen-own", args=[sent.code]) + "?sent=1")


def _faults(form: ReportForm, error: HalongError) -> dict[str, Any]:
    """Words beside the fields that they are about; the rest stands at the top."""
    beside: dict[str, str] = {}
    for name, words in error.fields.items():
        if name in form.fields:
            form.add_error(name, words)
        elif name.startswith("attribute["):
            beside[name] = words
        elif name == "consent":
            form.add_error("consents", words)
    return {"fault": "" if error.fields else error.detail, "beside": beside}


def _attach_plain(request: HttpRequest, sent: Sent, photo: UploadedFile) -> None:
    content = photo.read()
    try:
        attach_photo(sent.report, content, key=hashlib.sha256(content).hexdigest(), by=sent.follower)
    except images.Refused as refused:
        messages.warning(request, f"{photo.name}: {photo_words(refused.reason)}")
    except HalongError as error:
        messages.warning(request, f"{photo.name}: {error.detail}")


def _json_of(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body)
    except ValueError as error:
        raise Malformed(_("This is no JSON.")) from error
    if not isinstance(given, dict):
        raise Malformed(_("This is no JSON."))
    return given


@csrf_exempt
@everybody
@require_POST
def report_api(request: HttpRequest) -> HttpResponse:
    """Where a queue delivers a report: JSON. Sending the same ``client_id`` again answers the same, without new work."""
    given = _json_of(request)
    if abuse.is_robot(given):
        return JsonResponse({"number": "", "code": "", "url": reverse("public-reports"), "new": True})
    form = ReportForm(given)
    if not form.is_valid():
        faults = {name: " ".join(errors) for name, errors in form.errors.items()}  # type: ignore[arg-type]
        raise Invalid(next(iter(faults.values())), fields=faults)
    client_id, answers = form.cleaned_data["client_id"], given.get("answers")
    of_simulator = simulated.is_marked(client_id, given.get(simulated.FIELD))
    if not own.was_sent(client_id):
        if not of_simulator:  # it comes from this machine, as may people who try the product here
            abuse.allow(request, "send")
        abuse.check_work(str(given.get("altcha", "")))
    draft = form.draft(answers if isinstance(answers, dict) else {}, with_photo=False)
    sent = send_report(replace(draft, simulated=of_simulator))
    response = JsonResponse(_receipt(sent), status=201 if sent.new else 200)
    abuse.mark_device(request, response)
    return response


def _receipt(sent: Sent) -> dict[str, Any]:
    report = sent.report
    return {
        "number": report.number,
        "code": shown_code(sent.code),
        "url": reverse("citizen-own", args=[sent.code]),
        "new": sent.new,
        "category": str(report.category),
        "place": report.place.name,
        "due_at": report.due_at.isoformat(),
        "emergency": sent.recognised.number,
    }


@csrf_exempt
@everybody
@require_POST
def photo_api(request: HttpRequest) -> HttpResponse:
    """Where a queue delivers a photo: multipart ``code``, ``key`` and ``photo``. The same key is the same photo."""
    abuse.allow(request, "photo")
    follower = own.follower_of(request.POST.get("code", ""))
    photo = request.FILES.get("photo")
    if follower is None:
        raise NotFound
    if photo is None:
        raise Malformed(_("There is no photo."))
    try:
        row = attach_photo(follower.report, photo.read(), key=request.POST.get("key", "")[:100], by=follower)
    except images.Refused as refused:
        words = photo_words(refused.reason)
        raise Invalid(words, fields={"photo": words}) from refused
    return JsonResponse({"id": row.pk, "state": row.state}, status=201)


@csrf_exempt
@everybody
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What the page asks while it is filled in: the unit of a position, kinds that fit, what the words sound like.

    A POST, so that positions stand in no log; nothing is kept.
    """
    abuse.allow(request, "check")
    form = AskForm(_json_of(request))
    given = form.cleaned_data if form.is_valid() else {}
    found = guessing.guess(given.get("text", ""), given.get("lon"), given.get("lat"), given.get("place"))
    return JsonResponse(
        {
            "place": found.place
            and {"id": found.place.pk, "name": found.place.name, "approximate": found.approximate},
            "outside": found.outside,
            "kinds": [
                {
                    "code": guess.category.code,
                    "name": str(guess.category),
                    "why": guess.why,
                    "told": guess.told,
                }
                for guess in found.kinds
            ],
            "legal": found.recognised.legal,
            "channels": [{"name": str(row), "words": row.words_said} for row in found.channels],
            "emergency": found.recognised.number,
        }
    )


@csrf_exempt
@everybody
@require_POST
def near(request: HttpRequest) -> HttpResponse:
    """Reports like this one near by, to say "same here" instead."""
    abuse.allow(request, "check")
    form = AskForm(_json_of(request))
    given = form.cleaned_data if form.is_valid() else {}
    found = guessing.alike(given.get("category"), given.get("lon"), given.get("lat"), given.get("text", ""))
    return render(request, "citizens/citizen/parts/near.html", {"found": found})


@everybody
@require_GET
def challenge(request: HttpRequest) -> HttpResponse:
    """A proof-of-work challenge, as ALTCHA's widget reads it."""
    response = JsonResponse(abuse.challenge())
    response.headers["Cache-Control"] = "no-store"
    abuse.mark_device(request, response)
    return response


@everybody
@require_GET
def lawful(request: HttpRequest) -> HttpResponse:
    """Where the law wants what is no field report."""
    day = timezone.localdate()
    matters = [
        (matter, channels_for(matter, None, day)) for matter in ("complaint", "denunciation", "regulation")
    ]
    context = {
        "matters": matters,
        "emergencies": channels_for("emergency", None, day),
        "asked": request.GET.get("matter"),
    }
    return render(request, "citizens/citizen/lawful.html", context)
