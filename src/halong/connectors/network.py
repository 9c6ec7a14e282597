"""Where connectors may connect to: not into the networks behind Halong, unless an administrator says so."""

import asyncio
import ipaddress
import socket

from django.utils.translation import gettext

from halong.core.errors import Conflict


async def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """An address of a host that may be connected to; the connection must be made to it, so that a name which changes
    its mind leads nowhere else. Raises Conflict.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Conflict(gettext("There is no host %(host)s.") % {"host": host}) from error
    addresses = [str(row[4][0]) for row in found]
    if not all((allow_private and is_private(address)) or is_public(address) for address in addresses):
        text = gettext("%(host)s is an address of a private network; the source doesn't allow that.")
        raise Conflict(text % {"host": host})
    return addresses[0]


def is_private(address: str) -> bool:
    """Whether an address is one of this machine or of the networks around it. Link-local ones, where clouds tell their
    machines secrets, aren't.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    if mapped is not None:
        return is_private(str(mapped))
    return parsed.is_loopback or (
        not (parsed.is_global or parsed.is_link_local or parsed.is_multicast or parsed.is_unspecified)
    )


def is_public(address: str) -> bool:
    """Whether an address is one of the Internet: not private, local, reserved, nor such a one in disguise."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    return parsed.is_global and not parsed.is_multicast and (mapped is None or is_public(str(mapped)))
