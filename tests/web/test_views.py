"""Search, installation, style guide."""

import json

import pytest

from halong.core import registry
from halong.core.registry import SearchHit, SearchProvider
from halong.web.assets import asset

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(django_user_model):
    return django_user_model.objects.create(username="binh", full_name="Trần Thị Bình")


@pytest.fixture
def provider(monkeypatch):
    entries = registry.Registry()
    entries.register(
        "place",
        SearchProvider(
            "place",
            "Places",
            lambda user, query, limit: [SearchHit(f"{query} ward", "Ward", "/places/1", 90)] if query else [],
        ),
    )
    entries.register(
        "person",
        SearchProvider("person", "People", lambda *_given: [SearchHit("Hà", "Officer", "tel:1", 100)]),
    )
    monkeypatch.setattr(registry, "search_providers", entries)


def test_search_asks_every_provider(client, person, provider):
    client.force_login(person)
    page = client.get("/search?q=Ha", headers={"HX-Request": "true"})
    assert page.templates[0].name == "web/search_results.html"
    assert [hits[0].label for _provider, hits in page.context["groups"]] == [
        "Hà",
        "Ha ward",
    ]  # the best first
    assert 'href="/places/1"' in page.text


def test_search_is_a_page_without_scripts(client, person, provider):
    client.force_login(person)
    assert client.get("/search?q=Ha").templates[0].name == "web/search.html"


def test_an_empty_search_asks_nobody(client, person, provider):
    client.force_login(person)
    assert "/places/1" not in client.get("/search?q=+").text


def test_strangers_may_not_search(client):
    assert client.get("/search?q=Ha").status_code == 302


def test_the_app_can_be_installed(client):
    answer = client.get("/c/manifest.webmanifest")
    manifest = json.loads(answer.content)
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/c", "/c", "standalone")
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "scope", "script"), [("/c/sw.js", "/c", "public.js"), ("/sw.js", "/", "halong.js")]
)
def test_the_workers_know_this_build(client, path, scope, script):
    answer = client.get(path)
    assert answer.headers["Service-Worker-Allowed"] == scope
    assert answer.headers["Content-Type"] == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    build = json.loads(answer.text.split("\n")[0].removeprefix("const BUILD = ").removesuffix(";"))
    assert (asset(script) in build["version"], asset(script) in build["files"]) == (True, True)


def test_there_are_pages_for_no_network(client):
    assert client.get("/c/offline").status_code == 200
    assert "data-come-back" in client.get("/offline").text


def test_the_page_for_no_network_says_nothing_of_who_loaded_it(client, person):
    client.force_login(person)
    assert "Trần Thị Bình" not in client.get("/offline").text


def test_the_style_guide_is_not_for_the_public(client):
    assert client.get("/styleguide").status_code == 404


@pytest.mark.parametrize("shell", ["desk", "wall", "citizen", "plain"])
def test_the_style_guide_draws_each_shell(client, settings, shell):
    settings.HALONG_STYLEGUIDE = True
    assert client.get(f"/styleguide?shell={shell}").status_code == 200


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_error_pages_stand_alone(status):
    from django.template.loader import render_to_string

    assert f'plain-code">{status}' in render_to_string(f"{status}.html")
