"""Those who meet the same: following, ending it, and how one wants to hear of it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.citizens import codes
from halong.citizens.actions.sending import ContactDraft, keep_contact
from halong.citizens.actions.steps import Kind, happened
from halong.citizens.models import Contact, Follower, PushAddress, Report
from halong.citizens.permissions import CITIZEN
from halong.citizens.simulated import moment
from halong.core.errors import Conflict, Invalid, NotFound

MOST_ADDRESSES = 5
MOST_FOLLOWERS = 20_000


@dataclass(frozen=True)
class Followed:
    """What following gave: the follower, his code, and whether it is new."""

    follower: Follower
    code: str
    new: bool


def follow_report(
    report: Report, *, client_id: uuid.UUID, language: str = "vi", by: Any = CITIZEN
) -> Followed:
    """“Same here”: follow a report of the public list and add to its weight; once a ``client_id``.

    A merged report leads to the one that it was merged into. Raises NotFound for what the public doesn't see.
    """
    if report.merged_into is not None:
        report = report.merged_into
    code = codes.code_of(client_id, purpose=f"follow:{report.pk}")
    known = Follower.objects.filter(report=report, client_id=client_id).first()
    if known is not None:
        return Followed(known, code, new=False)
    if not report.public:
        raise NotFound
    if report.weight >= MOST_FOLLOWERS:
        raise Conflict(_("This report can't be followed any more."))
    try:
        with transaction.atomic():
            follower = Follower.objects.create(
                report=report,
                client_id=client_id,
                code_digest=codes.digest_of(code),
                language="en" if language == "en" else "vi",
                created_at=moment(),
            )
            Report.objects.filter(pk=report.pk).update(weight=F("weight") + 1)
            happened(report, Kind.FOLLOWED, by, public=True)
    except IntegrityError:
        return Followed(Follower.objects.get(report=report, client_id=client_id), code, new=False)
    return Followed(follower, code, new=True)


@transaction.atomic
def unfollow(follower: Follower, *, by: Follower) -> None:
    """End following: contact and addresses go at once. The weight stays: he did meet it."""
    _require_self(follower, by)
    Contact.objects.filter(follower=follower).delete()
    PushAddress.objects.filter(follower=follower).delete()
    if not follower.sender:
        Follower.objects.filter(pk=follower.pk, ended_at=None).update(ended_at=timezone.now())


@transaction.atomic
def set_contact(follower: Follower, given: ContactDraft, *, by: Follower) -> Contact | None:
    """Keep, replace or (empty) remove how a follower wants to be told."""
    _require_self(follower, by)
    Contact.objects.filter(follower=follower).delete()
    return None if given.is_empty else keep_contact(given, timezone.now(), follower=follower)


@transaction.atomic
def add_push_address(
    follower: Follower, *, endpoint: str, p256dh: str, auth: str, by: Follower
) -> PushAddress:
    """Remember where a browser hears of the report (Web Push)."""
    _require_self(follower, by)
    if not endpoint.startswith("https://") or len(endpoint) > 1000 or not p256dh or not auth:
        raise Invalid(_("This isn't an address of a browser."))
    if len(p256dh) > 200 or len(auth) > 100 or follower.push_addresses.count() >= MOST_ADDRESSES:
        raise Invalid(_("This isn't an address of a browser."))
    row, _new = PushAddress.objects.update_or_create(
        follower=follower,
        digest=codes.contact_digest("push", endpoint),
        defaults={
            "sealed": codes.seal({"endpoint": endpoint, "p256dh": p256dh, "auth": auth}),
            "created_at": timezone.now(),
        },
    )
    return row


@transaction.atomic
def remove_push_address(follower: Follower, *, endpoint: str, by: Follower) -> None:
    """Forget it."""
    _require_self(follower, by)
    follower.push_addresses.filter(digest=codes.contact_digest("push", endpoint)).delete()


def _require_self(follower: Follower, by: Follower) -> None:
    if not isinstance(by, Follower) or by.pk != follower.pk:
        raise NotFound
