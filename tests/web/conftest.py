"""A browser: Debian's Chromium, with WebGL drawn in software."""

import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import sync_playwright
from tests.browser import CHROMIUM

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="module")
def browser():
    # Playwright's loop runs in this thread, which Django takes for an asynchronous caller.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(**CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser):
    """``new_page(size, …)`` → an empty page in a context of its own, whose errors are kept in ``page.trouble``."""
    contexts = []

    def make(size, **options):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        page = context.new_page()
        page.trouble = []
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        # The stream belongs to the ASGI server; here it answers and says nothing.
        page.route(
            "**/live?*", lambda route: route.fulfill(content_type="text/event-stream", body=": well\n\n")
        )
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(new_page, live_server, settings):
    """``open_page(path, size, theme)`` → a page; what its console and its requests do wrong is trouble, too."""
    settings.HALONG_STYLEGUIDE = True

    def go(path, size=(1440, 900), theme="light", **options):
        page = new_page(size, color_scheme=theme, **options)
        page.on(
            "console", lambda message: page.trouble.append(message.text) if message.type == "error" else None
        )
        page.on(
            "request",
            lambda asked: (
                page.trouble.append(asked.url) if not _is_local(asked.url, live_server.url) else None
            ),
        )
        page.goto(live_server.url + path)
        return page

    return go


@pytest.fixture
def open_as(new_page, live_server):
    """``open_as(user, path, size)`` → a page as it is for somebody who has signed in."""

    def go(user, path, size=(1440, 900), *, language="", wait_until="load"):
        client = Client()
        client.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        cookies = {name: client.cookies[name].value}
        if language:
            cookies[django_settings.LANGUAGE_COOKIE_NAME] = language
        page = new_page(size, bypass_csp=True, locale="en-GB")
        page.context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        page.goto(live_server.url + path, wait_until=wait_until)
        return page

    return go


def _is_local(url, origin):
    return url.startswith((origin, "data:", "blob:"))


@pytest.fixture
def axe():
    """What axe finds on a page (WCAG 2.2 A and AA and its best practices)."""

    def look(page):
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {exclude: [['.maplibregl-canvas']]})")
        return [
            (v["id"], [node["target"] for node in v["nodes"]][:4], v["nodes"][0]["failureSummary"])
            for v in found["violations"]
        ]

    return look


@pytest.fixture
def picture(request):
    """Keep a screenshot where ``HALONG_SCREENSHOTS`` says, for a person to look at."""

    def take(page, name, **options):
        folder = os.environ.get("HALONG_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", **options)

    return take
