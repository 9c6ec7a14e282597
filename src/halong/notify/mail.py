"""The e-mail channel: what a notice looks like as a message, and what a failure means."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from halong.core.language import text_of
from halong.notify.models import Notice

FOR_GOOD = range(500, 600)  # RFC 5321, section 4.2.1: 5yz replies are permanent


def is_set_up() -> bool:
    """Whether a mail server was named (HALONG_SMTP_URL)."""
    return bool(settings.HALONG_MAIL)


def send(notice: Notice) -> None:
    """Hand one notice to the mail server, in the language of its reader. Raises OSError or SMTPException."""
    with translation.override(notice.user.language or settings.LANGUAGE_CODE):
        message = EmailMessage(
            subject=" ".join(notice.title.split())[:200], body=_body(notice), to=[notice.user.email]
        )
    message.extra_headers["Message-ID"] = f"<notice-{notice.pk}@{settings.HALONG_MAIL_DOMAIN}>"
    message.extra_headers["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    kept = notice.attachment
    if kept is not None:
        message.attach(kept.name, bytes(kept.content), kept.media_type)
    message.send()


def _body(notice: Notice) -> str:
    lines = [notice.title]
    if notice.text:
        lines += ["", notice.text]
    if notice.url and settings.PUBLIC_URL:
        lines += ["", f"{settings.PUBLIC_URL}{notice.url}"]
    name = text_of(settings.PROFILE["province"]["short_name"])
    lines += [
        "",
        "-- ",
        _("Sent by Halong, %(centre)s. Nobody reads replies to this address.") % {"centre": name},
    ]
    return "\n".join(lines)


def is_permanent(error: Exception) -> bool:
    """Whether trying again can't help: the server refused the person's address or the message itself."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code in FOR_GOOD for code, _words in error.recipients.values())
    return (
        isinstance(error, smtplib.SMTPDataError | smtplib.SMTPSenderRefused) and error.smtp_code in FOR_GOOD
    )


def reason(error: Exception) -> str:
    """A failure in one line, without addresses of people and without secrets."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = "; ".join(f"{code} {_text(words)}" for code, words in error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        said = f"{error.smtp_code} {_text(error.smtp_error)}"
    else:
        said = str(error)
    return f"{type(error).__name__}: {said}"[:500]


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
