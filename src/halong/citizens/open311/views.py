"""The resources of GeoReport v2."""

import hashlib
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from halong.accounts.models import ApiKey
from halong.citizens import abuse, codes, images, simulated
from halong.citizens.actions.partners import link_media, partner_update
from halong.citizens.actions.photographs import MOST_PHOTOS, attach_photo
from halong.citizens.actions.sending import ContactDraft, Draft, Sent, send_report
from halong.citizens.models import Category, Follower, Report, ReportEvent
from halong.citizens.open311 import documents, parameters
from halong.citizens.open311.encoding import Open311Error, answer, speaks
from halong.core.access import public
from halong.core.errors import HalongError
from halong.places.models import Place
from halong.places.queries import locate

OURS = uuid.UUID("6f1f1f0e-5d0c-4b8e-9a53-0c1d3c311311")
RECENT = timedelta(days=1)


def base_of(request: HttpRequest) -> str:
    """The address of the product as clients see it."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


@public
@csrf_exempt
@speaks("GET")
def discovery(request: HttpRequest, *, form: str) -> HttpResponse:
    """Which endpoints there are."""
    return answer(form, "discovery", documents.discovery(base_of(request)))


@public
@csrf_exempt
@speaks("GET")
def services(request: HttpRequest, *, form: str) -> HttpResponse:
    """The kinds of request that are taken."""
    parameters.jurisdiction(request.GET)
    rows = Category.objects.on(timezone.localdate()).prefetch_related("fields").order_by("order", "name")
    return answer(form, "services", [documents.service(row) for row in rows])


@public
@csrf_exempt
@speaks("GET")
def service_definition(request: HttpRequest, code: str, *, form: str) -> HttpResponse:
    """The questions of one kind."""
    parameters.jurisdiction(request.GET)
    category = parameters.category_of(code)
    return answer(form, "service_definition", documents.definition(category))


@public
@csrf_exempt
@speaks("GET", "POST")
def requests(request: HttpRequest, *, form: str) -> HttpResponse:
    """Requests that are asked for, or a new one."""
    if request.method == "POST":
        return _post(request, form)
    place, wanted = parameters.jurisdiction(request.GET), parameters.asked(request.GET)
    key = parameters.key_of(request)
    found = documents.found(wanted, place, key).order_by("-created_at", "-pk")
    start = (wanted.page - 1) * wanted.size
    rows = documents.requests(found[start : start + wanted.size], key, base_of(request), wanted)
    return answer(form, "service_requests", rows)


@public
@csrf_exempt
@speaks("GET")
def one_request(request: HttpRequest, number: str, *, form: str) -> HttpResponse:
    """One request by its number."""
    place, key = parameters.jurisdiction(request.GET), parameters.key_of(request)
    pk = parameters.request_number(number)
    given = request.GET.copy()
    given["service_request_id"] = str(pk or 0)
    wanted = parameters.asked(given)
    rows = documents.requests(documents.found(wanted, place, key), key, base_of(request), wanted)
    if not rows:
        raise Open311Error((404, f"service_request_id {number[:40]!r} was not found"))
    return answer(form, "service_requests", rows)


@public
@csrf_exempt
@speaks("GET")
def token(request: HttpRequest, token: str, *, form: str) -> HttpResponse:
    """The number of a request that was answered with a token, as soon as the duty officer has looked at it."""
    abuse.still_allowed(request, "code")
    parameters.jurisdiction(request.GET)
    follower = (
        Follower.objects.filter(code_digest=codes.digest_of(token), sender=True)
        .select_related("report")
        .first()
    )
    if follower is None or len(codes.tidy_code(token)) != codes.LENGTH:
        abuse.allow(request, "code")
        raise Open311Error((404, "token was not found"))
    waits = follower.report.state == Report.State.SENT
    row = {"service_request_id": None if waits else str(follower.report_id), "token": token}
    return answer(form, "service_requests", [row])


@public
@csrf_exempt
@speaks("GET", "POST")
def nothing(request: HttpRequest, *, form: str) -> HttpResponse:
    """Whatever else is asked for below the endpoint: an error that a client can read."""
    raise Open311Error(
        (404, "There is no such resource: ask for services, requests, tokens or servicerequestupdates")
    )


@public
@csrf_exempt
@speaks("GET", "POST")
def updates(request: HttpRequest, *, form: str) -> HttpResponse:
    """What happened to requests since a moment (FixMyStreet's extension), or what a partner's user adds to his own."""
    if request.method == "POST":
        return _post_update(request, form)
    place = parameters.jurisdiction(request.GET)
    start = parameters.moment(request.GET, "start_date") or timezone.now() - RECENT
    end = parameters.moment(request.GET, "end_date") or timezone.now() + timedelta(minutes=1)
    if end < start:
        raise Open311Error((400, "end_date lies before start_date"))
    key = parameters.key_of(request)
    seen = Q(report__public=True) if key is None else Q(report__public=True) | Q(report__api_key=key)
    found = ReportEvent.objects.filter(seen, public=True, at__gte=start, at__lte=end)
    if place is not None:
        found = found.filter(report__place__path__startswith=place.path)
    rows = documents.updates(found.order_by("at", "pk")[: parameters.MOST], base_of(request))
    return answer(form, "service_request_updates", rows)


def _post(request: HttpRequest, form: str) -> HttpResponse:
    key = parameters.needed_key(request)
    given = parameters.sent(request)
    jurisdiction = parameters.jurisdiction(given)
    files = _checked_files(request)
    sent = _send(request, given, key, jurisdiction)
    for index, content in enumerate(files):
        attach_photo(sent.report, content, key=f"{index}", by=key)
    batch = sent.report.category.answering == Category.Answering.BATCH
    notice = _("Number %(number)s, code to follow it: %(code)s") % {
        "number": sent.report.number, "code": codes.shown_code(sent.code),
    }  # fmt: skip
    row: dict[str, Any] = {"token": sent.code} if batch else {"service_request_id": str(sent.report.pk)}
    row |= {"service_notice": notice, "account_id": None}
    return answer(form, "service_requests", [row], status=201 if sent.new else 200)


def _send(request: HttpRequest, fields: QueryDict, key: ApiKey, jurisdiction: Place | None) -> Sent:
    given = parameters.posted(fields)
    category = parameters.category_of(given.code)
    place = _located(given, jurisdiction)
    name = " ".join(part for part in (given.person["first_name"], given.person["last_name"]) if part)
    contact = ContactDraft(
        name=name, email=given.person["email"], phone=given.person["phone"], wants_email=bool(given.person["email"]),
        consents=True,
    )  # fmt: skip
    client_id, repeatable = client_id_of(request, key)
    draft = Draft(
        client_id=client_id,
        first=not repeatable,
        category=category,
        text=given.description,
        place=place,
        lon=given.lon,
        lat=given.lat,
        located=Report.Located.PARTNER,
        address=given.address,
        language=fields.get("lang", "vi"),
        answers=given.answers,
        with_photo=True,  # a description is optional in the specification, so it may be as short as under a picture
        contact=contact,
        channel=Report.Channel.OPEN311,
        api_key=key,
        external_id=fields.get("external_id", ""),
        simulated=simulated.is_marked(fields.get("external_id", ""), fields.get(simulated.FIELD)),
    )
    if not given.media_urls:
        return send_report(draft, by=key)
    with transaction.atomic():  # whoever sends it again, since the answer was lost, finds its pictures linked
        sent = send_report(draft, by=key)
        for address in given.media_urls[:MOST_PHOTOS] if sent.new else ():
            link_media(sent.report, address, by=key)
    return sent


def _checked_files(request: HttpRequest) -> list[bytes]:
    """The pictures that came along, each looked at before anything is kept."""
    files = [file for name in parameters.FILES for file in request.FILES.getlist(name)]
    if len(files) > MOST_PHOTOS:
        raise Open311Error((400, f"media: at most {MOST_PHOTOS} pictures"))
    contents = [file.read() for file in files]
    for content in contents:
        try:
            images.look(content)
        except HalongError as error:
            raise Open311Error((400, f"media: {error.detail}")) from error
    return contents


def _located(given: parameters.Posted, jurisdiction: Place | None) -> Place:
    """The unit in which a posted request lies; it must be one of the jurisdiction."""
    if given.lon is not None and given.lat is not None:
        found = locate(given.lon, given.lat, timezone.localdate())
        place = found.place if found else None
    else:
        place = parameters.place_in(given.address, given.address_id)
        if place is None and jurisdiction is not None and jurisdiction.kind != Place.Kind.PROVINCE:
            place = jurisdiction
    if place is None:
        raise Open311Error(
            (
                400,
                "The location lies in no unit of the province: send lat and long, or an address with its unit",
            )
        )
    if jurisdiction is not None and not place.path.startswith(jurisdiction.path):
        raise Open311Error((400, "The location lies outside of the jurisdiction"))
    return place


def client_id_of(request: HttpRequest, key: ApiKey) -> tuple[uuid.UUID, bool]:
    """What makes sending twice one request: the client's ``Idempotency-Key`` or ``external_id``; and whether it sent one."""
    own = request.headers.get("Idempotency-Key", "") or parameters.sent(request).get("external_id", "")
    if not own:
        return uuid.uuid4(), False
    secret = codes.sign("open311", f"{key.pk}:{own[:200]}")
    return uuid.UUID(bytes=hashlib.sha256(OURS.bytes + secret.encode()).digest()[:16], version=4), True


def _post_update(request: HttpRequest, form: str) -> HttpResponse:
    key = parameters.needed_key(request)
    given = parameters.sent(request)
    parameters.jurisdiction(given)
    pk = parameters.request_number(given.get("service_request_id", ""))
    if pk is None:
        raise Open311Error((400, "service_request_id was not provided"))
    report = Report.objects.filter(pk=pk, api_key=key).select_related("category", "place", "agency").first()
    if report is None:
        raise Open311Error((404, f"service_request_id {pk} was not found among those that this api_key sent"))
    addresses = parameters.media_urls(given)
    entry = partner_update(
        report,
        by=key,
        text=given.get("description", ""),
        update_id=given.get("update_id") or given.get("update_id_ext", ""),
    )
    for address in addresses[:MOST_PHOTOS]:
        link_media(report, address, by=key)
    row = {"update_id": str(entry.pk), "service_request_id": str(report.pk)}
    return answer(form, "service_request_updates", [row], status=201)
