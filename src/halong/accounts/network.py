"""The network address of a caller, as it is counted and shown."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The caller's address. Behind a proxy the web server has put the forwarded one in its place already."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:  # a Unix socket
        return None


def counted_address(address: str) -> str:
    """What failures are counted by: the address, or for IPv6 its /64, which belongs to one customer."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)
