"""Requests of partner apps that hand on reports through Open311, made before the clock starts; see ``load``."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

TEXTS = (
    "Ổ gà sâu giữa đường trước cổng chợ", "Đèn đường không sáng ba tối nay", "Rác đổ bừa bãi sau khu tập thể",
    "Nước chảy tràn từ hố ga khi trời mưa", "Nắp cống vỡ ở ngã tư, nguy hiểm cho xe máy",
)  # fmt: skip
STREETS = ("Lê Lợi", "Trần Phú", "Nguyễn Văn Cừ", "Bãi Cháy", "Vườn Đào")


def requests(task: dict[str, Any]) -> Iterator[bytes]:
    """So many posts (``rows``) of reports of the kinds ``codes`` around the ``points``, as forms."""
    codes, points = task["codes"], task["points"]
    for number in range(task["rows"]):
        lon, lat = points[number % len(points)]
        form = {
            "api_key": task["key"],
            "service_code": codes[number % len(codes)],
            "lat": f"{lat + (number * 37 % 101 - 50) / 20_000:.6f}",
            "long": f"{lon + (number * 53 % 103 - 51) / 20_000:.6f}",
            "address_string": f"Số {number % 300 + 1} {STREETS[number % len(STREETS)]}",
            "description": f"{TEXTS[number % len(TEXTS)]}, lần {number}",
            **({"external_id": f"bench-{number}"} if task.get("numbered") else {}),
        }
        body = urlencode(form).encode()
        yield (
            "POST /open311/v2/requests.json HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body
