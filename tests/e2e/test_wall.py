"""The wall in a real browser: it follows readings, is laid out anew, loses its connection, and does not grow; the desk
without network.
"""

import json
import time
from contextlib import closing, contextmanager

import pytest
from tests.e2e.conftest import eventually
from tests.e2e.doors import now, post, reading
from tests.e2e.pages import submit

pytestmark = pytest.mark.e2e
UPDATES = 150
GROWTH_MIB = 3.0


@pytest.fixture(scope="module")
def key(product):
    return product.key("ingest.write")


@contextmanager
def signed_in(chromium, product, user, **options):
    with closing(chromium.new_context(viewport={"width": 1440, "height": 900}, **options)) as context:
        with closing(product.browser(user)) as client:
            context.add_cookies(
                [{"name": n, "value": v, "url": product.url} for n, v in client.cookies.items()]
            )
        yield context.new_page()


@pytest.fixture
def operator(chromium, product):
    with signed_in(chromium, product, "operator") as page:
        yield page


@pytest.fixture
def wall_of(product, station, key):
    """Make a layout of these pages by the editor's own door; its id. ``STATION`` in a setting is the test's station."""
    post(product, key, [reading(station, "pm25", now(), 11.0)])
    [(pk,)] = product.rows("SELECT id FROM context_entity WHERE urn = %s", station)

    def make(*pages):
        with closing(product.browser("operator")) as client:
            page = client.get("/walls")
            submit(client, page, "/walls/new")
            [(layout, version)] = product.rows(
                "SELECT id, version FROM panorama_walllayout ORDER BY id DESC LIMIT 1"
            )
            body = {"name": f"Thử {time.time()}", "pages": list(pages), "turnSeconds": 60, "turnPlaces": []}
            body = json.loads(json.dumps(body | {"version": version}).replace("STATION", str(pk)))
            token = client.cookies["csrftoken"]
            answer = client.post(
                f"/walls/{layout}/save", json=body, headers={"X-CSRFToken": token, "Referer": product.url}
            )
            assert answer.status_code == 200, answer.text[:500]
        return layout

    return make


def tile(kind, x, y, w, h, **settings):
    return {"id": f"{kind}{x}{y}", "kind": kind, "x": x, "y": y, "w": w, "h": h, "settings": settings}


VALUE = tile("value", 0, 0, 4, 2, thing="STATION", property="pm25")


def shown(page):
    return page.locator("[data-value]").first.inner_text(timeout=2000)


def test_a_reading_stands_on_the_wall_soon_and_the_page_does_not_grow(
    product, operator, wall_of, station, key
):
    pk = wall_of({"seconds": 30, "tiles": [VALUE, tile("alerts", 0, 2, 8, 2), tile("rate", 4, 0, 4, 2)]})
    operator.goto(f"{product.url}/wall/{pk}")
    operator.wait_for_selector('[data-live-state][data-state="on"]', state="attached")
    session = operator.context.new_cdp_session(operator)
    session.send("Performance.enable")

    def sizes():
        session.send("HeapProfiler.collectGarbage")
        found = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        return found["JSHeapUsedSize"] / 2**20, found["Nodes"], found["JSEventListeners"]

    took = []
    for n in range(3):
        time.sleep(1.2)
        began = time.monotonic()
        assert post(product, key, [reading(station, "pm25", now(), 20.5 + n)])[0] == 200
        eventually(lambda n=n: shown(operator) == f"{20 + n},5", within=20, every=0.02)
        took.append(time.monotonic() - began)
    assert min(took) < 1.0, took  # the best of three: other programs may hold the processor
    before = sizes()
    for n in range(UPDATES):
        operator.evaluate("document.body.dispatchEvent(new CustomEvent('live:alerts'))")
        if n % 10 == 0:
            post(product, key, [reading(station, "pm25", now(), 30.0 + n / 10)])
        operator.wait_for_timeout(40)
    operator.wait_for_timeout(2500)
    after = sizes()
    assert after[0] - before[0] < GROWTH_MIB, (before, after)
    assert after[1] <= before[1] * 1.2 + 50, (before, after)
    assert after[2] <= before[2] + 5, (before, after)


def test_pages_turn_by_themselves_and_by_arrows(product, operator, wall_of):
    pages = [{"seconds": 20, "tiles": [tile("text", 0, 0, 4, 2, title=f"Trang {n}")]} for n in (1, 2)]
    pk = wall_of(*pages)
    operator.clock.install()
    operator.goto(f"{product.url}/wall/{pk}")
    operator.wait_for_selector(".wall-page.is-shown >> text=Trang 1")
    operator.keyboard.press("ArrowRight")
    operator.wait_for_selector(".wall-page.is-shown >> text=Trang 2")


def test_a_layout_that_was_saved_is_on_the_wall_by_itself(product, operator, wall_of):
    pk = wall_of({"seconds": 30, "tiles": [tile("text", 0, 0, 4, 2, title="Trước")]})
    operator.goto(f"{product.url}/wall/{pk}")
    operator.wait_for_selector("text=Trước")
    with closing(product.browser("operator")) as client:
        token = client.cookies["csrftoken"]
        body = {"name": f"Sau {time.time()}", "turnSeconds": 60, "turnPlaces": [], "version": 2}
        body["pages"] = [{"seconds": 30, "tiles": [tile("text", 0, 0, 4, 2, title="Sau đó")]}]
        headers = {"X-CSRFToken": token, "Referer": product.url}
        assert client.post(f"/walls/{pk}/save", json=body, headers=headers).status_code == 200
    operator.wait_for_selector("text=Sau đó", timeout=60_000)


def test_the_editor_is_worked_by_keyboard_and_by_mouse(product, operator, wall_of):
    pk = wall_of({"seconds": 30, "tiles": [tile("clock", 0, 0, 3, 2)]})
    operator.goto(f"{product.url}/walls/{pk}/edit")
    operator.wait_for_selector("[data-wall-editor][data-ready]")
    clock = operator.locator("[data-editor-grid] > [data-id]").first
    clock.focus()
    for key_ in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowRight"):
        operator.keyboard.press(key_)
    assert "gx-2 gy-1 gw-4 gh-2" in clock.get_attribute("class")
    assert operator.locator("[data-editor-say]").inner_text() != ""
    operator.keyboard.press("Control+z")
    assert "gw-3" in clock.get_attribute("class")
    box = clock.bounding_box()
    operator.mouse.move(box["x"] + 20, box["y"] + 20)
    operator.mouse.down()
    operator.mouse.move(box["x"] + 20 + 4 * box["width"] / 3, box["y"] + 20, steps=6)
    operator.mouse.up()
    assert "gx-6" in clock.get_attribute("class")
    operator.click('[data-add="rate"]')
    operator.click('[data-do="save"]')
    eventually(
        lambda: (
            [
                [(t["kind"], t["x"]) for t in pages[0]["tiles"]]
                for (pages,) in product.rows("SELECT pages FROM panorama_walllayout WHERE id = %s", pk)
            ]
            == [[("clock", 6), ("rate", 0)]]
        )
    )


def test_a_lost_connection_shows_within_ten_seconds_and_heals_by_itself(
    product, operator, wall_of, station, key
):
    pk = wall_of({"seconds": 30, "tiles": [VALUE]})
    operator.goto(f"{product.url}/wall/{pk}")
    operator.wait_for_selector('[data-live-state][data-state="on"]', state="attached")
    operator.context.set_offline(True)
    operator.wait_for_selector('[data-live-state][data-state="lost"]', timeout=10_000)
    assert shown(operator)  # what was seen stays
    post(product, key, [reading(station, "pm25", now(), 77.5)])
    operator.context.set_offline(False)
    eventually(lambda: shown(operator) == "77,5", within=45, every=0.2)
    operator.wait_for_selector('[data-live-state][data-state="on"]', state="attached")


def test_the_desk_says_that_there_is_no_network_and_comes_back(product, operator):
    operator.goto(f"{product.url}/alerts")
    eventually(lambda: operator.evaluate("navigator.serviceWorker.controller !== null"))
    operator.context.set_offline(True)
    operator.wait_for_selector('[data-live-state][data-state="lost"]', timeout=10_000)
    operator.goto(f"{product.url}/entities")
    operator.wait_for_selector("[data-come-back]")
    operator.goto(f"{product.url}/")
    operator.wait_for_selector("[data-come-back]")  # nobody asked to keep the panorama
    operator.context.set_offline(False)
    operator.wait_for_selector('[data-live-state][data-state="on"]', state="attached", timeout=30_000)
    assert operator.locator("[data-come-back]").count() == 0


def test_the_panorama_is_kept_only_where_its_owner_asks_and_until_he_signs_out(product, chromium):
    with signed_in(chromium, product, "leader") as page:
        page.goto(f"{product.url}/")
        eventually(lambda: page.evaluate("navigator.serviceWorker.controller !== null"))
        page.click("summary.avatar")
        page.click("[data-keep-here]")
        eventually(lambda: page.evaluate("caches.open('halong-kept').then(c => c.match('/')).then(Boolean)"))
        page.context.set_offline(True)
        page.goto(f"{product.url}/")
        banner = page.wait_for_selector(".banner[role=status]")
        assert "Không có kết nối" in banner.inner_text()
        assert page.locator(".panorama").count() == 1
        page.context.set_offline(False)
        page.wait_for_selector(
            'html:not([data-kept]) [data-live-state][data-state="on"]', state="attached", timeout=30_000
        )
        page.click("summary.avatar")
        page.click('form[action="/logout"] button')
        page.wait_for_selector("input[name=username]")
        eventually(lambda: page.evaluate("caches.has('halong-kept')") is False)
