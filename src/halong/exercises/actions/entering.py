"""How people of the main instance come into the instance under exercise: a code that is good once, no password."""

import hashlib
import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.actions import GrantSpec, create_user
from halong.accounts.models import User
from halong.audit import actions as audit
from halong.core.errors import NotFound
from halong.core.permissions import Actor
from halong.exercises.actions.running import require_trainer
from halong.exercises.folder import Person
from halong.exercises.models import Participant
from halong.places.models import Agency, Place


def new_code() -> str:
    """A code of 256 random bits, as it stands in a link."""
    return secrets.token_urlsafe(32)


def digest_of(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


@transaction.atomic
def add_people(people: tuple[Person, ...], *, by: Actor) -> int:
    """Make the accounts of those who take part, with a password that nobody knows. Returns how many are new."""
    require_trainer(by)
    new = 0
    for person in people:
        if User.objects.filter(username=person.username).exists():
            continue
        user, _password = create_user(
            person.username,
            by=by,
            grants=[_grant(row) for row in person.grants],
            must_change_password=False,
            full_name=person.full_name,
            title=person.title,
        )
        if person.language:
            User.objects.filter(pk=user.pk).update(language=person.language)
        Participant.objects.create(user=user, trainer=person.trainer, code_digest=person.code_digest)
        new += 1
    return new


def _grant(row: dict[str, str]) -> GrantSpec:
    place = Place.objects.filter(code=row["place"]).order_by("-valid_from").first() if row["place"] else None
    agency = (
        Agency.objects.filter(code=row["agency"]).order_by("-valid_from").first() if row["agency"] else None
    )
    return GrantSpec(row["role"], place=place, agency=agency, sector=row["sector"])


@transaction.atomic
def use_entry(code: str) -> User:
    """Whoever the code lets in; it is used up by this. Raises NotFound for one that was used or never was."""
    if not settings.HALONG_EXERCISE or not code:
        raise NotFound
    found = Participant.objects.select_for_update().filter(code_digest=digest_of(code)).first()
    if found is None:
        raise NotFound(_("This link was used already, or it is wrong. The trainer can make a new one."))
    found.code_digest = ""
    found.entered_at = found.entered_at or timezone.now()
    found.save(update_fields=["code_digest", "entered_at"])
    audit.record(found.user, "exercises.enter", found.user)
    return found.user


@transaction.atomic
def renew_entry(participant: Participant, *, by: Actor) -> str:
    """A new code for somebody, in the place of the old one."""
    require_trainer(by)
    code = new_code()
    Participant.objects.filter(pk=participant.pk).update(code_digest=digest_of(code))
    audit.record(by, "exercises.renew_entry", participant.user)
    return code
