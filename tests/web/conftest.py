"""A browser: Debian's Chromium, with WebGL drawn in software."""

import os
from pathlib import Path

import pytest
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
def open_page(browser, live_server, settings):
    """``open_page(path, size, theme)`` → a page, whose console errors and requests are kept in ``page.trouble``."""
    settings.HALONG_STYLEGUIDE = True
    contexts = []

    def go(path, size=(1440, 900), theme="light", **options):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=theme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.trouble = []
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.on(
            "console", lambda message: page.trouble.append(message.text) if message.type == "error" else None
        )
        page.on(
            "request",
            lambda asked: (
                page.trouble.append(asked.url) if not _is_local(asked.url, live_server.url) else None
            ),
        )
        # The stream belongs to the ASGI server; here it answers and says nothing.
        page.route(
            "**/live?*", lambda route: route.fulfill(content_type="text/event-stream", body=": well\n\n")
        )
        page.goto(live_server.url + path)
        return page

    yield go
    for context in contexts:
        context.close()


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
