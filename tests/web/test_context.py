"""What every page gets from the shell."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from halong.core import live, registry
from halong.core.middleware import LiveMark
from halong.core.registry import MenuItem
from halong.web import context


@pytest.fixture
def menu(monkeypatch):
    entries = registry.Registry()
    monkeypatch.setattr(registry, "menu", entries)
    return entries


def asked(path, **cookies):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    request.COOKIES.update(cookies)
    return request


def test_the_menu_is_ordered_and_knows_where_one_is(menu):
    menu.register("b", MenuItem("b", "B", "bell", "web:offline", 20))
    menu.register("a", MenuItem("a", "A", "bell", "web:search", 10))
    menu.register("c", MenuItem("c", "C", "home", "web:offline", 1, shell="citizen"))
    found = context.menu_of(asked("/search"), "desk")
    assert [(entry["item"].key, entry["current"]) for entry in found] == [("a", True), ("b", False)]
    assert [entry["item"].key for entry in context.menu_of(asked("/c"), "citizen")] == ["c"]


def test_the_rail_holds_the_days_work_and_more_lists_the_rest_by_group(menu):
    menu.register("a", MenuItem("a", "A", "bell", "web:search", 29))
    menu.register("b", MenuItem("b", "B", "bell", "web:search", 30))
    menu.register("c", MenuItem("c", "C", "bell", "web:search", 500))
    with translation.override("en"):
        found = [(entry["daily"], str(entry["group"])) for entry in context.menu_of(asked("/"), "desk")]
        assert found == [(True, "Every day"), (False, "Data and tools"), (False, "Set-up and administration")]


def test_what_one_may_not_do_is_absent(menu):
    menu.register("a", MenuItem("a", "A", "bell", "web:search", 10, "nobody.has.this"))
    assert context.menu_of(asked("/"), "desk") == []


def test_an_app_that_is_switched_off_is_absent(menu):
    menu.register("a", MenuItem("a", "A", "bell", "no-such-page", 10))
    assert context.menu_of(asked("/"), "desk") == []


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("auto", ""), ("<x>", "")]
)
def test_only_known_themes_reach_the_page(cookie, theme):
    assert context.shell(asked("/", theme=cookie))["shell_theme"] == theme


@pytest.mark.parametrize(("path", "scope"), [("/c", "/c"), ("/c/map", "/c"), ("/", "/"), ("/cameras", "/")])
def test_the_citizens_pages_have_a_worker_of_their_own(path, scope):
    assert context.page_data(asked(path))["worker"]["scope"] == scope


def test_a_page_says_from_where_on_its_stream_is_to_be(monkeypatch):
    request = asked("/")
    monkeypatch.setattr(live, "mark", lambda: "ab12-17")
    LiveMark(lambda _request: HttpResponse())(request)
    monkeypatch.setattr(live, "mark", lambda: "ab12-18")
    assert context.page_data(request)["since"] == "ab12-17"
