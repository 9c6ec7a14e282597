"""The whole product: an incident with a playbook of the profile, two people in its room, each sees the other at once."""

import re
import time
from contextlib import closing

import pytest
from tests.e2e.pages import forms, submit

pytestmark = pytest.mark.e2e
WITHIN = 60.0  # seconds to a room with a commander, tasks and a clock; in fact two requests


@pytest.fixture(scope="module")
def operator(product):
    with closing(product.browser("operator")) as browser:
        yield browser


@pytest.fixture
def leaders_page(product, chromium):
    """The leader's screen."""
    yield from screen_of("leader", product, chromium)


@pytest.fixture
def others_page(product, chromium):
    """The operator's screen."""
    yield from screen_of("operator", product, chromium)


def screen_of(name, product, chromium):
    with closing(product.browser(name)) as signed_in:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies(
            [{"name": name, "value": value, "url": product.url} for name, value in signed_in.cookies.items()]
        )
        yield context.new_page()
        context.close()


def test_from_nothing_to_a_room_with_steps_that_others_see(product, operator, leaders_page, others_page):
    begun = time.monotonic()
    form = operator.get("/incidents/new?title=Tàu+du+lịch+gặp+nạn")
    answer = submit(operator, form, "/incidents/new", kind="boat", severity="3")
    room = str(answer.url)
    assert re.search(r"/incidents/\d+$", room)
    assert time.monotonic() - begun < WITHIN
    steps = [path for path, _values in forms(answer) if "/steps/" in path]
    assert steps
    leaders_page.goto(room)
    leaders_page.wait_for_selector("[data-live-state][data-state=on]", state="attached")
    leaders_page.fill("#id_text", "Tôi đang đọc")
    noted = submit(operator, operator.get(room), "/note", text="Biên phòng đã xuất phát")
    assert noted.status_code == 200
    leaders_page.wait_for_selector(".inc-line-text:has-text('Biên phòng đã xuất phát')", timeout=10_000)
    assert leaders_page.input_value("#id_text") == "Tôi đang đọc"
    # a tick is seen by the other at once, and one that is taken away, too
    others_page.goto(room)
    tick = others_page.locator(".inc-step.is-live input[type=checkbox]").first
    name = tick.get_attribute("id")
    tick.check()
    leaders_page.wait_for_function("id => document.getElementById(id).checked", arg=name, timeout=10_000)
    leaders_page.uncheck(f"#{name}")
    others_page.wait_for_function("id => !document.getElementById(id).checked", arg=name, timeout=10_000)
    submit(operator, operator.get(room), steps[0], note="Đã làm")
    leaders_page.wait_for_selector(".inc-step.is-done", timeout=10_000)
    number = leaders_page.inner_text(".crumbs [aria-current]")
    assert product.rows("SELECT state FROM incidents_incident WHERE number = %s", number) == [("responding",)]
