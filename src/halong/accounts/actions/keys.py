"""Keys of machines and tokens of walls. Each is shown once, when it is made."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import ApiKey, ApiKeyQuerySet, DisplayToken, DisplayTokenQuerySet, User
from halong.accounts.roles import KEY_PERMISSIONS
from halong.audit import actions as audit
from halong.core.errors import Conflict, Invalid
from halong.core.permissions import Actor, require
from halong.places.models import Agency, Place

USED_EVERY = timedelta(minutes=1)
# asked for with every report that comes in: written out, it takes a fraction of the time that making the query would
BY_DIGEST = "SELECT * FROM accounts_apikey WHERE digest = %s"


def digest_of(secret: str) -> str:
    """What is stored of a key or token, which has 256 random bits: SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create_api_key(
    *,
    by: Actor,
    name: str,
    permissions: list[str],
    source_id: int | None = None,
    place: Place | None = None,
    agency: Agency | None = None,
    sector: str = "",
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; returns it and its secret ``hlk_<prefix>_<random>``, which can't be shown again."""
    require(by, "keys.manage")
    if not name.strip():
        raise Invalid(_("A key needs a name."), fields={"name": _("A key needs a name.")})
    unknown = sorted(set(permissions) - set(KEY_PERMISSIONS))
    if unknown or not permissions:
        text = _("A key may have: %(names)s.") % {"names": ", ".join(KEY_PERMISSIONS)}
        raise Invalid(text, fields={"permissions": text})
    prefix = secrets.token_hex(4)
    secret = f"hlk_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name.strip(),
        prefix=prefix,
        digest=digest_of(secret),
        permissions=sorted(set(permissions)),
        source_id=source_id,
        place=place,
        agency=agency,
        sector=sector,
        expires_at=expires_at,
        created_by=by if isinstance(by, User) else None,
    )
    audit.record(by, "accounts.create_api_key", key, name=key.name, permissions=key.permissions)
    return key, secret


@transaction.atomic
def rotate_api_key(key: ApiKey, *, by: Actor) -> str:
    """Replace a key's secret; the old one stops at once. Returns the new secret, shown once."""
    require(by, "keys.manage")
    prefix = secrets.token_hex(4)
    secret = f"hlk_{prefix}_{secrets.token_urlsafe(32)}"
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None, digest=key.digest).update(
        prefix=prefix, digest=digest_of(secret)
    ):
        raise Conflict(_("This key was changed or revoked meanwhile."))
    audit.record(by, "accounts.rotate_api_key", key, before=key.prefix, after=prefix)
    key.prefix, key.digest = prefix, digest_of(secret)
    return secret


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: Actor) -> None:
    """Make a key useless for ever; it stays in the list. A second call changes nothing."""
    require(by, "keys.manage")
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        key.refresh_from_db()
        audit.record(by, "accounts.revoke_api_key", key, name=key.name)


def authenticate_key(secret: str) -> ApiKey | None:
    """The key of this secret if it is good now; notes its use at most once a minute."""
    found = next(iter(ApiKey.objects.raw(BY_DIGEST, [digest_of(secret)])), None)
    now = timezone.now()
    if found is None or not found.is_good_at(now):
        return None
    _note_use(ApiKey.objects.filter(pk=found.pk), found.last_used, now)
    return found


def _note_use(row: ApiKeyQuerySet | DisplayTokenQuerySet, last: datetime | None, now: datetime) -> None:
    before = now - USED_EVERY
    if last is None or last < before:
        row.filter(Q(last_used=None) | Q(last_used__lt=before)).update(last_used=now)


@transaction.atomic
def create_display_token(*, by: Actor, name: str, place: Place | None = None) -> tuple[DisplayToken, str]:
    """Make what opens ``/wall`` on a screen; returns it and its secret ``hlw_<random>``, shown once."""
    require(by, "displays.manage")
    if not name.strip():
        raise Invalid(_("A display needs a name."), fields={"name": _("A display needs a name.")})
    secret = f"hlw_{secrets.token_urlsafe(32)}"
    token = DisplayToken.objects.create(
        name=name.strip(),
        digest=digest_of(secret),
        place=place,
        created_by=by if isinstance(by, User) else None,
    )
    audit.record(by, "accounts.create_display_token", token, name=token.name)
    return token, secret


@transaction.atomic
def revoke_display_token(token: DisplayToken, *, by: Actor) -> None:
    """Close a wall: its token is useless from the next request on."""
    require(by, "displays.manage")
    if DisplayToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        token.refresh_from_db()
        audit.record(by, "accounts.revoke_display_token", token, name=token.name)


def authenticate_display(secret: str) -> DisplayToken | None:
    """The wall of this token unless it was revoked; notes its use at most once a minute."""
    rows = DisplayToken.objects.select_related("place")
    found = rows.filter(digest=digest_of(secret), revoked_at=None).first()
    if found is not None:
        _note_use(DisplayToken.objects.filter(pk=found.pk), found.last_used, timezone.now())
    return found
