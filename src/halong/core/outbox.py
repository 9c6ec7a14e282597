"""The one way out of an instance under exercise: files in ``HALONG_HOME/files/outbox``, one a message.

Every door to the outside asks ``bound()`` and then writes here what it would have sent. Beneath them all stands the
``guard``: it refuses connections to other machines, and to the main instance, whoever wants one.
"""

import json
import sys
import threading
import uuid
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from halong.home import private


class OutsideError(ConnectionError):
    """Something wanted to leave an instance under exercise by another way than the outbox."""


def bound() -> bool:
    """Whether everything that leaves goes into files only."""
    return bool(settings.HALONG_EXERCISE)


def put(channel: str, to: str, *, key: str = "", **said: Any) -> None:
    """Write what would have left: by which channel, to whom, with which words; under the same ``key`` once."""
    folder = private("outbox", private("files"))
    row = {"channel": channel, "to": to, "at": datetime.now(UTC).isoformat(), **said}
    known = uuid.uuid5(uuid.NAMESPACE_URL, f"{channel}:{to}:{key}") if key else uuid.uuid4()
    name = f"{channel}-{known.hex}.json"
    (folder / name).write_text(json.dumps(row, ensure_ascii=False, default=str), encoding="utf-8")


class MailOutbox(BaseEmailBackend):
    """Django's mails as files (``EMAIL_BACKEND`` of an instance under exercise)."""

    def send_messages(self, email_messages: Any) -> int:
        """Write each of them; returns how many."""
        for message in email_messages:
            put("email", ", ".join(message.recipients()), subject=message.subject, text=str(message.body))
        return len(email_messages)


_armed = threading.Event()


def guard(*, refused_ports: frozenset[int]) -> None:
    """From now on this process reaches no other machine, and none of ``refused_ports`` on this one. It can't be undone."""
    if _armed.is_set():
        return
    _armed.set()

    def look(event: str, given: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(given[1], tuple):
            _refuse(str(given[1][0]), int(given[1][1]), refused_ports)
        elif event == "socket.getaddrinfo" and given[0] is not None:
            name = given[0].decode(errors="replace") if isinstance(given[0], bytes) else str(given[0])
            if not _is_here(name):
                raise OutsideError(f"{name}: nothing leaves an instance under exercise")

    sys.addaudithook(look)


def _refuse(host: str, port: int, refused_ports: frozenset[int]) -> None:
    if not _is_here(host) or port in refused_ports:
        raise OutsideError(f"{host} port {port}: nothing leaves an instance under exercise")


def _is_here(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    if host in ("", "localhost", "localhost.localdomain"):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
