"""Rules that every template of every app keeps."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from halong.core import registry
from halong.web.svg import icons

PACKAGE = Path(__file__).parents[2] / "src/halong"
DOCS = Path(__file__).parents[2] / "docs/components.md"
TEMPLATES = sorted(p for p in PACKAGE.rglob("templates/**/*.html"))
COMPONENTS = sorted(p.stem for p in PACKAGE.glob("web/templates/web/components/*.html"))
IDS = [str(p.relative_to(PACKAGE)) for p in TEMPLATES]


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_a_template_parses(path):
    get_template(str(path).split("/templates/", 1)[1])


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_nothing_inline(path):
    text = path.read_text(encoding="utf-8")
    assert (
        re.findall(
            r"\sstyle=|<style|<script(?![^>]*\bsrc=)|\son\w+=|hx-on|js:|javascript:|https?://(?!www\.w3\.org)",
            text,
        )
        == []
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_icons_exist(path):
    text = path.read_text(encoding="utf-8")
    used = re.findall(r'{% icon "([\w-]+)"', text) + re.findall(r'{% ui\w* [^%]*\bicon="([\w-]+)"', text)
    assert [name for name in used if name not in icons()] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_components_exist(path):
    used = re.findall(r'{% ui(?:block)? "([\w-]+)"', path.read_text(encoding="utf-8"))
    assert [name for name in used if name not in COMPONENTS] == []


def test_icons_of_the_menu_exist():
    assert [item.icon for item in registry.menu if item.icon not in icons()] == []


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_documented(name):
    assert re.search(rf"^\| `{name}` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_stands_in_the_style_guide_or_in_another(name):
    users = [p for p in TEMPLATES if "styleguide" in p.parts or "components" in p.parts or "shell" in p.parts]
    assert any(re.search(rf'{{% ui(?:block)? "{name}"', p.read_text(encoding="utf-8")) for p in users)
