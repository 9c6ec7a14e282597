"""The wall in a real browser: how soon a committed reading stands on it, and whether it and the server stay as they are."""

import contextlib
import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from halong.accounts.actions import create_display_token
from halong.bench.browser import DRAWS, chromium
from halong.bench.ingest import Stage
from halong.bench.product import Product
from halong.bench.rows import PROPERTY, URN
from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.panorama.wall.actions import LayoutDraft, create_layout, show_layout

READINGS = 20
PAUSE_S = 1.3  # longer than the second in which events of a topic are put together
PATIENCE_MS = 15_000
SETTLE_S = 60.0
SAMPLE_S = 30.0
WATCH = """() => {
  window.seen = {};
  new MutationObserver(() => {
    const text = document.querySelector('[data-value]')?.textContent.trim();
    if (text && !(text in window.seen)) window.seen[text] = Date.now();
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


@contextlib.contextmanager
def wall_page(product: Product, tiles: list[dict[str, Any]], say: Callable[[str], None]) -> Iterator[Any]:
    """A page that shows these tiles as the screen of an operations room does; None where there is no browser."""
    name = f"bench {time.time()}"
    layout = create_layout(LayoutDraft(name, [{"seconds": 30, "tiles": tiles}]), by=SYSTEM)
    token, secret = create_display_token(by=SYSTEM, name=name)
    show_layout(layout, [token], by=SYSTEM)
    with chromium("the wall", say, DRAWS) as browser:
        if browser is None:
            yield None
            return
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, locale="vi-VN")
        page.goto(f"http://127.0.0.1:{product.port}/wall?token={secret}")
        page.wait_for_selector('[data-live-state][data-state="on"]', state="attached", timeout=PATIENCE_MS)
        page.wait_for_selector("[data-wall][data-ready]", timeout=PATIENCE_MS)
        yield page


def push(product: Product, key: str, value: float) -> None:
    """Send one reading and wait for the answer, which comes after commit."""
    item = {
        "entity": URN.format(0),
        "property": PROPERTY,
        "time": datetime.now(UTC).isoformat(),
        "value": value,
    }
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=30)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", "/ingest/v1/observations", json.dumps([item]), headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise AssertionError(f"the reading was answered with {answer.status}: {body[:300]!r}")


def measure(stage: Stage, say: Callable[[str], None]) -> dict[str, float]:
    """Seconds from the answer to a pushed reading to its number on the wall, the 95th percentile of 20."""
    entity = Entity.objects.get(urn=URN.format(0))
    settings = {"thing": str(entity.pk), "property": PROPERTY}
    tiles = [
        {"id": "v", "kind": "value", "x": 0, "y": 0, "w": 4, "h": 2, "settings": settings},
        {"id": "a", "kind": "alerts", "x": 0, "y": 2, "w": 8, "h": 2},
        {"id": "m", "kind": "map", "x": 8, "y": 0, "w": 4, "h": 4},
    ]
    with wall_page(stage.product, tiles, say) as page:
        if page is None:
            return {}
        page.evaluate(WATCH)
        took = []
        for n in range(READINGS):
            text = f"{10 + n},5"
            push(stage.product, stage.key, 10.5 + n)
            answered = time.time()
            page.wait_for_function("text => text in window.seen", arg=text, timeout=PATIENCE_MS)
            took.append(max(0.0, page.evaluate("text => window.seen[text]", text) / 1000 - answered))
            page.wait_for_timeout(PAUSE_S * 1000)
    say(f"a reading stands on the wall after p50 {statistics.median(took):.2f}, most {max(took):.2f} s")
    return {"wall_update_s": statistics.quantiles(took, n=20)[-1]}


def soak(stage: Stage, say: Callable[[str], None], minutes: float) -> dict[str, float]:
    """A wall under ten readings a second for so many minutes: what page and server need at the end more than at the start.

    At sixty times the pace of real stations (one reading in five minutes each), 24 minutes are a day of 48 stations.
    """
    entity = Entity.objects.get(urn=URN.format(0))
    settings = {"thing": str(entity.pk), "property": PROPERTY}
    kinds = [
        ("value", 4, 2),
        ("alerts", 4, 2),
        ("rate", 4, 2),
        ("map", 4, 4),
        ("changes", 4, 4),
        ("chart", 4, 4),
    ]
    tiles = [
        {
            "id": kind,
            "kind": kind,
            "x": 4 * (n % 3),
            "y": 0 if n < 3 else 2,
            "w": w,
            "h": h,
            "settings": settings,
        }
        for n, (kind, w, h) in enumerate(kinds)
    ]
    with wall_page(stage.product, tiles, say) as page:
        if page is None:
            return {}
        session = page.context.new_cdp_session(page)
        rows: list[tuple[float, float, float, float]] = []
        began, sample, n = time.monotonic(), SETTLE_S, 0
        while time.monotonic() - began < SETTLE_S + minutes * 60:
            push(stage.product, stage.key, 10 + n % 90)
            n += 1
            page.wait_for_timeout(100)
            if time.monotonic() - began >= sample:
                sample += SAMPLE_S
                rows.append(_sizes(session, stage.product))
    first, last = _ends(rows)
    say(
        f"wall for {minutes:g} minutes, {n:,} readings: page {first[0]:.1f} → {last[0]:.1f} MiB, "
        f"{first[1]:.0f} → {last[1]:.0f} nodes, {first[2]:.0f} → {last[2]:.0f} listeners; "
        f"web process {first[3]:.0f} → {last[3]:.0f} MiB"
    )
    return {"wall_heap_growth_mib": last[0] - first[0], "wall_web_growth_mib": last[3] - first[3]}


def _sizes(session: Any, product: Product) -> tuple[float, float, float, float]:
    """Of the page after collecting garbage: heap in MiB, nodes, listeners; of the web process: resident MiB."""
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    status = Path(f"/proc/{product.web_pid()}/status").read_text()
    resident = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
    return found["JSHeapUsedSize"] / 2**20, found["Nodes"], found["JSEventListeners"], resident


def _ends(rows: Sequence[tuple[float, ...]]) -> tuple[list[float], list[float]]:
    """The medians of the first and of the last quarter."""
    quarter = max(1, len(rows) // 4)
    return _medians(rows[:quarter]), _medians(rows[-quarter:])


def _medians(rows: Sequence[tuple[float, ...]]) -> list[float]:
    return [statistics.median(column) for column in zip(*rows, strict=True)]
