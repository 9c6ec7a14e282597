"""Closing, handing over, splitting, merging and the rest, each by its form."""

import pytest
from django.urls import reverse
from tests.incidents.views.conftest import HTMX

from halong.incidents.actions import change_incident
from halong.incidents.models import Incident, Role
from halong.incidents.screens.acts import ACTS, acts_of

SAID = {"reason": "Nhầm", "note": "Đã cứu đủ người"}


def take(browser, incident, name, headers=HTMX, **given):
    address = reverse("incident-act", args=[incident.pk, name])
    return browser.post(address, {"version": incident.version, **given}, headers=headers)


@pytest.mark.parametrize("name", [name for name, act in ACTS.items() if not act.direct and name != "reopen"])
def test_every_form_opens(desk, incident, name):
    page = desk.get(reverse("incident-dialog", args=[incident.pk, name]), headers=HTMX)
    assert page.status_code == 200
    assert reverse("incident-act", args=[incident.pk, name]) in page.text


def test_an_act_that_may_not_be_done_now_has_no_form(desk, incident):
    assert desk.get(reverse("incident-dialog", args=[incident.pk, "reopen"])).status_code == 404
    assert desk.get(reverse("incident-dialog", args=[incident.pk, "explode"])).status_code == 404


def test_acts_follow_what_may_be_done():
    assert [act.name for act in acts_of({"close_incident", "add_note"})] == ["close"]


def test_contained_then_over_then_open_again(desk, incident):
    assert take(desk, incident, "contain").status_code == 200
    incident.refresh_from_db()
    assert incident.state == "contained"
    refused = take(desk, incident, "close", note="Đã cứu đủ người")
    assert refused.status_code == 422
    assert {thing.label for thing in refused.context["things"]} == {"Call the coast guard", "PM2,5 cao"}
    assert "Đã cứu đủ người" in refused.text
    assert take(desk, incident, "close", note="Đã cứu đủ người", despite_open="on").status_code == 200
    incident.refresh_from_db()
    assert incident.state == "closed"
    assert take(desk, incident, "reopen", reason="Còn một người mất tích").status_code == 200
    incident.refresh_from_db()
    assert (incident.state, incident.reopened) == ("responding", 1)


def test_who_comes_second_sees_what_changed_and_keeps_what_was_typed(desk, incident, other):
    seen = incident.version
    change_incident(Incident.objects.get(pk=incident.pk), {"title": "Tàu Bình Minh chìm"}, by=other)
    given = {"title": "Tàu Bình Minh 09 gặp nạn", "kind": "boat", "severity": "3", "on_wall": "on"}
    late = take(desk, incident, "change", **given)
    assert late.status_code == 422
    assert late.context["late"].startswith("This changed meanwhile. Minh: Changed: title")
    assert late.context["form"]["title"].value() == "Tàu Bình Minh 09 gặp nạn"
    now = late.context["form"]["version"].value()
    assert int(now) > seen
    assert take(desk, incident, "change", **given, version=now).status_code == 200
    assert Incident.objects.get(pk=incident.pk).title == "Tàu Bình Minh 09 gặp nạn"


def test_a_form_left_open_undoes_nothing(desk, incident, other):
    change_incident(Incident.objects.get(pk=incident.pk), {"summary": "46 khách"}, by=other)
    given = {"title": incident.title, "kind": "boat", "severity": "4", "on_wall": "on", "summary": "",
             "place": incident.place_id, "where": "", "agency": incident.agency_id or ""}  # fmt: skip
    late = take(desk, incident, "change", **given)
    assert (late.status_code, late.context["late"]) == (
        422,
        "This changed meanwhile. Minh: Changed: what is known",
    )
    incident.refresh_from_db()
    assert (incident.summary, incident.severity) == ("46 khách", 3)


def test_a_commander_is_named_by_decision(desk, incident, chair):
    refused = take(desk, incident, "role", kind="commander", person=chair.pk)
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["decision"]
    assert (
        take(desk, incident, "role", kind="commander", person=chair.pk, decision="QĐ 12").status_code == 200
    )
    assert Role.objects.get(incident=incident, kind="commander").person == chair


def test_handing_over(desk, incident, other):
    answer = take(desk, incident, "hand-over", to=other.pk, note="Chờ tàu SAR")
    assert answer.context["coordinator"].person == other


def test_split_and_merge_lead_to_the_other(desk, incident):
    answer = take(desk, incident, "split", title="Tràn dầu", parts=[incident.parts.get().pk])
    new = Incident.objects.exclude(pk=incident.pk).get()
    assert answer.headers["HX-Redirect"] == reverse("incident", args=[new.pk])
    assert [part.title for part in new.parts.all()] == ["PM2,5 cao"]
    merged = take(desk, new, "merge", other=incident.pk, reason="Cùng một tàu", headers={})
    assert merged.url == reverse("incident", args=[incident.pk])
    new.refresh_from_db()
    undone = take(desk, new, "unmerge")
    assert undone.status_code == 200
    new.refresh_from_db()
    assert (new.into, new.state) == (None, "declared")


def test_no_incident_is_chosen_beforehand_to_merge_into(desk, incident):
    answer = take(desk, incident, "merge", other="", reason="")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["other"])


def test_dismissed_alerts_are_free_again(desk, incident, alert):
    assert take(desk, incident, "dismiss", reason="Diễn tập").headers["HX-Redirect"]
    assert not incident.parts.filter(live=True).exists()


def test_an_area_is_drawn(desk, incident):
    shape = '{"type": "Polygon", "coordinates": [[[107, 20.8], [107.2, 20.8], [107.2, 21], [107, 20.8]]]}'
    answer = take(desk, incident, "area", headers={}, lon="107.15", lat="20.85", area=shape)
    assert answer.url == reverse("incident", args=[incident.pk])
    incident.refresh_from_db()
    assert (incident.lon, incident.area["type"]) == (107.15, "Polygon")


def test_a_situation_report_is_a_page_and_a_sheet(desk, incident):
    answer = take(desk, incident, "report", headers={})
    page = desk.get(answer.url)
    assert page.status_code == 200
    assert "Situation report no. 1" in page.text
    assert desk.get(answer.url + ".pdf").content[:5] == b"%PDF-"


def test_linked_decided_and_added(desk, incident, declare, fresh, make_alert):
    far = declare(title="Tàu khác")
    assert take(desk, incident, "link", other=far.pk, kind="same-cause").status_code == 200
    incident.refresh_from_db()
    text = {"client_id": fresh(), "text": "Sơ tán khách"}
    assert take(desk, incident, "decision", **text).status_code == 200
    incident.refresh_from_db()
    press = {"kind": "press", "ref": "https://example.vn/tin", "title": "Tin"}
    assert take(desk, incident, "part", **press).status_code == 200
    assert [link.kind for link in incident.links.all()] == ["same-cause"]
    assert incident.entries.get(kind="decision").text == "Sơ tán khách"
    assert incident.parts.filter(kind="press").get().title == "Tin"
