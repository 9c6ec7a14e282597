"""The second step of signing in: setting it up, using it, taking it away."""

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts import totp
from halong.accounts.models import RecoveryCode, User
from halong.audit import actions as audit
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import Actor, require


def _require_own(user: User, by: Actor) -> None:
    if not (isinstance(by, User) and by.pk == user.pk):
        raise Forbidden


@transaction.atomic
def enroll_second_step(user: User, *, by: Actor) -> str:
    """The secret of a second step that is not yet confirmed: the one shown before, else a new one.

    Raises Conflict when a second step stands already.
    """
    _require_own(user, by)
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.has_second_step:
        raise Conflict(_("A second step is set up already."))
    if row.totp_secret:
        try:
            return totp.unseal(row.totp_secret)
        except InvalidToken:
            pass  # sealed with another installation's secret: useless, a new one takes its place
    secret = totp.new_secret()
    User.objects.filter(pk=user.pk).update(totp_secret=totp.seal(secret))
    return secret


@transaction.atomic
def confirm_second_step(user: User, code: str, *, by: Actor) -> list[str]:
    """Switch the second step on when ``code`` proves that the device works; returns the recovery codes, shown once."""
    _require_own(user, by)
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.has_second_step or not row.totp_secret:
        raise Conflict(_("Open the set-up page again."))
    step = totp.matching_step(totp.unseal(row.totp_secret), code, after=row.totp_last_step)
    if step is None:
        text = _("This code is not right. Check the clock of the device, and enter the present code.")
        raise Invalid(text, fields={"code": text})
    now = timezone.now()
    User.objects.filter(pk=user.pk).update(totp_confirmed_at=now, totp_last_step=step)
    user.totp_confirmed_at = now
    audit.record(by, "accounts.confirm_second_step", user)
    return _give_recovery_codes(user)


@transaction.atomic
def renew_recovery_codes(user: User, *, by: Actor) -> list[str]:
    """Replace all recovery codes by new ones, shown once."""
    _require_own(user, by)
    if not user.has_second_step:
        raise Conflict(_("No second step is set up."))
    audit.record(by, "accounts.renew_recovery_codes", user)
    return _give_recovery_codes(user)


def _give_recovery_codes(user: User) -> list[str]:
    codes = [totp.new_recovery_code() for _number in range(totp.RECOVERY_CODES)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=totp.recovery_digest(c)) for c in codes)
    return codes


@transaction.atomic
def remove_second_step(user: User, *, by: Actor, password: str = "") -> None:
    """Take the second step away: one's own with the password, somebody's whose device is lost by who manages people."""
    if isinstance(by, User) and by.pk == user.pk:
        if not user.check_password(password):
            text = _("The present password is not right.")
            raise Invalid(text, fields={"password": text})
    else:
        require(by, "users.manage")
    User.objects.filter(pk=user.pk).update(totp_secret=b"", totp_confirmed_at=None)
    user.totp_secret, user.totp_confirmed_at = b"", None
    user.recovery_codes.all().delete()
    audit.record(by, "accounts.remove_second_step", user)


@transaction.atomic
def use_code(user: User, code: str) -> bool:
    """Whether ``code`` is good for this user now; a good one is used up, of two that come at once one wins."""
    digest = totp.recovery_digest(code)
    if user.recovery_codes.filter(digest=digest, used_at=None).update(used_at=timezone.now()):
        audit.record(user, "accounts.use_recovery_code", user)
        return True
    try:
        secret = totp.unseal(user.totp_secret)
    except InvalidToken:
        return False
    step = totp.matching_step(secret, code, after=user.totp_last_step)
    if step is None:
        return False
    return bool(User.objects.filter(pk=user.pk, totp_last_step__lt=step).update(totp_last_step=step))
