"""Citizens' reports: their form on a slow phone, a photo of five megabytes, and 200,000 reports in the tables.

The limits of each network and device stay as they are: what is sent keeps within them, and partners have none.
"""

import http.client
import io
import random
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from django.utils import timezone
from PIL import Image

from halong.accounts.actions import create_api_key
from halong.bench.browser import chromium
from halong.bench.citizens_load import TEXTS
from halong.bench.citizens_rows import SPREAD, WHAT, WHERE, Province, lay
from halong.bench.ingest import run_load
from halong.bench.product import Product
from halong.citizens.models import Category, Photo, Report
from halong.citizens.queries.similar import near
from halong.core.permissions import SYSTEM
from halong.places.queries import locate
from halong.simulation.citizens.doors import Door

REPORTS = 200_000
OPENED = 5
LATENCY_MS, BYTES_PER_S = 400, 500_000 / 8  # "Slow 3G" as the aim means it: of every request, both ways
PATIENCE_MS = 60_000
QUIET_MS = 3_000  # after the network fell silent, so that what a page fetches when it is idle is counted too
PHOTOS = 10
PHOTO_BYTES = 5_000_000
PHOTO_SIZE = (4000, 3000)
LISTED = 30
SIMILAR = 400
CONNECTIONS = 16
SECONDS = 20
MOST_POSTS = 20_000  # prepared; more than are answered in that time
NEAR = 0.003  # degrees about the middle of a unit that posts lie within

# The page's own clock, from the start of the navigation. The script marks the form when all of it has run.
_WATCH = """
new MutationObserver((_changes, watch) => {
  const form = document.querySelector('form[data-report][data-ready]');
  if (!form?.querySelector('textarea[name=text]') || !form.querySelector('input[type=file][capture]')) return;
  window.usable = performance.now();
  watch.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-ready'] });
"""
_USABLE = """() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return window.usable && paint ? Math.max(window.usable, paint.startTime) : 0;
}"""


def measure(product: Product, say: Callable[[str], None], scale: float = 1.0) -> dict[str, float]:
    """All figures, those of the empty product first; ``scale`` is of the 200,000 reports."""
    figures = form(product, say)
    figures |= photo(product, say)
    count = int(REPORTS * scale)
    began = time.monotonic()
    lay(count)
    say(f"{count:,} reports of two years laid down in {time.monotonic() - began:.0f} s")
    figures |= lists(product, say)
    figures |= similar(say)
    return figures | open311(product, say)


def form(product: Product, say: Callable[[str], None]) -> dict[str, float]:
    """Seconds until the form can be used on slow 3G with an empty cache, the median of 5; KiB on the wire, compressed."""
    address = f"http://127.0.0.1:{product.port}/c/report"
    httpx.get(address).raise_for_status()  # a phone is new here, the server isn't
    with chromium("the form of reports", say) as browser:
        if browser is None:
            return {}
        opened = [_opened(browser, address) for _ in range(OPENED)]
    took = [seconds for seconds, _sent, _count in opened]
    most = max(sent for _seconds, sent, _count in opened) / 1024
    say(
        f"the form on slow 3G ({LATENCY_MS} ms, 500 kbit/s, nothing cached) is usable after "
        f"{', '.join(f'{one:.2f}' for one in took)} s; {most:.0f} KiB in {opened[0][2]} answers"
    )
    return {"report_form_slow3g_s": statistics.median(took), "report_form_kib": most}


def _opened(browser: Any, address: str) -> tuple[float, int, int]:
    """Open the page as a phone that was never here: seconds until usable, bytes of all its answers, their count."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="vi-VN"
    )
    page = context.new_page()
    page.add_init_script(_WATCH)
    session = context.new_cdp_session(page)
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_S,
            "uploadThroughput": BYTES_PER_S,
            "connectionType": "cellular3g",
        },
    )
    page.goto(address, timeout=PATIENCE_MS)
    page.wait_for_function(_USABLE, timeout=PATIENCE_MS)
    took: float = page.evaluate(_USABLE)
    page.wait_for_load_state("networkidle", timeout=PATIENCE_MS)
    page.wait_for_timeout(QUIET_MS)
    context.close()
    return took / 1000, sum(sizes), len(sizes)


def photo(product: Product, say: Callable[[str], None]) -> dict[str, float]:
    """Seconds from the first byte of a photo of 5 MB to the answer, the slowest of 10, each for a report just sent."""
    content = _noise()
    took: list[float] = []
    categories = _plain_categories()
    unit = Province().units[0]
    with httpx.Client(base_url=f"http://127.0.0.1:{product.port}", timeout=60) as client:
        door = Door(client)
        for number in range(PHOTOS):
            given = {
                "client_id": str(uuid.uuid4()),
                "category": categories[0].code,
                "text": f"{TEXTS[number % len(TEXTS)]}, lần {number}",
                "place": unit.pk,
                "altcha": door.work(),
            }
            sent = client.post("/c/api/reports", json=given)
            _expect(201, sent.status_code, sent.text)
            form = {"code": sent.json()["code"], "key": "0"}
            began = time.perf_counter()
            answer = client.post(
                "/c/api/reports/photos", data=form, files={"photo": ("a.jpg", content, "image/jpeg")}
            )
            took.append(time.perf_counter() - began)
            _expect(201, answer.status_code, answer.text)
    kept = Photo.objects.count()
    if kept != PHOTOS:
        raise AssertionError(f"{kept} photos are kept instead of {PHOTOS}")
    say(
        f"a photo of {len(content) / 1e6:.1f} MB is answered after p50 {statistics.median(took):.2f}, most {max(took):.2f} s"
    )
    return {"report_post_5mb_s": max(took)}


def _noise() -> bytes:
    """A JPEG of 12 megapixels and at least 5 MB: the lowest quality that reaches it."""
    image = Image.merge("RGB", [Image.effect_noise(PHOTO_SIZE, sigma) for sigma in (40, 50, 60)])
    for quality in range(30, 100, 5):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() >= PHOTO_BYTES:
            break
    return out.getvalue()


def lists(product: Product, say: Callable[[str], None]) -> dict[str, float]:
    """Milliseconds of the public list, of its filters and of the map's points at several zooms: the worst p95 of them."""
    chance = random.Random(200)  # noqa: S311 -- which questions are asked
    line = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
    worst: dict[str, float] = {}
    for name, path in _questions(Province(), chance).items():
        took = []
        for _ in range(LISTED + 1):
            began = time.perf_counter()
            line.request("GET", path(), headers={"Accept-Encoding": "gzip", "Accept-Language": "vi"})
            answer = line.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1000)
            _expect(200, answer.status, name)
        worst[name] = _p95(took[1:])  # the first warms up
    line.close()
    say("list and map, p95: " + ", ".join(f"{name} {ms:.0f}" for name, ms in worst.items()) + " ms")
    return {"report_list_200k_ms": max(worst.values())}


def _questions(province: Province, chance: random.Random) -> dict[str, Callable[[], str]]:
    """What people ask of the list and the map, anew each time."""

    def asked(**given: Any) -> str:
        return f"/c/reports?{urlencode(given)}"

    def words() -> str:
        return " ".join(chance.choice(WHAT).split()[:2])

    def span() -> str:
        start = timezone.localdate() - timedelta(days=chance.randrange(60, 700))
        return asked(start=start, end=start + timedelta(days=chance.randrange(1, 60)))

    def points(zoom: float, wide: float) -> str:
        unit = chance.choices(province.units, province.weights)[0]
        lon, lat = unit.lon or 107.1, unit.lat or 21.0
        box = f"{lon - wide / 2:.4f},{lat - wide / 2:.4f},{lon + wide / 2:.4f},{lat + wide / 2:.4f}"
        return f"/c/reports.geojson?{urlencode({'zoom': zoom, 'box': box})}"

    return {
        "list": asked,
        "page": lambda: asked(page=chance.randrange(2, 200)),
        "open": lambda: asked(state="open"),
        "late": lambda: asked(state="late"),
        "answered": lambda: asked(state="resolved"),
        "kind": lambda: asked(category=chance.choice(province.categories).code),
        "place": lambda: asked(place=chance.choice(province.units).pk),
        "place and kind": lambda: asked(
            place=chance.choice(province.units).pk, category=chance.choice(province.categories).code
        ),
        "words": lambda: asked(q=words()),
        "words and place": lambda: asked(q=words(), place=chance.choice(province.units).pk),
        "dates": span,
        "map, province": lambda: points(8, 3.0),
        "map, zoom 11": lambda: points(11, 0.5),
        "map, zoom 13": lambda: points(13, 0.12),
        "map, zoom 15": lambda: points(15, 0.03),
    }


def similar(say: Callable[[str], None]) -> dict[str, float]:
    """Milliseconds until reports like one are found, p95, for random kinds, places and words; by turns for the public and
    for the duty officer.
    """
    chance = random.Random(50)  # noqa: S311 -- what is looked for
    province = Province()
    took: list[float] = []
    found = 0
    for number in range(SIMILAR + 1):
        unit = chance.choices(province.units, province.weights)[0]
        lon = (unit.lon or 107.1) + chance.gauss(0, SPREAD)
        lat = (unit.lat or 21.0) + chance.gauss(0, SPREAD)
        text = f"{chance.choice(WHAT)} {chance.choice(WHERE)}"
        began = time.perf_counter()
        rows = near(chance.choice(province.categories), lon, lat, text, public=number % 2 == 0)
        took.append((time.perf_counter() - began) * 1000)
        found += bool(rows)
    took = took[1:]
    say(
        f"similar reports: p50 {statistics.median(took):.1f}, most {max(took):.1f} ms; {found} of {SIMILAR} found some"
    )
    return {"similar_reports_ms": _p95(took)}


def open311(product: Product, say: Callable[[str], None]) -> dict[str, float]:
    """Reports a second that a partner hands on for 20 seconds; all that were answered are in the table afterwards."""
    key, secret = create_api_key(by=SYSTEM, name="bench", permissions=["reports.send"])
    task: dict[str, Any] = {
        "kind": "open311", "port": product.port, "key": secret, "connections": CONNECTIONS, "seconds": SECONDS,
        "rows": MOST_POSTS, "codes": [category.code for category in _plain_categories()], "points": _points(),
        "numbered": True,
    }  # fmt: skip
    answer = run_load(task)
    count = sum(answer["statuses"].values())
    if set(answer["statuses"]) != {"201"}:
        raise AssertionError(f"answers other than 201: {answer['statuses']}")
    stored = Report.objects.filter(api_key=key).count()
    if stored != count:
        raise AssertionError(f"{stored} reports are stored instead of {count}")
    say(
        f"Open311: {count:,} reports in {answer['seconds']:.1f} s over {CONNECTIONS} connections, all stored; "
        f"answer p50 {answer['p50_ms']:.0f} ms, p99 {answer['p99_ms']:.0f} ms"
    )
    return {"open311_posts_per_s": count / answer["seconds"]}


def _plain_categories() -> list[Category]:
    """Kinds that ask nothing which must be answered, and that are answered one by one."""
    rows = Category.objects.on(timezone.localdate()).exclude(answering=Category.Answering.BATCH)
    return list(rows.exclude(fields__required=True).order_by("order"))


def _points() -> list[tuple[float, float]]:
    """The middles of those units whose surroundings lie in the province altogether."""
    today = timezone.localdate()
    middles = [(unit.lon, unit.lat) for unit in Province().units if unit.lon and unit.lat]
    corners = [(x, y) for x in (-NEAR, NEAR) for y in (-NEAR, NEAR)]
    return [(lon, lat) for lon, lat in middles if all(locate(lon + x, lat + y, today) for x, y in corners)]


def _expect(status: int, got: int, what: str) -> None:
    if got != status:
        raise AssertionError(f"answered with {got}: {what[:300]}")


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]
