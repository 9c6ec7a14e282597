"""Browsers that ask to be warned: by consent, without an account, gone when they take it back."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.citizens import codes
from halong.core.errors import Invalid
from halong.places.models import Place
from halong.warnings.models import Subscriber

LONGEST = 1000


@transaction.atomic
def subscribe_push(
    address: dict[str, str], *, place: Place | None, language: str = "vi", consent: bool, by: Any
) -> None:
    """Keep where a browser hears of warnings (of ``place``; None: of everywhere). The same browser again: the newer wish.

    ``by`` is the citizen: anybody may, nobody is known. Raises Invalid without consent, or for what is no push address.
    """
    if not consent:
        raise Invalid(_("Without your consent nothing is kept."))
    if not is_address(address):
        raise Invalid(_("This isn't an address of a push service."))
    now = timezone.now()
    wish = {
        "place": place,
        "sealed": codes.seal(address),
        "language": "en" if language == "en" else "vi",
        "consent_at": now,
    }
    Subscriber.objects.update_or_create(
        digest=digest_of(address["endpoint"]), defaults=wish, create_defaults=wish | {"created_at": now}
    )


@transaction.atomic
def unsubscribe_push(endpoint: str, *, by: Any) -> None:
    """Forget a browser; whoever knows the endpoint is that browser."""
    Subscriber.objects.filter(digest=digest_of(endpoint)).delete()


def digest_of(endpoint: str) -> str:
    """What is kept of an endpoint to find it again."""
    return codes.contact_digest("warning-push", endpoint)


def is_address(address: dict[str, str]) -> bool:
    """Whether it has what a push service needs."""
    parts = (address.get("endpoint", ""), address.get("p256dh", ""), address.get("auth", ""))
    return parts[0].startswith("https://") and all(0 < len(part) <= LONGEST for part in parts)
