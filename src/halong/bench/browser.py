"""The browser that pages are measured in: the Chromium of this machine."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PATHS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--ignore-gpu-blocklist")
DRAWS = "--enable-unsafe-swiftshader"  # for what is about the map itself


@contextlib.contextmanager
def chromium(what: str, say: Callable[[str], None], *flags: str) -> Iterator[Any]:
    """A browser, with more ``flags``; None where there is none, and then it is said that ``what`` isn't measured.

    Playwright's loop runs in this thread while it is open, which Django takes for an asynchronous caller: no queries in it.
    """
    path = next((path for path in PATHS if Path(path).exists()), None)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only developers have it
    except ImportError:
        path = None
    if path is None:
        say(f"no Chromium, not measured: {what}")
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()
