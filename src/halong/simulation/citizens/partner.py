"""The key of a simulated partner's application, which sends over Open311; kept as a partner keeps it, in a file."""

from django.db import transaction

from halong.accounts.actions import create_api_key, revoke_api_key
from halong.accounts.models import ApiKey
from halong.core.permissions import SYSTEM, Actor, require
from halong.home import private

NAME = "Mô phỏng: ứng dụng của đối tác (Open311)"
FILE = "simulation-partner"


@transaction.atomic
def partner_key(*, by: Actor = SYSTEM) -> str:
    """The key, made anew where it, or what was kept of it, is missing."""
    require(by, "keys.manage")
    file = private("secrets") / FILE
    known = list(ApiKey.objects.filter(name=NAME, revoked_at=None))
    if known and file.exists():
        return file.read_text().strip()
    for key in known:
        revoke_api_key(key, by=by)
    _key, secret = create_api_key(by=by, name=NAME, permissions=["reports.send"])
    file.touch(mode=0o600)
    file.write_text(secret)
    return secret


@transaction.atomic
def forget_partner(*, by: Actor) -> dict[str, int]:
    """Going live: the key is good for nothing any more."""
    require(by, "keys.manage")
    (private("secrets") / FILE).unlink(missing_ok=True)
    keys = list(ApiKey.objects.filter(name=NAME, revoked_at=None))
    for key in keys:
        revoke_api_key(key, by=by)
    return {"simulated keys": len(keys)}
