"""Where a network address leads: into the Internet, or to machines inside."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

TRANSLATED = ip_network("64:ff9b::/96")  # NAT64 (RFC 6052): an IPv4 address stands in its end


def is_private(address: str) -> bool:
    """Whether an address is one of this machine or of the networks around it. Link-local ones, where clouds tell their
    machines secrets, aren't.
    """
    parsed = ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    if mapped is not None:
        return is_private(str(mapped))
    return parsed.is_loopback or (
        not (parsed.is_global or parsed.is_link_local or parsed.is_multicast or parsed.is_unspecified)
    )


def is_public(address: str) -> bool:
    """Whether an address is one of the Internet: not private, local, reserved, nor an IPv6 one that carries such a one."""
    parsed = ip_address(address.partition("%")[0])
    inner = _inner(parsed) if isinstance(parsed, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
