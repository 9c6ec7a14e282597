"""Every screen as people see it: each role walks the links it is given, on a phone, a desk and a wall, by day and night."""

import itertools
import json
import os
import re
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import eventually
from tests.e2e.doors import now, post, reading

pytestmark = pytest.mark.e2e

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
SIZES = [(390, 844), (1440, 900), (3840, 2160)]
DESK = SIZES[1]
ROLES = ["administrator", "leader", "operator", "officer", "auditor", ""]
USERS = {"administrator": "admin"}
MOST_PAGES = 60  # of a role: the walk ends
LOOKED_AT = r"/|/alerts|/alerts/\d+|/entities|/entities/\d+|/rules|/programme|/audit|/login|/c.*|/wall|/sources|/users"
IS_SEEN = """(() => {
  const here = document.activeElement, around = here.closest(".tile, label, .search");
  const drawn = (e) => e && getComputedStyle(e).outlineStyle !== "none";
  return here === document.body || drawn(here) || drawn(around);
})()"""  # what has the focus shows it, itself or by its frame
IS_AT = """[document.activeElement.localName, document.activeElement.closest("tr")?.id,
  Math.round(document.activeElement.getBoundingClientRect().top)]"""
FILE = re.compile(
    r"\.(atom|csv|docx|geojson|ics|json|pdf|pem|rss|xlsx|xml|zip)$|^/(logout|api|static|live)|/(photos|proofs)/\d+"
)


@pytest.fixture(scope="module")
def lively(product):
    """The product with a day of air, and with alerts: three stations far above the limit for three hours."""
    product.passwords.setdefault("auditor", _auditor(product))
    key = product.key("ingest.write", "api.read")
    # not the first: another test of the same product holds it to readings of its own
    urns = _things(product, key, "AirQualityObserved")[1:9]
    at = now()
    for kind, name in (("Hospital", "bedsAvailable"), ("AccessPoint", "clientsConnected")):
        urn = _things(product, key, kind)[0]
        hours = [reading(urn, name, at - timedelta(hours=hour), 12) for hour in range(3)]
        assert post(product, key, hours)[0] == 200
    for n, urn in enumerate(urns):
        high = 165.0 if n < 3 else 0.0
        items = [
            reading(urn, name, at - timedelta(minutes=5 * step), high or base + step % 7)
            for step, (name, base) in itertools.product(range(36), (("pm25", 20 + 3 * n), ("pm10", 50 + n)))
        ]
        assert post(product, key, items)[0] == 200
    rows = "SELECT count(*) FROM alerts_alert WHERE state = 'new' AND priority = 2"
    eventually(lambda: product.rows(rows)[0][0] >= 3, within=60)
    return product


def _things(product, key, kind):
    asked = f"{product.url}/api/v1/entities?type={kind}&limit=40&options=keyValues"
    found = httpx.get(asked, headers={"Authorization": f"Bearer {key}"}).json()["items"]
    return [item["id"] for item in found if "TEST" not in item["id"]]


def _auditor(product):
    return json.loads(product.halong("user", "add", "auditor", "--role", "auditor"))["password"]


@pytest.fixture
def enter(chromium, lively):
    """``enter(role, …)`` → a page of a browser that has signed in; its troubles are kept in ``page.trouble``."""
    contexts = []

    def go(role, *, webgl=False, **options):
        context = chromium.new_context(
            viewport={"width": DESK[0], "height": DESK[1]}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        if not webgl:  # a map in software takes seconds at 3840×2160: here it is the drawing
            context.add_init_script(
                "const real = HTMLCanvasElement.prototype.getContext;"
                "HTMLCanvasElement.prototype.getContext = function (kind, ...more)"
                " { return kind.startsWith('webgl') ? null : real.call(this, kind, ...more); };"
            )
        if role:
            user = USERS.get(role, role)
            with closing(lively.browser(user)) as client:
                context.add_cookies(
                    [{"name": n, "value": v, "url": lively.url} for n, v in client.cookies.items()]
                )
        page = context.new_page()
        page.trouble = []
        _watch(page)
        return page

    yield go
    for context in contexts:
        context.close()


def _watch(page):
    page.on("pageerror", lambda error: page.trouble.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: page.trouble.append(f"{page.url}: {said.text}") if said.type == "error" else None,
    )
    page.on(
        "response",
        lambda answer: page.trouble.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
    )
    page.on("requestfailed", lambda asked: _failed(page, asked))


def _failed(page, asked):
    """What the browser itself breaks off on leaving a page is no failure."""
    if "ERR_ABORTED" not in (asked.failure or ""):
        page.trouble.append(f"{asked.failure} {asked.url}")


def shape(path):
    """The page behind an address: one of each kind is looked at."""
    return re.sub(r"\d+", "#", path)


def links(page):
    found = page.eval_on_selector_all(
        "a[href]:not([download])", "all => all.map(a => a.getAttribute('href'))"
    )
    paths = [urlsplit(urljoin(page.url, href)) for href in found]
    here = urlsplit(page.url).netloc
    return [one.path for one in paths if one.netloc == here and not FILE.search(one.path)]


def show(page, size, theme):
    """Turn the screen to this size and theme, and let it be drawn."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=theme)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def look(page, name, sizes=SIZES):
    """Nothing is wider than the screen, in any size; the pictures of both themes where somebody wants them."""
    faults = []
    folder = os.environ.get("HALONG_SCREENSHOTS")
    views = itertools.product(SIZES, ("light", "dark")) if folder else ((size, "light") for size in sizes)
    for size, theme in views:
        show(page, size, theme)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > size[0]:
            faults.append(f"{page.url} is {wide} wide on {size[0]}")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}-{size[0]}-{theme}.png")
    show(page, DESK, "light")
    return faults


def axe(page, size=DESK, theme="light"):
    """The serious faults that axe finds."""
    show(page, size, theme)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    grave = [v for v in found if v["impact"] in {"serious", "critical"}]
    return [f"{page.url} {size[0]} {theme}: {v['id']} {v['nodes'][0]['target']}" for v in grave]


SEEN = set()  # shapes that somebody has looked at closely: for the roles after, that they open is enough


@pytest.mark.parametrize("role", ROLES)
def test_everything_a_role_can_reach_opens_without_fault(lively, enter, role):
    page = enter(role)
    start = "/" if role else "/c"
    waiting, met, faults = [start], {shape(start)}, []
    while waiting and len(met) < MOST_PAGES:
        path = waiting.pop(0)
        answer = page.goto(lively.url + path, wait_until="load")
        assert answer.status == 200, f"{role or 'citizen'}: {answer.status} {path}"
        assert page.locator("h1").count() == 1, path
        new = [p for p in dict.fromkeys(links(page)) if shape(p) not in met]
        for one in new:
            if shape(one) not in met:
                met.add(shape(one))
                waiting.append(one)
        if shape(path) not in SEEN:
            SEEN.add(shape(path))
            main = re.fullmatch(LOOKED_AT, path)
            name = f"{role or 'citizen'}{shape(path).replace('/', '-')}"
            faults += look(page, name, SIZES if main else SIZES[:2])
            if main:
                faults += axe(page) + axe(page, SIZES[0], "dark")
    assert faults == [], "\n".join(faults)
    assert page.trouble == []
    assert len(met) >= (8 if role else 5)


def test_the_wall_opens_with_its_token_and_fills_the_screen(lively, enter):
    page = enter("")
    page.goto(lively.url + json.loads(lively.halong("display", "add", f"wall {time.time()}"))["path"])
    assert urlsplit(page.url).path + urlsplit(page.url).query == "/wall"
    assert look(page, "wall") == []
    page.set_viewport_size({"width": 3840, "height": 2160})
    page.reload()
    assert page.evaluate("document.documentElement.scrollHeight") == 2160
    figures = page.eval_on_selector_all(
        ".wt-value strong", "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert len(figures) == 4
    assert min(figures) >= 125
    assert axe(page, SIZES[2], "dark") == []
    assert page.trouble == []


def test_the_panorama_fits_one_screen_and_draws_its_map(lively, enter):
    page = enter("leader", webgl=True)
    page.goto(lively.url)
    page.locator("halong-map[data-ready]").wait_for(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollHeight") == DESK[1]
    cut = "all => all.filter(e => e.scrollHeight > e.clientHeight + 1).map(e => e.textContent)"
    assert page.eval_on_selector_all(".panorama-tiles .tile", cut) == []
    assert page.trouble == []


@pytest.mark.parametrize("figure", ["Không khí tốt", "Giường bệnh trống", "Wi-Fi hoạt động"])
def test_from_a_figure_to_the_things_behind_it_in_two_clicks(lively, enter, figure):
    page = enter("leader")
    page.goto(lively.url)
    page.locator(".panorama-tiles .tile-link", has_text=figure).click(timeout=90_000)  # computed every minute
    page.wait_for_url(re.compile(r"/indicators/\d+$"))
    page.locator("main table a[href*='/entities/']").first.click()
    page.wait_for_url(re.compile(r"/entities/\d+\?property=\w+$"))
    expect(page.locator("halong-chart")).to_have_count(1)


PARTS_ARE_AT = """[...document.querySelectorAll("main :is(section, aside)[class^=panorama-]")].map((part) => {
    const { x, y, width, height } = part.getBoundingClientRect();
    return [part.className, ...[x, y, width, height].map(Math.round)];
})"""


def test_a_task_is_given_in_two_clicks_and_the_parts_stay_where_they_are(lively, enter):
    page = enter("leader")
    page.goto(lively.url)
    before = page.evaluate(PARTS_ARE_AT)
    assert len(before) >= 4
    page.locator(".panorama-decisions a", has_text="Giao nhiệm vụ").first.click()
    page.locator("dialog[open] form[action$='/tasks/new'] [type=submit]").click()
    expect(page.locator("#messages, .messages").first).to_contain_text("Đã giao nhiệm vụ")
    assert page.evaluate(PARTS_ARE_AT) == before
    assert page.trouble == []


def test_search_by_keyboard_without_accents_and_with_a_slip(lively, enter):
    page = enter("operator")
    page.goto(lively.url + "/alerts")
    for words in ("Bãi Cháy", "bai chay", "bai chai"):
        page.keyboard.press("Control+k")
        expect(page.locator("#search")).to_be_visible()
        page.keyboard.insert_text(words)
        expect(page.locator("#search-results a", has_text="Bãi Cháy").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        chosen = page.evaluate("document.activeElement.getAttribute('aria-activedescendant')")
        expect(page.locator(f"#search-results #{chosen}")).to_be_visible()
        page.keyboard.press("Escape")  # first the words go, then the box
        page.keyboard.press("Escape")
        expect(page.locator("#search")).to_be_hidden()
        page.reload()


FOCUS_IS_SEEN = """(() => {
    const focused = document.activeElement, box = focused.closest(".tile, label");
    const outlined = (element) => element && getComputedStyle(element).outlineStyle !== "none";
    return focused === document.body || outlined(focused) || outlined(box);
})()"""


def test_the_first_stop_of_the_keyboard_is_the_way_to_the_content(lively, enter):
    page = enter("leader")
    page.goto(lively.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(IS_SEEN), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_what_one_acknowledges_changes_before_another_who_keeps_place_and_focus(lively, enter):
    one, other = enter("operator"), enter("operator")
    other.goto(lively.url + "/alerts")
    other.set_viewport_size({"width": 1440, "height": 500})
    expect(other.locator("[data-live-state][data-state=on]").first).to_be_attached(timeout=15_000)
    row = other.locator("tr[id^=alert-], tr[id^=group-]").first  # in a flood alerts of one cause are one row
    row.wait_for(timeout=15_000)
    said = row.inner_text()
    other.locator("#alerts tr :is(a, summary):visible").last.focus()  # in a flood links are folded away
    other.wait_for_timeout(300)
    before = other.evaluate(IS_AT)
    one.goto(lively.url + row.locator("a[href^='/alerts/']").first.get_attribute("href"))
    one.locator("form[action$=acknowledge] button").click()
    expect(row).not_to_have_text(said, timeout=3_000, use_inner_text=True)
    assert other.evaluate(IS_AT) == before
    assert one.trouble + other.trouble == []
