"""Browsers in which people want to hear of calls (Web Push)."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.accounts.network import device_of
from halong.audit.actions import record
from halong.core.errors import Forbidden, Invalid
from halong.duty.channels import digest_of
from halong.duty.models import PushDevice
from halong.ingest.secrets import seal

MOST = 10  # browsers of one person


@transaction.atomic
def add_device(address: dict[str, str], agent: str, *, by: Any) -> PushDevice:
    """Remember this browser; its address is kept sealed. The same one again is the same row."""
    if not isinstance(by, User) or not by.is_active:
        raise Forbidden
    if (
        not address.get("endpoint", "").startswith("https://")
        or not address.get("p256dh")
        or not address.get("auth")
    ):
        raise Invalid(_("This isn't an address of a browser."))
    digest = digest_of(address)
    if PushDevice.objects.filter(person=by).exclude(digest=digest).count() >= MOST:
        raise Invalid(_("There are too many devices already."))
    device, _new = PushDevice.objects.update_or_create(
        person=by,
        digest=digest,
        defaults={"sealed": seal(address), "agent": device_of(agent)[:200], "made_at": timezone.now()},
    )
    record(by, "duty.device", device)
    return device


@transaction.atomic
def remove_device(address: dict[str, str], *, by: Any) -> int:
    """Forget this browser; returns how many rows that were."""
    if not isinstance(by, User):
        raise Forbidden
    count, _rows = PushDevice.objects.filter(person=by, digest=digest_of(address)).delete()
    return count
