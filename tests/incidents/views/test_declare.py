"""From alerts, a group, the press or nothing to an incident with people, steps and a clock, by one form."""

import pytest
from django.urls import reverse
from tests.incidents.steps.making import make_version
from tests.incidents.views.conftest import STEPS

from halong.incidents.models import Incident


@pytest.fixture
def draft(fresh):
    """What the browser sends when somebody presses at once."""

    def make(**given):
        return {"client_id": fresh(), "title": "Tàu Bình Minh gặp nạn", "kind": "boat", "severity": "3",
                "playbook": "best", **given}  # fmt: skip

    return make


def form_of(desk, query):
    return desk.get(reverse("incident-declare") + query).context["form"]


def test_the_form_is_filled_in_from_ticked_alerts(desk, make_alert, station, ward):
    first = make_alert(entity=station, place=ward, title="PM2,5 cao", priority=1)
    second = make_alert(entity=station, place=ward, title="PM10 cao", priority=2)
    form = form_of(desk, f"?alert={first.pk}&alert={second.pk},{first.pk}")
    assert form["title"].value() == "PM2,5 cao (+1)"
    assert form["kind"].value() == "air"
    assert form["place"].value() == ward.pk
    assert (form["lon"].value(), form["lat"].value()) == (107.29, 21.02)
    assert form["parts"].value() == f'[["alert", "{first.pk}", ""], ["alert", "{second.pk}", ""]]'


def test_an_item_of_the_press_brings_its_title(desk):
    form = form_of(desk, "?press=https://example.vn/tin&title=Tàu+mắc+cạn")
    assert form["title"].value() == "Tàu mắc cạn"
    assert form["parts"].value() == '[["press", "https://example.vn/tin", "T\\u00e0u m\\u1eafc c\\u1ea1n"]]'


def test_one_press_makes_the_room(desk, draft, alert, operator, chair):
    make_version(STEPS)
    sent = draft(
        parts=f'[["alert", "{alert.pk}", ""]]',
        commander=chair.pk,
        decision="QĐ 12",
        place=alert.place_id or "",
    )
    answer = desk.post(reverse("incident-declare"), sent)
    incident = Incident.objects.get()
    assert answer.url == reverse("incident", args=[incident.pk])
    assert [part.ref for part in incident.parts.all()] == [str(alert.pk)]
    roles = {role.kind: role.person for role in incident.roles.all()}
    assert roles == {"commander": chair, "coordinator": operator}
    assert [step.key for step in incident.steps.all()] == ["call", "boat"]
    alert.refresh_from_db()
    assert alert.acknowledged_by == operator


def test_pressing_twice_makes_one(desk, draft):
    sent = draft()
    first, second = (desk.post(reverse("incident-declare"), sent) for _turn in range(2))
    assert first.url == second.url
    assert Incident.objects.count() == 1


def test_what_was_typed_stays_beside_what_is_wrong(desk, draft):
    answer = desk.post(reverse("incident-declare"), draft(title="", summary="Tàu nghiêng", lon="107.1"))
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == ["title", "__all__"]
    assert form["summary"].value() == "Tàu nghiêng"
    assert Incident.objects.count() == 0


@pytest.mark.parametrize(
    "parts", ['[["alert", "abc", ""], ["alert", "99999999999999999999", ""]]', '{"a": 1}', "[" * 30_000]
)
def test_parts_that_are_none_are_left_out(desk, draft, parts):
    answer = desk.post(reverse("incident-declare"), draft(title="", parts=parts))
    assert (answer.status_code, answer.context["titles"]) == (422, [])


def test_an_area_that_is_none_is_refused(desk, draft):
    answer = desk.post(reverse("incident-declare"), draft(area='{"type": "Point", "coordinates": [107, 21]}'))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["area"]


def test_an_alert_of_another_incident_is_named(desk, draft, incident, alert):
    answer = desk.post(reverse("incident-declare"), draft(parts=f'[["alert", "{alert.pk}", ""]]'))
    assert answer.status_code == 422
    assert incident.number in answer.context["form"].non_field_errors()[0]


def test_the_offer_names_the_playbook(desk):
    make_version(STEPS)
    offer = reverse("incident-offer")
    assert (
        "The playbook “Boat in distress” begins · 2 steps"
        in desk.get(offer, {"kind": "boat", "severity": "2"}).text
    )
    assert "There is no playbook" in desk.get(offer, {"kind": "fire", "severity": "2"}).text
    assert "No playbook begins" in desk.get(offer, {"kind": "boat", "playbook": "none"}).text


def test_alerts_join_an_open_incident(desk, incident, make_alert):
    more = make_alert(title="Tín hiệu cấp cứu")
    sent = {"parts": f'[["alert", "{more.pk}", ""]]', "incident": incident.pk}
    assert desk.post(reverse("incident-join"), sent).url == reverse("incident", args=[incident.pk])
    assert [part.title for part in incident.parts.order_by("pk")] == ["PM2,5 cao", "Tín hiệu cấp cứu"]


def test_only_who_may_declare(at, person):
    browser = at(person("officer", "officer"))
    assert browser.get(reverse("incident-declare")).status_code == 403
