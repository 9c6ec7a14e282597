"""The design system as people see it: no faults of access, no errors, the right behaviour, in every shell and theme."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)

SCREENS = [
    ("desk", (1440, 900)),
    ("desk", (390, 844)),
    ("citizen", (390, 844)),
    ("citizen", (1440, 900)),
    ("plain", (1440, 900)),
    ("wall", (3840, 2160)),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("shell", "size"), SCREENS)
def test_a_shell_is_accessible_and_without_errors(open_page, axe, picture, shell, size, theme):
    page = open_page(f"/styleguide?shell={shell}", size, theme)
    page.evaluate("document.fonts.ready")
    if shell == "desk":
        page.locator("halong-map .maplibregl-canvas").wait_for()
        page.locator("halong-chart").scroll_into_view_if_needed()  # loads when it is about to be seen
        page.locator("halong-chart .uplot").wait_for()
        page.wait_for_timeout(1500)
    picture(page, f"{shell}-{size[0]}-{theme}")
    picture(page, f"{shell}-{size[0]}-{theme}-whole", full_page=True)
    assert page.trouble == []
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_the_choice_of_theme_is_kept_without_a_flash(open_page):
    page = open_page("/styleguide")
    page.locator(".topbar .menu > summary").click()
    page.locator("[data-theme-set=dark]").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert 'data-theme="dark"' in page.request.get(page.url).text()


def test_dialogs_open_and_close_by_keyboard(open_page):
    page = open_page("/styleguide")
    page.locator("[data-dialog-open=task]").focus()
    page.keyboard.press("Enter")
    assert page.locator("#task").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#task").is_visible()
    assert page.evaluate("document.activeElement.dataset.dialogOpen") == "task"


def test_the_chart_has_its_table_and_its_words(open_page):
    page = open_page("/styleguide")
    page.locator("halong-chart").scroll_into_view_if_needed()  # loads when it is about to be seen
    page.locator("halong-chart .uplot").wait_for()
    assert "PM2,5" in page.locator(".chart-words").inner_text()
    page.locator("halong-chart .chip").first.click()
    assert page.locator("halong-chart tbody tr").count() == 258
    assert page.locator("halong-chart .chart-plot").is_hidden()


def test_without_webgl_the_map_is_a_drawing(open_page):
    page = open_page("/styleguide?shell=plain")
    page.context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(page.url.replace("plain", "desk"))
    page.locator("halong-map svg.map-drawing .map-land").wait_for(state="attached")
    assert page.locator("halong-map .map-note").is_visible()


def test_a_click_on_the_map_tells_about_the_thing(open_page):
    page = open_page("/styleguide")
    page.locator("halong-map").scroll_into_view_if_needed()
    page.locator("halong-map .maplibregl-canvas").wait_for()
    page.locator("halong-map[data-ready]").wait_for()
    page.wait_for_timeout(1200)
    spot = page.evaluate("document.querySelector('halong-map').whereIs([107.048, 20.952])")
    box = page.locator("halong-map .map-canvas").bounding_box()
    page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    card = page.locator(".map-card")
    card.wait_for()
    assert "Tràn dầu" in card.inner_text()
    assert card.locator("a").get_attribute("href") == "?"


def test_a_lost_stream_is_told_within_ten_seconds(open_page):
    page = open_page("/styleguide?shell=citizen")
    page.unroute("**/live?*")
    page.route("**/live?*", lambda route: route.abort())
    page.goto(page.url.replace("citizen", "desk"))
    page.locator("[data-live-state][data-state=lost]").wait_for(timeout=11_000)
    assert page.locator(".live-word").first.inner_text() != ""


def test_a_value_turns_stale_while_one_looks(open_page):
    page = open_page("/styleguide")
    tile = page.locator(".tile", has_text="Không khí tốt")
    assert "is-stale" not in tile.get_attribute("class")
    tile.locator("time").evaluate("e => { e.dateTime = new Date(Date.now() - 3600e3).toISOString(); }")
    page.locator(".tile.is-stale", has_text="Không khí tốt").wait_for(timeout=12_000)


def test_the_first_visit_is_light(open_page):
    page = open_page("/styleguide?shell=citizen", (390, 844))
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate("performance.getEntriesByType('resource').map(e => [e.name, e.encodedBodySize])")
    # The server of tests doesn't compress: scripts and styles weigh about a quarter of this in production.
    assert sum(size for name, size in sizes if name.endswith(".woff2")) < 110_000


def test_the_citizens_pages_open_without_network(open_page):
    page = open_page("/c/offline", (390, 844))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    page.goto(page.url.replace("/c/offline", "/c/a-page-never-seen"))
    assert page.locator(".state strong").inner_text() == "Không có mạng"
    assert page.evaluate("getComputedStyle(document.querySelector('.panel')).borderRadius") == "16px"
