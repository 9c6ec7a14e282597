"""The map's own rules, tested on what is drawn: archipelagos and sea on every view beyond the province, no border, no source
outside; measuring against known lengths; nothing left over after many updates."""

import json
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.django_db(transaction=True)

FRONTEND = Path(__file__).parents[2] / "src/halong/web/frontend"
NAMES = ["Quần đảo", "Hoàng Sa", "(Việt Nam)", "Quần đảo", "Trường Sa", "(Việt Nam)", "Biển Đông"]
INSET = "halong-map .map-inset"


def map_page(open_page, **options):
    page = open_page("/styleguide", **options)
    page.locator("halong-map[data-ready]").wait_for()
    return page


def move(page, **view):
    """Jump there and let it be drawn."""
    page.evaluate(
        "v => new Promise(done => { const { map } = document.querySelector('halong-map');"
        " map.setMaxBounds(null); map.setMinZoom(2); map.once('idle', done); map.jumpTo(v); })",
        view,
    )


def drawn(page, layer):
    return page.evaluate(
        "l => document.querySelector('halong-map').map.queryRenderedFeatures({ layers: [l] }).map(f => f.properties)", layer
    )  # fmt: skip


def test_a_view_beyond_the_province_shows_both_archipelagos(open_page):
    page = map_page(open_page)
    assert page.locator(INSET).is_visible()
    assert page.locator(f"{INSET} text").all_text_contents() == NAMES
    assert page.locator(f"{INSET} .inset-island").count() >= 20
    move(page, center=[107.1, 20.97], zoom=12)
    assert page.locator(INSET).is_hidden()  # the province alone
    move(page, center=[108.5, 19.5], zoom=6)
    assert page.locator(INSET).is_visible()


def test_a_view_of_the_whole_sea_names_them_where_they_lie(open_page):
    page = map_page(open_page)
    move(page, center=[112, 14], zoom=3.6)
    assert page.locator(INSET).is_hidden()
    assert {(f["title"], f["whose"]) for f in drawn(page, "archipelagos")} == {
        ("Quần đảo Hoàng Sa", "(Việt Nam)"),
        ("Quần đảo Trường Sa", "(Việt Nam)"),
    }
    assert [f["title"] for f in drawn(page, "sea-name")] == ["Biển Đông"]
    assert len(drawn(page, "islands")) >= 20
    assert page.trouble == []


def test_the_drawing_without_webgl_has_the_inset_too(open_page):
    page = open_page("/styleguide?shell=plain")
    page.context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(page.url.replace("plain", "desk"))
    page.locator("halong-map[data-ready]").wait_for(state="attached")
    assert page.locator(f"{INSET} text").all_text_contents() == NAMES


def test_data_of_the_base_hold_no_border_and_no_other_name_of_the_sea():
    kinds = set()
    for name in ("basemap", "eastsea"):
        text = (FRONTEND / f"data/{name}.geojson").read_text(encoding="utf-8")
        features = json.loads(text)["features"]
        kinds |= {f["properties"]["kind"] for f in features}
        assert {f["geometry"]["type"] for f in features} <= {"Polygon", "MultiPolygon", "Point"}
        assert "China Sea" not in text
    assert kinds == {"around", "province", "water", "region", "archipelago", "island", "sea"}


def test_a_source_of_tiles_from_outside_is_nowhere():
    text = "".join(path.read_text(encoding="utf-8") for path in (FRONTEND / "js").glob("map*.js"))
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert '"vector"' not in text


def test_lengths_and_areas_are_geodesic():
    """Flinders Peak – Buninyong (Vincenty's own example on GRS 80), a degree of meridian, a degree square at the equator."""
    script = f"""
      import {{ distance, area }} from "{(FRONTEND / "js/map-geodesy.js").as_uri()}";
      const dms = (d, m, s) => Math.sign(d) * (Math.abs(d) + m / 60 + s / 3600);
      console.log(JSON.stringify([
        distance([dms(144,25,29.5244), dms(-37,57,3.7203)], [dms(143,55,35.3839), dms(-37,39,10.1561)]),
        distance([0, 0], [0, 1]), area([[0, 0], [1, 0], [1, 1], [0, 1]]) / 1e6, distance([107, 21], [107, 21])]))
    """
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    peak, degree, square, nothing = json.loads(done.stdout)
    assert peak == pytest.approx(54972.271, abs=0.001)
    assert degree == pytest.approx(110574.389, abs=0.001)
    assert square == pytest.approx(12308.78, rel=1e-4)
    assert nothing == 0


def test_many_updates_leave_nothing_behind(open_page):
    """A wall runs for weeks: sources, layers, images and elements are as many after fifty updates as after one."""
    page = map_page(open_page)
    count = """async () => {
      const host = document.querySelector('halong-map'), { map } = host;
      await host.load(); host.show();
      await new Promise(done => { map.once('idle', done); map.triggerRepaint(); });
      return [document.querySelectorAll('halong-map *').length, Object.keys(map.getStyle().sources).length,
        map.getLayersOrder().length, map.listImages().length];
    }"""
    first = page.evaluate(count)
    for _ in range(50):
        page.evaluate(
            "async () => { const h = document.querySelector('halong-map'); await h.load(); h.show(); }"
        )
    assert page.evaluate(count) == first
    assert page.trouble == []
