"""Keeping the directory of who answers for what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Invalid
from halong.core.permissions import has_perm, require
from halong.core.text import fold
from halong.duty.models import Contact
from halong.places.models import Agency, Place

FEWEST_DIGITS, MOST_DIGITS = 3, 15  # 113 … ITU-T E.164


@dataclass(frozen=True)
class ContactDraft:
    """What the directory says of somebody."""

    name: str
    telephone: str
    post: str = ""
    person: User | None = None
    agency: Agency | None = None
    place: Place | None = None
    sector: str = ""
    kind: str = ""
    other_telephone: str = ""
    email: str = ""
    order: int = 1
    hours: str = ""
    source: str = ""
    verified_on: date | None = None


def tidy_number(text: str, field: str = "telephone") -> str:
    """A telephone number as it is shown. Raises Invalid for what can't be called, which names the ``field``."""
    digits = sum(sign.isdigit() for sign in text)
    if not FEWEST_DIGITS <= digits <= MOST_DIGITS or set(text) - set("0123456789+ .()-"):
        raise Invalid(fields={field: _("This isn't a telephone number.")})
    return " ".join(text.replace(".", " ").split())


@transaction.atomic
def save_contact(draft: ContactDraft, *, by: Any, contact: Contact | None = None) -> Contact:
    """Add somebody to the directory, or change what it says. A new number counts as not verified unless a day is given."""
    if contact is not None:
        require(by, "duty.set_up", contact)
    kept = contact or Contact()
    before = kept.telephone
    if not draft.name.strip():
        raise Invalid(fields={"name": _("Give a name.")})
    for name, value in vars(draft).items():
        setattr(kept, name, value)
    kept.telephone = tidy_number(draft.telephone)
    kept.other_telephone = (
        tidy_number(draft.other_telephone, "other_telephone") if draft.other_telephone else ""
    )
    if kept.verified_on is not None and kept.verified_on > timezone.localdate():
        raise Invalid(fields={"verified_on": _("That day is still to come.")})
    if contact is not None and before != kept.telephone and draft.verified_on == contact.verified_on:
        kept.verified_on = None
    require(by, "duty.set_up", kept)
    kept.folded, kept.changed_at = _folded(kept), timezone.now()
    kept.save()
    record(by, "duty.contact", kept, new=contact is None)
    return kept


def _folded(contact: Contact) -> str:
    digits = "".join(sign for sign in contact.telephone + contact.other_telephone if sign.isdigit())
    parts = (
        contact.name,
        contact.post,
        contact.agency,
        contact.place,
        contact.telephone,
        digits,
        contact.source,
    )
    return fold(" ".join(str(part) for part in parts if part))[:800]


@transaction.atomic
def verify_contact(contact: Contact, *, by: Any) -> Contact:
    """Somebody has called the number today, and it is right: whoever handles duty may say so."""
    if not has_perm(by, "duty.set_up", contact):
        require(by, "duty.handle", contact)
    person = by if isinstance(by, User) else None
    today = timezone.localdate()
    if not Contact.objects.filter(pk=contact.pk, ended_at=None).update(verified_on=today, verified_by=person):
        raise Conflict
    record(by, "duty.contact_verified", contact)
    contact.refresh_from_db()
    return contact


@transaction.atomic
def end_contact(contact: Contact, *, by: Any) -> None:
    """Take somebody out of the directory. Raises Conflict if he was."""
    require(by, "duty.set_up", contact)
    if not Contact.objects.filter(pk=contact.pk, ended_at=None).update(ended_at=timezone.now()):
        raise Conflict
    record(by, "duty.contact_end", contact)


def known_contact(draft: ContactDraft) -> Contact | None:
    """Who stands in the directory already under the same name, post and agency, for the same place, sector and kind."""
    same = ("name", "post", "agency", "place", "sector", "kind")
    return Contact.objects.current().filter(**{name: getattr(draft, name) for name in same}).first()


@transaction.atomic
def import_contacts(drafts: Iterable[ContactDraft], *, by: Any) -> tuple[int, int]:
    """Take a table in: contacts that are known are changed, others are added. (new, changed)"""
    new = changed = 0
    for draft in drafts:
        found = known_contact(draft)
        save_contact(draft, by=by, contact=found)
        new, changed = new + (found is None), changed + (found is not None)
    return new, changed
