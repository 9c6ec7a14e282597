"""The ways out of the product: e-mail, web push, SMS and Zalo. In an exercise everything goes into files."""

import hashlib
import json
import smtplib
from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import User
from halong.citizens import push
from halong.duty import links
from halong.duty.models import Contact, Page, PushDevice
from halong.ingest.secrets import unseal
from halong.notify import mail
from halong.notify.gateways import FileOutbox, GatewayError, gateway

Channel = Page.Channel
NOT_WANTED = "-"
ERROR = 300
NO_TELEPHONE = gettext_lazy("There is no telephone number.")
NO_ADDRESS = gettext_lazy("There is no e-mail address.")


class NotSent(Exception):
    """A page hasn't left; ``permanent``: trying again can't help."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


def is_set_up(channel: str) -> bool:
    """Whether this installation has that way at all."""
    if settings.HALONG_EXERCISE or channel in (Channel.PRODUCT, Channel.PUSH):
        return True
    if channel == Channel.EMAIL:
        return mail.is_set_up()
    try:
        return gateway(channel) is not None
    except GatewayError:
        return True  # wrongly set up: the page fails, and that is shown


def lacks(channel: str, person: User | None, contact: Contact | None) -> str:
    """Why somebody can't be told in this way; "" if he can; ``NOT_WANTED`` where nobody expects it (no browser listens)."""
    if settings.HALONG_EXERCISE:
        return ""  # into a file it goes, also for a trainee whose account has no number
    if channel == Channel.PUSH:
        subscribed = person is not None and PushDevice.objects.filter(person=person).exists()
        return "" if subscribed else NOT_WANTED
    if channel == Channel.EMAIL:
        return "" if address_of(person, contact) else str(NO_ADDRESS)
    return "" if telephone_of(person, contact) else str(NO_TELEPHONE)


def address_of(person: User | None, contact: Contact | None) -> str:
    """The e-mail address of whom a page is for."""
    return person.email if person is not None else contact.email if contact is not None else ""


def telephone_of(person: User | None, contact: Contact | None) -> str:
    """The number of whom a page is for, as gateways take it."""
    number = person.phone if person is not None else contact.telephone if contact is not None else ""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


def send(page: Page) -> None:
    """Hand one page over. Raises NotSent."""
    language = (page.person.language if page.person else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        title, link = page.run.shown, _link(page)
        if settings.HALONG_EXERCISE:
            target = (
                telephone_of(page.person, page.contact)
                or address_of(page.person, page.contact)
                or str(page.person)
            )
            FileOutbox(page.channel).send(target, f"{title}\n{link}", _key(page))
            return
        ways: dict[str, Callable[[Page, str, str], None]] = {
            Channel.EMAIL: _mail, Channel.PUSH: _push, Channel.SMS: _short, Channel.ZALO: _short,
        }  # fmt: skip
        ways[page.channel](page, title, link)


def _link(page: Page) -> str:
    path = f"/duty/answer/{links.token('page', page.pk)}"
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else path


def _key(page: Page) -> str:
    return f"page-{page.pk}"


def _mail(page: Page, title: str, link: str) -> None:
    lines = [title, "", _("Answer in one click: {link}").format(link=link)]
    message = EmailMessage(
        subject=" ".join(title.split())[:200],
        body="\n".join(lines),
        to=[address_of(page.person, page.contact)],
    )
    message.extra_headers["Message-ID"] = f"<{_key(page)}@{settings.HALONG_MAIL_DOMAIN}>"
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    message.extra_headers["X-Priority"] = "1" if page.run.priority == 1 else "3"
    try:
        message.send()
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise NotSent(mail.reason(error)[:ERROR], permanent=mail.is_permanent(error)) from error


def _short(page: Page, title: str, link: str) -> None:
    try:
        way = gateway(page.channel)
        if way is None:
            raise NotSent(_("The gateway isn't set up."), permanent=True)
        way.send(telephone_of(page.person, page.contact), f"{title}\n{link}", _key(page))
    except GatewayError as error:
        raise NotSent(str(error)[:ERROR], permanent=error.permanent) from error


def _push(page: Page, title: str, link: str) -> None:
    """To every browser of the person; one is enough. Browsers that have left are forgotten."""
    faults, sent = [], 0
    for device in PushDevice.objects.filter(person=page.person):
        try:
            push.send(unseal(device.sealed), title=title, text=str(page.run.team), url=link, tag=_key(page))
            sent += 1
        except push.PushError as error:
            faults.append(error)
            if error.gone:
                device.delete()
    if not sent:
        words = str(faults[0]) if faults else _("No browser of this person listens any more.")
        raise NotSent(words[:ERROR], permanent=not faults or all(error.gone for error in faults))


def digest_of(address: dict[str, str]) -> str:
    """By what a browser is known again."""
    return hashlib.sha256(json.dumps(address.get("endpoint", "")).encode()).hexdigest()
