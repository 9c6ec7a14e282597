"""What the front-end build wrote: everything local, small, and named by its content."""

import gzip
import json
import re
from pathlib import Path

import pytest

import halong
from halong.web import assets

NEEDED = [
    "halong.js",
    "halong.css",
    "map.css",
    "chart.css",
    "basemap.geojson",
    "maplibre-gl.mjs",
    "maplibre-gl-worker.mjs",
]
FIRST_PAINT = [
    "be-vietnam-pro-latin-400",
    "be-vietnam-pro-latin-500",
    "be-vietnam-pro-latin-600",
    "be-vietnam-pro-vietnamese-400",
    "be-vietnam-pro-vietnamese-500",
    "be-vietnam-pro-vietnamese-600",
]


@pytest.fixture(scope="module")
def manifest():
    found = assets.manifest()
    if not found:
        pytest.fail("the front end isn't built: npm ci --ignore-scripts && npm run build")
    return found


@pytest.mark.parametrize("name", NEEDED)
def test_it_is_there_under_a_hashed_name(manifest, name):
    assert (assets.DIST / manifest[name]).is_file()
    assert re.search(r"-[A-Za-z0-9]{8,12}[./]", manifest[name])


def test_built_files_are_sent_small_and_for_good(manifest, client, db):
    answer = client.get(assets.asset("halong.css"), headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert "immutable" in answer["Cache-Control"]


def test_a_page_without_map_and_charts_is_light(manifest):
    text = sum(
        len(gzip.compress((assets.DIST / manifest[name]).read_bytes()))
        for name in ("halong.js", "halong.css")
    )
    fonts = sum((assets.DIST / manifest[f"{name}-normal.woff2"]).stat().st_size for name in FIRST_PAINT)
    assert text + fonts < 140_000  # the page itself has the rest of the 150 kB


def test_every_file_that_a_template_asks_for_is_built(manifest):
    templates = Path(halong.__file__).parent.rglob("templates/**/*.html")
    asked = {name for file in templates for name in re.findall(r"{% asset [\"']([^\"']+)", file.read_text())}
    assert "incidents.css" in asked
    assert asked - manifest.keys() == set()


def test_the_base_map_is_small(manifest):
    assert (assets.DIST / manifest["basemap.geojson"]).stat().st_size < 400_000


def test_nothing_is_fetched_from_elsewhere(manifest):
    for name in ("halong.js", "halong.css", "map.css", "chart.css"):
        text = (assets.DIST / manifest[name]).read_text(encoding="utf-8")
        assert re.findall(r"(?:url\(|from|import\()\s*[\"']?https?://", text) == []


def test_an_unknown_file_has_no_address():
    assert assets.asset("no-such-file.js") == ""


def test_the_worker_keeps_each_file_once(client):
    script = client.get("/c/sw.js").content.decode()
    build = json.loads(script.partition("const BUILD = ")[2].partition(";\n")[0])
    assert (len(build["files"]), all(build["files"])) == (len(set(build["files"])), True)


def test_a_script_is_fetched_with_the_chunks_that_it_needs():
    names = [name for name in assets.manifest() if name.startswith("report.js")]
    assert len(names) >= 2
    assert assets.modules("report.js") == [assets.asset(name) for name in names]
    assert assets.modules("no-such-file.js") == []
