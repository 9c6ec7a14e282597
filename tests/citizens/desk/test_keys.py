"""Receiving by keyboard, and covering parts of a photo by pointer and by keyboard, in a real browser."""

import json
import re

import pytest
from tests.web.conftest import axe, browser, new_page, open_as

from halong.citizens.models import Photo, Report

__all__ = ["axe", "browser", "new_page", "open_as"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def open_desk(open_as, staff):
    return lambda who, path, size=(1440, 900): open_as(staff[who], path, size, wait_until="networkidle")


def test_one_key_a_decision(send, open_desk, axe):
    first, second, third = (
        send(code, text).report
        for code, text in [
            ("pothole", "Ổ gà ở cổng chợ"),
            ("noise", "Loa kéo ồn cả đêm"),
            ("pothole", "Biển báo bị đổ"),
        ]
    )
    page = open_desk("duty", "/reports/triage")
    assert axe(page) == []
    page.keyboard.press("j")
    page.wait_for_selector(f"#row-{second.pk}[aria-current]")
    page.keyboard.press("x")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(f"#row-{first.pk}[aria-current]")
    assert page.locator(f"#tick-{second.pk}").is_checked()
    with page.expect_navigation():
        page.keyboard.press("v")
    assert Report.objects.get(pk=first.pk).state == "routed"
    page.goto(re.sub(r"\?.*", "", page.url) + f"?at={third.pk}", wait_until="networkidle")
    page.keyboard.press("o")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("v")  # a dialog stands before: nothing happens behind it
    page.get_by_role("radio").first.check()
    page.get_by_role("textbox").fill("Nơi này thuộc tỉnh khác")
    with page.expect_navigation():
        page.locator("dialog[open] [type=submit]").click()
    assert Report.objects.get(pk=third.pk).state == "declined"
    page.wait_for_load_state("networkidle")
    with page.expect_navigation():
        page.keyboard.press("z")
    assert Report.objects.get(pk=third.pk).state == "sent"


def test_keys_can_be_switched_off(send, open_desk):
    one = send().report
    page = open_desk("duty", "/reports/triage")
    page.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("v")
    page.reload(wait_until="networkidle")
    page.keyboard.press("v")
    page.wait_for_timeout(300)
    assert (Report.objects.get(pk=one.pk).state, page.locator("[data-keys-switch]").is_checked()) == (
        "sent",
        False,
    )


def test_parts_are_covered_by_pointer_and_by_keyboard(photo, open_desk, axe):
    page = open_desk("duty", "/reports/moderation")
    frame = page.locator("[data-cover] img").bounding_box()

    def at(x, y):
        return frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]

    page.mouse.move(*at(0.1, 0.1))
    page.mouse.down()
    page.mouse.move(*at(0.3, 0.4))
    page.mouse.up()
    page.locator("[data-cover-add]").focus()
    page.keyboard.press("Enter")
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.locator("[data-cover-add]").click()
    page.keyboard.press("Delete")
    assert axe(page) == []
    boxes = json.loads(page.locator("[name=covered]").input_value())
    assert [[round(side, 2) for side in box] for box in boxes] == [
        [0.1, 0.1, 0.2, 0.3],
        [0.39, 0.39, 0.21, 0.21],
    ]
    with page.expect_navigation():
        page.locator("[data-cover-form] [type=submit]").click()
    assert len(Photo.objects.get(pk=photo.pk).covered) == 2
