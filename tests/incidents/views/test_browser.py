"""The room in a real browser: nothing that somebody types is lost when the page changes under him; by keyboard; by phone."""

import json

import pytest
from django.urls import reverse
from tests.web.conftest import axe, browser, new_page, open_as

from halong.incidents.actions import NoteDraft, add_note
from halong.incidents.models import Entry, Incident, Step

__all__ = ["axe", "browser", "new_page", "open_as"]
pytestmark = pytest.mark.django_db(transaction=True)
INSET_IS_CLEAR = """() => {
  const tools = document.querySelector(".map-tools");
  return parseFloat(getComputedStyle(document.querySelector(".map-inset")).top) >= tools.offsetTop + tools.offsetHeight;
}"""
SEEN = """(id) => {
  window.seen = [];
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    if (detail.ctx.text.includes("data-kept")) window.seen.push(document.getElementById(id).checked);
  });
}"""
REFRESH = "document.body.dispatchEvent(new CustomEvent('live:incidents:{pk}'))"


def test_what_is_typed_stays_while_others_work(open_as, incident, operator, other, axe):
    page = open_as(operator, reverse("incident", args=[incident.pk]), language="en")
    assert axe(page) == []
    step = Step.objects.get(incident=incident, key="call")
    page.fill(f"#step-note-{step.pk}", "Đang gọi")
    page.check(f"#check-{step.pk}-told")
    page.locator("#id_text").focus()
    page.keyboard.type("Tàu SAR 411")
    add_note(incident, NoteDraft("Biên phòng đã nghe máy"), by=other)
    page.evaluate(REFRESH.format(pk=incident.pk))
    page.wait_for_selector("text=Biên phòng đã nghe máy")
    assert page.input_value("#id_text") == "Tàu SAR 411"
    assert page.evaluate("document.activeElement.id") == "id_text"
    assert page.input_value(f"#step-note-{step.pk}") == "Đang gọi"
    assert page.is_checked(f"#check-{step.pk}-told")
    page.keyboard.type(" @mi")
    page.wait_for_selector("#mention-list li")
    page.keyboard.press("Enter")
    assert page.input_value("#id_text") == "Tàu SAR 411 @Minh "
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".inc-line-text:has-text('Tàu SAR 411 @Minh')")
    assert page.input_value("#id_text") == ""
    entry = Entry.objects.get(incident=incident, text="Tàu SAR 411 @Minh")
    assert [mention.person for mention in entry.mentions.all()] == [other]
    page.fill(f"#ask-{step.pk}-aboard", "46")
    page.locator(f"#step-form-{step.pk}").get_by_role("button", name="Done").click()
    page.wait_for_selector(f"#step-{step.key}.is-done")
    assert page.trouble == []


def test_a_tick_that_was_taken_away_meanwhile_goes(open_as, incident, operator):
    page = open_as(operator, reverse("incident", args=[incident.pk]), language="en")
    # as if made and taken away between two looks
    page.route("**/answer?*", lambda route: route.fulfill(status=204))
    tick = page.locator(".inc-step.is-live input[type=checkbox]").first
    with page.expect_request("**/answer?*"):
        tick.click()  # whether it stands for a moment isn't asked: it may be gone by then
    page.evaluate(REFRESH.format(pk=incident.pk))
    page.wait_for_function("name => !document.getElementById(name).checked", arg=tick.get_attribute("id"))
    assert page.trouble == []


def test_what_was_asked_before_a_tick_was_kept_takes_nothing_away(open_as, incident, operator):
    page = open_as(operator, reverse("incident", args=[incident.pk]), language="en")
    tick = page.locator(".inc-step.is-live input[type=checkbox]").first
    early = []

    def hold_the_first(route):
        if early:
            return route.continue_()
        return early.append((route, route.fetch()))

    page.route("**/now*", hold_the_first)
    page.evaluate(REFRESH.format(pk=incident.pk))
    while not early:
        page.wait_for_timeout(50)
    page.evaluate(SEEN, tick.get_attribute("id"))
    with page.expect_response("**/answer?*"):
        tick.click()
    route, answer = early[0]
    route.fulfill(response=answer)
    page.wait_for_function("() => window.seen.length > 1")
    assert set(page.evaluate("window.seen")) == {True}
    assert page.trouble == []


def test_ticked_alerts_become_an_incident(open_as, make_alert, operator):
    alerts = [make_alert(title=f"PM2,5 cao {n}") for n in range(4)]
    page = open_as(operator, reverse("alerts"), language="en")
    page.wait_for_selector("[data-ticks-bar] button[disabled]")
    boxes = page.locator("input[data-tick]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live:alerts'))")
    page.wait_for_load_state("networkidle")
    assert page.locator("input[data-tick]:checked").count() == 3
    assert page.inner_text("[data-ticks-count]") == "3"
    page.click("[data-ticks-bar] button")
    page.fill("#id_title", "Khói ở Cẩm Phả")
    page.keyboard.press("Enter")
    page.wait_for_selector("#incident-head")
    incident = Incident.objects.get()
    assert incident.title == "Khói ở Cẩm Phả"
    assert incident.parts.count() == 3
    assert len(alerts) == 4
    page.wait_for_selector(".inc-clock-large:text-matches('^0:0')")


def test_a_photograph_from_a_phone(open_as, incident, operator, photo):
    page = open_as(operator, reverse("incident", args=[incident.pk]), size=(390, 844), language="en")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.set_input_files("[data-note-photos]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo})
    page.wait_for_selector(".inc-note-photo img")
    page.fill("#id_text", "Ảnh hiện trường")
    page.click("#note-form button[type=submit]")
    page.wait_for_selector(".inc-photos img")
    assert Entry.objects.get(incident=incident, text="Ảnh hiện trường").photos.count() == 1
    assert page.trouble == []


def test_an_area_is_drawn_on_the_map(open_as, incident, operator):
    page = open_as(operator, reverse("incident-dialog", args=[incident.pk, "area"]), language="en")
    page.wait_for_selector("halong-map[data-ready]", timeout=60_000)
    page.wait_for_function(INSET_IS_CLEAR)  # the archipelagos are named on every map
    page.get_by_role("button", name="Circle of 1 km").click()
    circle = json.loads(page.input_value("#id_area"))["coordinates"][0]
    assert (len(circle), circle[0]) == (49, circle[-1])
    page.get_by_role("button", name="Clear the area").click()
    assert page.input_value("#id_area") == ""
    page.get_by_role("button", name="Draw an area").click()
    box = page.locator("halong-map canvas").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for x, y in ((-60, -60), (60, -60), (60, 60), (-60, -60)):
        page.mouse.click(middle[0] + x, middle[1] + y)
    assert len(json.loads(page.input_value("#id_area"))["coordinates"][0]) == 4
    assert page.input_value("#id_lon") == "107.1"
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("#incident-head")
    incident.refresh_from_db()
    assert incident.area["type"] == "Polygon"
    assert page.trouble == []
