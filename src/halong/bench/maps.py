"""Ten thousand things on the map: what the server needs to tell them, and how long a browser needs for a frame."""

import gzip
import http.client
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from halong.bench.browser import DRAWS, chromium
from halong.bench.ingest import Stage
from halong.bench.live import cookies

THINGS = 10_000
ASKED = 5
CHANGED = 100
BOX = (106.5, 20.75, 107.95, 21.55)  # west, south, east, north of the province

# requestAnimationFrame's own clock, while the map turns from the whole province to a town and back.
_FRAMES = """async () => {
  const { map } = document.querySelector('halong-map'), frames = [];
  let last = 0, on = true;
  const tick = (at) => { if (last) frames.push(at - last); last = at; if (on) requestAnimationFrame(tick); };
  // The first turn lets the browser compile its shaders, which it does once.
  for (const zoom of [11, 8.6]) {
    map.easeTo({ center: [107.1, 21], zoom, duration: 1500, essential: true });
    await new Promise(done => map.once('idle', done));
  }
  requestAnimationFrame(tick);
  for (const [center, zoom] of [[[107.05, 20.97], 11], [[107.4, 21.1], 9.5], [[107.25, 21.13], 8.6]]) {
    map.easeTo({ center, zoom, duration: 2000, essential: true });
    await new Promise(done => map.once('moveend', done));
  }
  on = false;
  const gl = map.getCanvas().getContext('webgl2'), info = gl.getExtension('WEBGL_debug_renderer_info');
  frames.sort((a, b) => a - b);
  return { frames: frames.length, p50: frames[frames.length >> 1], p95: frames[Math.floor(frames.length * .95)],
    renderer: info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : gl.getParameter(gl.RENDERER) };
}"""


def seed(count: int = THINGS) -> None:
    """So many air stations spread over the province, each with a reading of now."""
    west, south, east, north = BOX
    given: dict[str, Any] = {
        "n": count,
        "west": west,
        "south": south,
        "wide": east - west,
        "high": north - south,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO context_entity (urn, types, scopes, name, folded, sort_key, sector, lon, lat, public, simulated,"
            " illustrative, created_at, modified_at) SELECT 'urn:ngsi-ld:AirQualityObserved:map-' || n,"
            " ARRAY['AirQualityObserved'], '{}', 'Map ' || n, 'map ' || n, 'map', 'environment',"
            " %(west)s + %(wide)s * random(), %(south)s + %(high)s * random(), true, true, true, now(), now()"
            " FROM generate_series(1, %(n)s) n ON CONFLICT (urn) DO NOTHING",
            given,
        )
        cursor.execute(
            "INSERT INTO observations_series (entity_id, property, unit, interval_s, decimals, derived, created_at)"
            " SELECT e.id, p, 'GQ', 300, 1, '', now() FROM context_entity e, unnest(ARRAY['pm25', 'pm10']) p"
            " WHERE e.urn LIKE 'urn:ngsi-ld:AirQualityObserved:map-%%' ON CONFLICT DO NOTHING"
        )
        cursor.execute(
            "INSERT INTO latest (series_id, time, value, quality) SELECT s.id, now(), 10 + random() * 60, 0"
            " FROM observations_series s JOIN context_entity e ON e.id = s.entity_id"
            " WHERE e.urn LIKE 'urn:ngsi-ld:AirQualityObserved:map-%%'"
            " ON CONFLICT (series_id) DO UPDATE SET time = excluded.time, value = excluded.value"
        )
        for table in ("context_entity", "observations_series", "latest"):
            cursor.execute(f"ANALYZE {table}")


def measure(stage: Stage, say: Callable[[str], None]) -> dict[str, float]:
    """The median frame of the map with 10,000 things; server times and sizes are said."""
    seed()
    cookie = cookies()[0]
    port = stage.product.port
    version = _ask(port, cookie, "/map/things.json", say)
    _change(CHANGED)
    time.sleep(3)
    _ask(port, cookie, f"/map/things.json?since={version}", say)
    _ask(port, cookie, "/map/replay.json", say)
    found = _frames(port, cookie, say)
    return {} if found is None else {"map_10k_frame_ms": found}


def _change(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE latest SET value = value + 1, time = now() WHERE series_id IN (SELECT s.id FROM observations_series s"
            " JOIN context_entity e ON e.id = s.entity_id WHERE e.urn LIKE 'urn:ngsi-ld:AirQualityObserved:map-%%'"
            " AND s.property = 'pm25' ORDER BY s.id LIMIT %s)",
            [count],
        )
        cursor.execute("SELECT pg_notify('halong_live', '[\"panorama\", []]')")


def _ask(port: int, cookie: str, path: str, say: Callable[[str], None]) -> str:
    """Say how long an answer takes (the first, which is made, and the median of those after it) and how large it is."""
    times: list[float] = []
    body = b""
    for _ in range(ASKED):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        began = time.perf_counter()
        line.request("GET", path, headers={"Host": "localhost", "Cookie": cookie})
        body = line.getresponse().read()
        times.append((time.perf_counter() - began) * 1000)
        line.close()
    words = path.partition("=")[0]
    say(
        f"{words}: {times[0]:.0f} ms, then {statistics.median(times[1:]):.0f} ms;"
        f" {len(body) / 1000:,.0f} kB, {len(gzip.compress(body)) / 1000:,.0f} kB packed"
    )
    head = body[:200].decode(errors="replace")
    return head.partition('"version":"')[2].partition('"')[0]


def _frames(port: int, cookie: str, say: Callable[[str], None]) -> float | None:
    name, _, value = cookie.partition("=")
    with chromium("frames of the map", say, DRAWS) as browser:
        if browser is None:
            return None
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
        page = context.new_page()
        began = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/map")
        page.locator("halong-map[data-ready]").wait_for(timeout=120_000)
        ready = time.perf_counter() - began
        page.wait_for_timeout(2000)
        found: dict[str, Any] = page.evaluate(_FRAMES)
    say(
        f"the map with {THINGS:,} things is there after {ready:.1f} s; {found['frames']} frames:"
        f" median {found['p50']:.0f} ms, p95 {found['p95']:.0f} ms, drawn by {found['renderer']}"
    )
    return float(found["p50"])
