"""Telling people, reading, and carrying notices out of the product."""

import hashlib
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.functional import Promise

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden
from halong.core.live import touch
from halong.core.permissions import SYSTEM, Actor, require
from halong.notify import mail
from halong.notify.models import Attachment, Delivery, Notice

TOPIC = "notices"
Words = str | Promise  # lazy words are said in the language of each reader
AT_ONCE = 20
LEASE = timedelta(minutes=5)  # longer than a mail server may take for one message
BACK_OFF = (1, 2, 5, 10, 20, 40, 60, 120, 240, 480)  # minutes after each failed attempt; then it has failed
KEPT = timedelta(days=400)
KEPT_FILES = timedelta(days=14)  # afterwards the page that a notice leads to still has what the file said

INSERT = """
INSERT INTO notify_notice (user_id, kind, title, text, url, key, at, attachment_id)
SELECT t.user_id, %s, t.title, t.text, %s, %s, %s, %s
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS t (user_id, title, text)
ON CONFLICT (user_id, key) DO NOTHING RETURNING id, user_id
"""


@dataclass(frozen=True)
class File:
    """A file that goes along with a notice."""

    name: str
    media_type: str
    content: bytes


@transaction.atomic
def tell(  # noqa: PLR0913 -- what a notice says, side by side
    users: Iterable[User],
    *,
    kind: str,
    title: Words,
    text: Words = "",
    url: str = "",
    key: str,
    attachment: File | None = None,
    by_mail: bool = True,
    by: Actor = SYSTEM,
) -> int:
    """Tell people something; returns how many hear it for the first time. The same ``key`` is told to a person once.

    Called by actions that have checked what ``by`` may do; a person who isn't active can't tell anything. ``url`` is a path
    of ours. An e-mail follows where a mail server is set up and the person has an address, unless ``by_mail`` is False.
    """
    if isinstance(by, User) and not by.is_active:
        raise Forbidden
    readers = {user.pk: user for user in users if user.is_active}
    if not readers:
        return 0
    rows = [(pk, *_said(user, title, text)) for pk, user in readers.items()]
    kept = _keep(attachment).pk if attachment else None
    now = timezone.now()
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(INSERT, [kind[:40], url[:500], key[:200], now, kept, *columns])
        told = cursor.fetchall()
    if by_mail:
        _queue(((notice, readers[reader]) for notice, reader in told), now)
    for _notice, reader in told:
        touch(TOPIC, str(reader))
    return len(told)


@transaction.atomic
def unsay(prefix: str, *, by: Actor = SYSTEM) -> int:
    """Take the words out of what was told under keys that begin so, because they had to be deleted where they come from;
    the titles stay. Returns how many. Called by actions that have checked what ``by`` may do.
    """
    if isinstance(by, User) and not by.is_active:
        raise Forbidden
    return Notice.objects.filter(key__startswith=prefix).exclude(text="").update(text="")


def _said(user: User, title: Words, text: Words) -> tuple[str, str]:
    with translation.override(user.language or settings.LANGUAGE_CODE):
        return str(title)[:300], str(text)


def _keep(file: File) -> Attachment:
    digest = hashlib.sha256(file.content).hexdigest()
    kept, _new = Attachment.objects.get_or_create(
        digest=digest,
        defaults={"name": file.name[:200], "media_type": file.media_type, "content": file.content},
    )
    return kept


def _queue(told: Iterable[tuple[int, User]], now: datetime) -> None:
    if mail.is_set_up():
        Delivery.objects.bulk_create(
            Delivery(notice_id=notice, channel=Delivery.Channel.EMAIL, due_at=now)
            for notice, reader in told
            if reader.email
        )


@transaction.atomic
def read_notice(notice: Notice, *, by: Any) -> bool:
    """The person has seen it; False if that was known already. Only one's own."""
    _require_own(notice, by)
    done = Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    if done:
        touch(TOPIC, str(notice.user_id))
    return bool(done)


@transaction.atomic
def read_all(*, by: Any) -> int:
    """The person has seen everything; returns how many were new."""
    if not isinstance(by, User):
        raise Forbidden
    done = Notice.objects.filter(user=by, read_at=None).update(read_at=timezone.now())
    if done:
        touch(TOPIC, str(by.pk))
    return done


def deliver_due(*, by: Any = SYSTEM) -> int:
    """Try what is due in the outbox; returns how many were sent.

    Each is claimed first by moving its ``due_at`` on, so that two workers don't send the same, and sent outside of any
    transaction: a worker killed between sending and noting sends once more (at least once).
    """
    require(by, "system.manage")
    now, sent = timezone.now(), 0
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, due_at__lte=now).order_by("due_at")
    for delivery in waiting.select_related("notice__user", "notice__attachment")[:AT_ONCE]:
        claimed = Delivery.objects.filter(
            pk=delivery.pk, state=Delivery.State.WAITING, due_at=delivery.due_at
        ).update(due_at=now + LEASE, attempts=F("attempts") + 1)
        if claimed:
            sent += _send(delivery)
    return sent


def _send(delivery: Delivery) -> bool:
    mine = Delivery.objects.filter(pk=delivery.pk)
    attempt = delivery.attempts + 1
    try:
        mail.send(delivery.notice)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        gone = attempt > len(BACK_OFF) or mail.is_permanent(error)
        mine.update(
            state=Delivery.State.FAILED if gone else Delivery.State.WAITING,
            error=mail.reason(error),
            due_at=timezone.now() + timedelta(minutes=0 if gone else BACK_OFF[attempt - 1]),
        )
        return False
    mine.update(state=Delivery.State.SENT, sent_at=timezone.now(), error="")
    return True


@transaction.atomic
def retry_delivery(delivery: Delivery, *, by: Any) -> None:
    """Try one that has failed once more, from the first attempt on. Raises Conflict if it isn't a failed one."""
    require(by, "system.manage")
    again = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.FAILED)
    if not again.update(state=Delivery.State.WAITING, attempts=0, due_at=timezone.now()):
        raise Conflict
    record(by, "notify.retry", delivery.notice)


@transaction.atomic
def forget_old(*, by: Any = SYSTEM) -> int:
    """Let notices of more than 400 days ago go, and files that no notice of the last two weeks carries; returns how many
    notices.
    """
    require(by, "system.manage")
    now = timezone.now()
    count, _rows = Notice.objects.filter(at__lt=now - KEPT).delete()
    carried = Notice.objects.filter(at__gte=now - KEPT_FILES, attachment__isnull=False).values("attachment")
    Attachment.objects.exclude(pk__in=carried).delete()
    return count


def _require_own(notice: Notice, by: Any) -> None:
    if not isinstance(by, User) or notice.user_id != by.pk:
        raise Forbidden
