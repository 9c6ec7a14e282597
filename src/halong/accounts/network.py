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
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:  # on a socket for both families
        parsed = parsed.ipv4_mapped
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


BROWSERS = (("Edg", "Edge"), ("coc_coc", "Cốc Cốc"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
            ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"),
           ("Linux", "Linux"))  # fmt: skip


def device_of(agent: str) -> str:
    """``Chrome · Windows`` from a browser's own description; its first word when neither is known."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return (
        " · ".join(part for part in (browser, system) if part) or agent.split("/", maxsplit=1)[0][:40] or "–"
    )
