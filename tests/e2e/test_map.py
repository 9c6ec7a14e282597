"""The map page in a browser, on the running product: layers, the last day, the address, printing, without WebGL."""

import re
from contextlib import closing

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e
NO_WEBGL = (
    "const real = HTMLCanvasElement.prototype.getContext;"
    "HTMLCanvasElement.prototype.getContext = function (kind, ...more)"
    " { return kind.startsWith('webgl') ? null : real.call(this, kind, ...more); };"
)
READY = "halong-map[data-ready]"


@pytest.fixture
def map_page(chromium, product):
    """``map_page(hash, webgl=…)`` → the map as a leader sees it; its troubles are kept in ``page.trouble``."""
    contexts = []

    def go(anchor="", *, webgl=False, **options):
        context = chromium.new_context(
            viewport={"width": 1440, "height": 900}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        if not webgl:
            context.add_init_script(NO_WEBGL)
        with closing(product.browser("leader")) as client:
            context.add_cookies(
                [{"name": n, "value": v, "url": product.url} for n, v in client.cookies.items()]
            )
        page = context.new_page()
        page.trouble = []
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.on("response", lambda r: page.trouble.append(r.url) if r.status >= 400 else None)
        page.goto(f"{product.url}/map{anchor}")
        page.locator(READY).wait_for(timeout=60_000)
        return page

    yield go
    for context in contexts:
        context.close()


def test_layers_and_list_obey_the_same_filter(map_page):
    page = map_page()
    page.locator("#map-tab-list").click()
    before = page.locator("[data-map-count]").inner_text()
    page.locator("#map-tab-layers").click()
    page.locator("input[data-kind=AccessPoint]").uncheck()
    page.locator("#map-tab-list").click()
    expect(page.locator("[data-map-count]")).not_to_have_text(before)
    page.locator("[data-map-find]").fill("tram khong khi bai chay")
    expect(page.locator(".map-item b").first).to_contain_text("Bãi Cháy")
    assert page.trouble == []


def test_the_last_day_is_one_request_and_never_looks_live(map_page):
    page = map_page()
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "replay.json" in r.url else None)
    slider = page.locator(".map-time-range")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    banner = page.locator(".map-banner")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text(re.compile(r"Xem lại: \d\d/\d\d/\d{4} \d\d:00"))
    expect(page.locator("halong-map.is-replay")).to_be_attached()
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:00", slider.get_attribute("aria-valuetext"))
    page.keyboard.press("End")
    expect(banner).to_be_hidden()
    expect(page.locator("halong-map.is-replay")).to_have_count(0)
    assert len(asked) == 1
    assert page.trouble == []


def test_the_address_brings_a_view_back(map_page):
    page = map_page(
        "#map=10.5/20.9500/107.0500&layers=AirQualityObserved&shade=heat:AirQualityObserved.pm25",
        webgl=True,
    )
    assert page.evaluate("document.querySelector('halong-map').map.getZoom()") == 10.5
    assert page.locator("[data-map-shade]").input_value() == "heat:AirQualityObserved.pm25"
    assert page.locator("input[data-kind]:checked").evaluate_all("all => all.map(e => e.dataset.kind)") == [
        "AirQualityObserved"
    ]
    page.evaluate("document.querySelector('halong-map').map.jumpTo({ center: [107.3, 21.0], zoom: 11 })")
    expect(page).to_have_url(
        re.compile(r"#map=11\.00/21\.0000/107\.3000&layers=AirQualityObserved&shade=heat")
    )
    assert page.trouble == []


@pytest.mark.parametrize("webgl", [False, True])
def test_the_sheet_has_title_time_scale_source_and_the_archipelagos(map_page, webgl):
    page = map_page(webgl=webgl)
    page.evaluate("window.print = () => {}")
    page.locator("[data-tool=print]").click()
    sheet = page.locator(".map-sheet")
    sheet.locator("img").wait_for(state="attached")
    text = sheet.text_content()
    assert re.search(r"Bản đồ Tỉnh Quảng Ninh.*Trạng thái lúc \d\d/\d\d/\d{4} \d\d:\d\d", text)
    assert "không phải địa giới chính thức" in text
    assert "Hoàng Sa(Việt Nam)" in text
    assert "Trường Sa(Việt Nam)" in text
    assert ("km" in text.split("chính thức")[0]) or not webgl
    assert len(page.pdf(prefer_css_page_size=True)) > 20_000
    with page.expect_download() as download:
        page.locator("[data-tool=png]").click()
    assert download.value.suggested_filename.endswith(".png")
    assert page.trouble == []
