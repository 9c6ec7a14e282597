"""The outbox of messages to those who follow a report: e-mail, web push, SMS. At least once; a failure is tried again."""

import logging
import smtplib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from halong.citizens import codes, push
from halong.citizens.models import Contact, Message
from halong.core.permissions import SYSTEM, require
from halong.notify import mail
from halong.notify.gateways import GatewayError, gateway

AT_ONCE = 20
LEASE = timedelta(minutes=5)
BACK_OFF = (1, 2, 5, 10, 20, 40, 60, 120, 240)  # minutes after each failed attempt; then it has failed
State = Message.State
log = logging.getLogger(__name__)


class _Failed(Exception):
    """It couldn't be sent; ``permanent``: it never can."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


def deliver_due(*, by: Any = SYSTEM) -> int:
    """Try what is due; returns how many were tried. Each is claimed first, so that two workers don't send the same.

    What has failed before comes last: an address that never answers must not hold up those of other people.
    """
    require(by, "system.manage")
    now = timezone.now()
    waiting = Message.objects.filter(state=State.WAITING, due_at__lte=now).order_by("attempts", "due_at")
    tried = 0
    for message in waiting.select_related("follower__report", "push_address")[:AT_ONCE]:
        claimed = Message.objects.filter(pk=message.pk, state=State.WAITING, due_at=message.due_at).update(
            due_at=now + LEASE, attempts=F("attempts") + 1
        )
        if claimed:
            tried += 1
            _try(message)
    return tried


def _try(message: Message) -> None:
    mine = Message.objects.filter(pk=message.pk)
    try:
        with translation.override(message.follower.language):
            _send(message)
    except Exception as error:  # whatever one address brings about must not hold up the others
        if not isinstance(error, _Failed):
            log.exception("message %s", message.pk)
        never = isinstance(error, _Failed) and error.permanent
        over = never or message.attempts >= len(BACK_OFF)
        mine.update(
            state=State.FAILED if over else State.WAITING,
            error=(str(error) if isinstance(error, _Failed) else type(error).__name__)[:300],
            due_at=timezone.now() + timedelta(minutes=0 if over else BACK_OFF[message.attempts]),
        )
        return
    mine.update(state=State.SENT, error="")


def _send(message: Message) -> None:
    if message.channel == Message.Channel.PUSH:
        _send_push(message)
        return
    contact = Contact.objects.filter(follower=message.follower).first()
    if contact is None:
        raise _Failed("the follower took back the address", permanent=True)
    address = codes.unseal(contact.sealed)
    if message.channel == Message.Channel.EMAIL:
        _send_email(message, address.get("email", ""))
    else:
        _send_sms(message, address.get("phone", ""))


def _send_push(message: Message) -> None:
    if message.push_address is None:
        raise _Failed("no address", permanent=True)
    address = codes.unseal(message.push_address.sealed)
    url = f"/c/reports/{message.follower.report_id}"
    try:
        push.send(
            address,
            title=message.title,
            text=message.text,
            url=url,
            tag=f"report-{message.follower.report_id}",
        )
    except push.PushError as error:
        if error.gone:
            message.push_address.delete()
        raise _Failed(str(error), permanent=error.gone) from error


def _send_email(message: Message, to: str) -> None:
    if not mail.is_set_up():
        raise _Failed("no mail server is set up", permanent=True)
    lines = [message.text, ""]
    if settings.PUBLIC_URL:
        lines += [
            _("To follow it, open %(url)s and type your code.") % {"url": f"{settings.PUBLIC_URL}/c/follow"},
            "",
        ]
    lines += ["-- ", _("You asked to be told about this report. To end it, open it by your code.")]
    email = EmailMessage(subject=message.title, body="\n".join(lines), to=[to])
    email.extra_headers["Message-ID"] = f"<report-{message.pk}@{settings.HALONG_MAIL_DOMAIN}>"
    email.extra_headers["Auto-Submitted"] = "auto-generated"
    try:
        email.send()
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise _Failed(mail.reason(error), permanent=mail.is_permanent(error)) from error


def _send_sms(message: Message, to: str) -> None:
    try:
        sms = gateway("sms")
        if sms is None:
            raise _Failed("no gateway is set up", permanent=True)
        sms.send(to, message.text, f"report-{message.pk}")
    except GatewayError as error:
        raise _Failed(str(error), permanent=error.permanent) from error


def trouble() -> str | None:
    """What is wrong with messages to citizens, in a sentence; None when all is well."""
    late = Message.objects.filter(
        state=State.WAITING, attempts__gt=2, due_at__lt=timezone.now() + timedelta(hours=5)
    )
    first = late.exclude(error="").order_by("pk").first()
    if first is None:
        return None
    return _("%(n)d messages to citizens wait: %(error)s") % {"n": late.count(), "error": first.error}
