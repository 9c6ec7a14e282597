"""Where connectors may connect to: not into the networks behind Halong, unless an administrator says so."""

import asyncio
import socket

from django.utils.translation import gettext

from halong.core import outbox
from halong.core.addresses import is_private, is_public
from halong.core.errors import Conflict


async def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """An address of a host that may be connected to; the connection must be made to it, so that a name which changes
    its mind leads nowhere else. Raises Conflict.
    """
    if outbox.bound():
        raise Conflict(gettext("This is an exercise: no other machine is asked."))
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Conflict(gettext("There is no host %(host)s.") % {"host": host}) from error
    addresses = [str(row[4][0]) for row in found]
    if not all((allow_private and is_private(address)) or is_public(address) for address in addresses):
        text = gettext("%(host)s is an address of a private network; the source doesn't allow that.")
        raise Conflict(text % {"host": host})
    return addresses[0]
