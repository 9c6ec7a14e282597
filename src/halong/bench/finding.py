"""How soon ⌘K answers among 10,000 things: through the page that browsers ask."""

import http.client
import statistics
import time
from collections.abc import Callable
from urllib.parse import quote

from django.db import connection

from halong.bench.live import cookies
from halong.bench.product import Product
from halong.core.text import fold

THINGS = 10_000
ROUNDS = 5
KINDS = ("Trạm không khí", "Trạm nước mặt", "Điểm wifi", "Camera", "Tủ chiếu sáng")
PLACES = (
    "Hạ Long",
    "Cẩm Phả",
    "Uông Bí",
    "Móng Cái",
    "Đông Triều",
    "Vân Đồn",
    "Cô Tô",
    "Bãi Cháy",
    "Hồng Gai",
    "Hà Tu",
)
QUERIES = (
    "h", "ha", "hạ long", "ha long", "uongbi", "tram khong khi cam pha", "cam pah", "wifi 99", "camera bai chay 1234",
    "dong trieu", "phuogn mong cai", "so y te", "pm2,5", "co to", "chieu sang van don", "khong co gi giong the nay",
)  # fmt: skip


def fill() -> None:
    """Lay 10,000 named things."""
    names = [f"{KINDS[n % len(KINDS)]} {PLACES[n // 7 % len(PLACES)]} {n}" for n in range(THINGS)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO context_entity (urn, types, scopes, name, folded, sort_key, sector, public, simulated,"
            " illustrative, created_at, modified_at)"
            " SELECT 'urn:ngsi-ld:Device:found-' || n, ARRAY['Device'], ARRAY[]::varchar[], name,"
            " folded, folded, '', false, false, false, now(), now()"
            " FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS t (name, folded, n)",
            [names, [fold(name) for name in names]],
        )


def measure(product: Product, say: Callable[[str], None]) -> dict[str, float]:
    """Milliseconds from the question to the whole answer, the 95th percentile over all questions."""
    fill()
    cookie = cookies()[0]
    line = http.client.HTTPConnection("127.0.0.1", product.port, timeout=30)
    took: dict[str, list[float]] = {query: [] for query in QUERIES}
    time.sleep(4)  # longer than between two looks for changes
    for query in ("", *QUERIES * ROUNDS):
        began = time.perf_counter()
        line.request("GET", f"/search?q={quote(query)}", headers={"Cookie": cookie, "HX-Request": "true"})
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise AssertionError(f"the search was answered with {answer.status}")
        if query:
            took[query].append((time.perf_counter() - began) * 1000)
        else:
            say(f"making the names ready when the box opens: {(time.perf_counter() - began) * 1000:.0f} ms")
    line.close()
    every = [one for times in took.values() for one in times]
    slowest = max(took, key=lambda query: statistics.median(took[query]))
    say(
        f"search among {THINGS:,} things: p50 {statistics.median(every):.0f}, most {max(every):.0f} ms; "
        f"the slowest question is {slowest!r}"
    )
    return {"search_ms": statistics.quantiles(every, n=20)[-1]}
