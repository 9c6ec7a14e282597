"""Taking in what a citizen sends: once, however often it is sent; without saying who he is."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import ApiKey, User
from halong.citizens import codes, masking
from halong.citizens.actions.steps import said
from halong.citizens.answers import checked_answers
from halong.citizens.models import Category, Contact, Follower, LawfulChannel, Report
from halong.citizens.permissions import CITIZEN
from halong.citizens.promises import channels_for, next_reminder, promise_for, terms_on
from halong.citizens.recognition import Recognised, recognise
from halong.citizens.simulated import moment, require_dated
from halong.citizens.store import insert_report
from halong.core.errors import Invalid, NotFound
from halong.core.formats import local
from halong.core.permissions import require
from halong.core.text import fold
from halong.places.models import Place
from halong.places.queries import locate

OLDEST = timedelta(days=30)  # a draft that waited for the network for longer is dated when it came in
TEXT = 4000  # as Open311 allows


class LawfulElsewhere(Invalid):
    """The text sounds like a complaint or a denunciation: nothing of it is kept; ``channels`` say where it goes."""

    kind, title = "lawful-elsewhere", "Another procedure"

    def __init__(self, matter: str, channels: list[LawfulChannel]) -> None:
        words = _("This reads like a complaint or a denunciation, for which the law has another procedure.")
        super().__init__(words, fields={"text": words})
        self.matter = matter
        self.channels = channels


@dataclass(frozen=True)
class ContactDraft:
    """What a citizen says of himself, all of it optional; ``consents``: he agreed to the words of the terms."""

    name: str = ""
    email: str = ""
    phone: str = ""
    wants_email: bool = False
    wants_sms: bool = False
    consents: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether he said nothing."""
        return not (self.name.strip() or self.email.strip() or self.phone.strip())


@dataclass(frozen=True)
class Draft:
    """A report as it comes in. ``client_id`` is the client's random number (UUID 4): the same number is the same report.

    ``place`` may be left out where ``lon`` and ``lat`` tell it. ``insists``: the sender has seen that it reads like a
    complaint or denunciation and says that it is a field report. ``withheld``: he doesn't want it on the public list.
    """

    client_id: uuid.UUID
    category: Category
    text: str = ""
    place: Place | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    located: str = Report.Located.PIN
    address: str = ""
    language: str = "vi"
    written_at: datetime | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    with_photo: bool = False
    insists: bool = False
    withheld: bool = False
    contact: ContactDraft | None = None
    channel: str = Report.Channel.WEB
    api_key: ApiKey | None = None
    external_id: str = ""
    simulated: bool = False
    first: bool = False  # the number was made just now, so that it can't have been sent before


@dataclass(frozen=True)
class Sent:
    """What became of it: the report, the sender's follower and code, and whether it is new (else it was sent before)."""

    report: Report
    follower: Follower
    code: str
    new: bool
    recognised: Recognised = field(default_factory=Recognised)
    covered: tuple[str, ...] = ()


def send_report(draft: Draft, *, by: Any = CITIZEN) -> Sent:
    """Take a report in, exactly once a ``client_id``. Anybody may; a partner's key needs ``reports.send`` here.

    Raises LawfulElsewhere (nothing kept) and Invalid with the fields that are wrong.
    """
    if isinstance(by, User):
        require(by, "reports.triage")  # the hotline: an officer writes down what he is told
    known = None if draft.first else _sent_before(draft)
    if known is not None:
        return known
    place = _place_of(draft)
    if isinstance(by, ApiKey):
        require(by, "reports.send", place)
    recognised = recognise(draft.text)
    now = moment()
    require_dated(draft)
    if recognised.legal and not draft.insists:
        raise LawfulElsewhere(recognised.legal, channels_for(recognised.legal, place, local(now).date()))
    return _take_in(draft, place, recognised, now, by) or _known(draft)


def _known(draft: Draft) -> Sent:
    known = _sent_before(draft)
    if known is None:
        raise NotFound  # it came in through another process meanwhile, and was removed again
    return known


def _sent_before(draft: Draft) -> Sent | None:
    report = Report.objects.select_related("category", "place").filter(client_id=draft.client_id).first()
    if report is None:
        return None
    follower = report.followers.get(sender=True)
    return Sent(report, follower, codes.code_of(draft.client_id), new=False)


def _place_of(draft: Draft) -> Place:
    if draft.first and draft.place is not None:
        return draft.place  # the caller has found it
    point = (draft.lon, draft.lat)
    if None not in point:
        assert draft.lon is not None
        assert draft.lat is not None
        if not (isfinite(draft.lon) and isfinite(draft.lat)):
            raise Invalid(
                _("This is no place on the map."), fields={"place": _("This is no place on the map.")}
            )
        found = locate(draft.lon, draft.lat, timezone.localdate())
        if found is not None:
            return found.place
        words = _("This place lies outside of the province.")
        raise Invalid(words, fields={"place": words})
    if draft.place is None:
        words = _("Say where it is.")
        raise Invalid(words, fields={"place": words})
    return draft.place


def _take_in(draft: Draft, place: Place, recognised: Recognised, now: datetime, by: Any) -> Sent | None:
    """Write it; None when the same one has just come in through another process."""
    category = draft.category
    text = said(draft.text, "text", least=0 if draft.with_photo else 5, most=TEXT) or str(category)
    masked = masking.mask(text, keep_numbers=category.numbers_matter)
    public = masking.mask_public(text, keep_numbers=category.numbers_matter).text
    urgent = category.urgent or bool(recognised.emergency)
    promise = promise_for(category, place, urgent=urgent, at=now)
    due_at = promise.after(now, promise.answer)
    written = draft.written_at or now
    report = Report(
        client_id=draft.client_id,
        category=category,
        sector=category.sector,
        channel=draft.channel,
        api_key=draft.api_key,
        external_id=draft.external_id[:100],
        language="en" if draft.language == "en" else "vi",
        text=masked.text,
        folded=fold(masked.text),
        attributes=checked_answers(
            category, draft.answers, complete=draft.channel != Report.Channel.CONNECTOR
        ),
        public_text=public,
        public_folded=fold(public),
        place=place,
        lon=draft.lon,
        lat=draft.lat,
        accuracy_m=draft.accuracy_m if draft.accuracy_m is not None and 0 <= draft.accuracy_m < 1e6 else None,
        located=draft.located,
        address=masking.mask(draft.address[:300]).text[:300],
        urgent=urgent,
        emergency=recognised.emergency,
        legal=recognised.legal,
        withheld=draft.withheld or category.exposure == Category.Exposure.HIDDEN,
        simulated=draft.simulated,
        first_due_at=due_at,
        due_at=due_at,
        step_due_at=promise.after(now, promise.triage),
        written_at=written if now - OLDEST <= written <= now else now,
        created_at=now,
        changed_at=now,
        **public_place(category, place, draft.lon, draft.lat, draft.address),
    )
    report.remind_at, report.reminder = next_reminder(report, now)
    code = codes.code_of(draft.client_id)
    digest = codes.digest_of(code)
    data = json.dumps({"channel": str(draft.channel)})
    contact = draft.contact
    sealed = sealed_contact(contact, now) if contact is not None and not contact.is_empty else None
    pk = insert_report(report, code_digest=digest, actor=by.actor_name, data=data, sealed=sealed)
    if pk is None:
        return None
    follower = Follower(
        pk=pk,
        report=report,
        client_id=draft.client_id,
        code_digest=digest,
        sender=True,
        language=report.language,
        created_at=now,
    )
    return Sent(report, follower, code, True, recognised, masked.covered)


def public_place(
    category: Category, place: Place, lon: float | None, lat: float | None, address: str
) -> dict[str, Any]:
    """Where the public sees a report: coarsened to the street, or the middle of the unit where that tells too much."""
    if category.exposure == Category.Exposure.STREET and lon is not None and lat is not None:
        street = masking.street_of(masking.mask_public(address).text)
        return {
            "public_lon": masking.coarse(lon),
            "public_lat": masking.coarse(lat),
            "public_address": street[:300],
        }
    return {"public_lon": place.lon, "public_lat": place.lat, "public_address": ""}


def keep_contact(given: ContactDraft, now: datetime, **owner: Any) -> Contact:
    """Keep what a citizen says of himself, sealed; ``owner``: the row that it belongs to. Raises as ``sealed_contact``."""
    contact = sealed_contact(given, now, **owner)
    contact.save(force_insert=True)
    return contact


def sealed_contact(given: ContactDraft, now: datetime, **owner: Any) -> Contact:
    """The same, not written yet. Raises Invalid without consent, or when an address can't be one."""
    fields: dict[str, str] = {}
    if not given.consents:
        fields["consent"] = _("Contact data are kept only with consent.")
    email, phone = given.email.strip(), "".join(c for c in given.phone if c.isdigit() or c == "+")
    if email and (not masking.EMAIL.fullmatch(email) or len(email) > 254):
        fields["email"] = _("This is no e-mail address.")
    if given.phone.strip() and not 8 <= len(phone) <= 15:
        fields["phone"] = _("This is no telephone number.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)
    terms = terms_on(local(now).date())
    digests = [codes.contact_digest("email", email), codes.contact_digest("phone", phone)]
    return Contact(
        **owner,
        sealed=codes.seal({"name": given.name.strip()[:200], "email": email, "phone": phone}),
        digests=[digest for digest in digests if digest],
        wants_email=given.wants_email and bool(email),
        wants_sms=given.wants_sms and bool(phone),
        consent_at=now,
        consent_terms=terms.pk if terms else 0,
        created_at=now,
    )
