"""Signing in, and the sessions that come of it.

An attempt is counted before the password is looked at and taken back when it was right, so that parallel guesses
can't outrun the count. Counts stand in the database: every web process agrees on them.
"""

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from halong.accounts.models import AddressTries, SignIn, User
from halong.accounts.network import counted_address
from halong.audit import actions as audit
from halong.core.permissions import Actor, require

FREE_FAILURES = 5  # the fifth failure locks the account
FIRST_LOCK = timedelta(minutes=1)  # doubles with every further failure
LONGEST_LOCK = timedelta(hours=1)
ADDRESS_FAILURES = 30  # an office of many people shares one address
ADDRESS_WINDOW = timedelta(minutes=15)
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Attempt:
    """How an attempt ended: the user if it was good, and whether the address must wait."""

    user: User | None = None
    blocked: bool = False


def attempt_sign_in(username: str, password: str, *, address: str | None) -> Attempt:
    """Check a user name and password, counting failures by account and by address.

    A name that doesn't exist, a wrong password and a locked account take the same time and give the same answer.
    """
    if address and not _count_address(address):
        return Attempt(blocked=True)
    user = User.objects.filter(username=username.strip().lower()).first()
    if user is None or not _count_account(user):
        make_password(password)
        return Attempt()
    if not user.check_password(password) or not user.is_active:
        _note_failure(user, address)
        return Attempt()
    if not user.has_second_step:
        _forgive(user, address)
    else:  # the code is still to come: only this attempt is taken back, not those at codes before it
        User.objects.filter(pk=user.pk).update(
            failed_attempts=Greatest(F("failed_attempts") - 1, 0), locked_until=None
        )
        _uncount_address(address)
    return Attempt(user)


def attempt_code(user: User, code: str, *, address: str | None) -> Attempt:
    """Check the second step's code or a recovery code, counting failures like those of passwords."""
    from halong.accounts.actions.second_step import use_code  # noqa: PLC0415 -- the two files need each other

    if address and not _count_address(address):
        return Attempt(blocked=True)
    if not _count_account(user):
        return Attempt()
    if not user.is_active or not use_code(user, code):
        _note_failure(user, address)
        return Attempt()
    _forgive(user, address)
    return Attempt(user)


@transaction.atomic
def _count_address(address: str) -> bool:
    """Count an attempt from an address; False when it has to wait."""
    now, key = timezone.now(), counted_address(address)
    AddressTries.objects.bulk_create([AddressTries(address=key, since=now)], ignore_conflicts=True)
    AddressTries.objects.filter(address=key, since__lt=now - ADDRESS_WINDOW).update(failures=0, since=now)
    return bool(
        AddressTries.objects.filter(address=key, failures__lt=ADDRESS_FAILURES).update(
            failures=F("failures") + 1
        )
    )


def _uncount_address(address: str | None) -> None:
    if address:
        AddressTries.objects.filter(address=counted_address(address)).update(
            failures=Greatest(F("failures") - 1, 0)
        )


@transaction.atomic
def _count_account(user: User) -> bool:
    """Count an attempt at an account and lock it when it was one too many; False when it is locked already."""
    now = timezone.now()
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.is_locked_at(now):
        return False
    failures = row.failed_attempts + 1
    lock = None
    if failures >= FREE_FAILURES:
        lock = now + min(FIRST_LOCK * 2 ** min(failures - FREE_FAILURES, 10), LONGEST_LOCK)
    User.objects.filter(pk=user.pk).update(failed_attempts=failures, locked_until=lock)
    return True


@transaction.atomic
def _note_failure(user: User, address: str | None) -> None:
    audit.record(user, "accounts.sign_in_failed", user, address=address)


def _forgive(user: User, address: str | None) -> None:
    User.objects.filter(pk=user.pk).update(failed_attempts=0, locked_until=None)
    _uncount_address(address)


@transaction.atomic
def open_session(user: User, *, session_key: str, address: str | None, agent: str) -> SignIn:
    """Note that a person is signed in with this session."""
    row = SignIn.objects.create(user=user, session_key=session_key, address=address, agent=agent[:300])
    audit.record(user, "accounts.sign_in", user, address=address)
    return row


@transaction.atomic
def move_session(user: User, *, before: str, after: str) -> None:
    """A session got a fresh key (after a change of password); its row follows."""
    SignIn.objects.filter(user=user, session_key=before).update(session_key=after)


def see_session(row: SignIn) -> bool:
    """Note that a session is used, at most once a minute; False when it has been idle or open for too long."""
    now = timezone.now()
    if row.at < now - ABSOLUTE or row.last_seen < now - IDLE:
        return False
    if row.last_seen < now - SEEN_EVERY:
        SignIn.objects.filter(pk=row.pk, last_seen__lt=now - SEEN_EVERY).update(last_seen=now)
    return True


@transaction.atomic
def sign_out(user: User, *, session_key: str) -> None:
    """End one's own present session."""
    if SignIn.objects.filter(user=user, session_key=session_key).delete()[0]:
        audit.record(user, "accounts.sign_out", user)


@transaction.atomic
def end_session(row: SignIn, *, by: Actor) -> None:
    """End one session: the person's own, or anybody's by who manages people."""
    _own_or_manage(row.user, by)
    _end(row)
    audit.record(by, "accounts.end_session", row.user, session=row.pk)


@transaction.atomic
def end_sessions(user: User, *, by: Actor, but: str = "") -> int:
    """End every session of a person except the one whose key is ``but``; returns how many."""
    _own_or_manage(user, by)
    rows = list(SignIn.objects.filter(user=user).exclude(session_key=but))
    for row in rows:
        _end(row)
    if rows:
        audit.record(by, "accounts.end_sessions", user, count=len(rows))
    return len(rows)


def _own_or_manage(user: User, by: Actor) -> None:
    if not (isinstance(by, User) and by.pk == user.pk):
        require(by, "users.manage")


def _end(row: SignIn) -> None:
    import_module(settings.SESSION_ENGINE).SessionStore(row.session_key).delete()
    row.delete()


@transaction.atomic
def tidy_sessions() -> int:
    """Drop the rows of sessions that are over by time, and counts of addresses that are old; returns how many."""
    now = timezone.now()
    over = list(SignIn.objects.filter(Q(at__lt=now - ABSOLUTE) | Q(last_seen__lt=now - IDLE)))
    for row in over:
        _end(row)
    AddressTries.objects.filter(since__lt=now - 4 * ADDRESS_WINDOW).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return len(over)
