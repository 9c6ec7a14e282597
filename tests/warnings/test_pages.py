"""The desk's pages: writing, the four eyes, each step by its button; the set-up."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from halong.core.formats import local
from halong.incidents.actions import IncidentDraft, declare_incident
from halong.warnings import actions
from halong.warnings.areas import drawn
from halong.warnings.models import Authority, Outlet, Warning, Wording


def form_of(world, **given):
    now = local(timezone.now())
    return {
        "event": "storm", "status": "Actual", "incident": "SC-2026-0001", "headline_vi": "Bão đổ bộ",
        "description_vi": "Gió cấp 10.", "instruction_vi": "Ở trong nhà.", "headline_en": "", "description_en": "",
        "instruction_en": "", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
        "onset": "", "expires": (now + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M"), "places": [world.ward.pk],
        "area": "", "area_name": "", "bulletin_issuer": "", "bulletin_number": "", "bulletin_at": "",
        "risk_level": "", "bulletin_text": "",
    } | given  # fmt: skip


def press(client, person, warning, step, **more):
    client.force_login(person)
    warning.refresh_from_db()
    sent = {"version": warning.version, **more}
    return client.post(f"/warnings/{warning.pk}/do/{step}", sent, follow=True)


def test_a_warning_walks_by_its_buttons(world, client):
    client.force_login(world.writer)
    answer = client.post("/warnings/new", form_of(world), follow=True)
    warning = Warning.objects.get()
    assert (answer.redirect_chain[-1][0], warning.state) == (f"/warnings/{warning.pk}", "draft")
    assert "Người soạn không kiểm tra: chờ người khác kiểm tra." in answer.content.decode()
    press(client, world.operator, warning, "check")
    press(client, world.leader, warning, "approve")
    page = press(client, world.operator, warning, "publish").content.decode()
    warning.refresh_from_db()
    assert warning.state == "published"
    assert f"/c/warnings/{warning.number}" in page
    press(client, world.leader, warning, "over")
    warning.refresh_from_db()
    assert warning.state == "cancelled"


def test_the_form_says_what_is_wrong_beside_the_field(world, client):
    client.force_login(world.writer)
    answer = client.post(
        "/warnings/new", form_of(world, risk_level="3", description_vi="tình trạng khẩn cấp")
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {
        "bulletin_issuer", "bulletin_number", "bulletin_at", "bulletin_text",
    }  # fmt: skip
    answer = client.post("/warnings/new", form_of(world, description_vi="tình trạng khẩn cấp"))
    assert set(answer.context["form"].errors) == {"description_vi"}
    assert Warning.objects.count() == 0


def test_actual_exercise_or_test_is_always_chosen(world, client):
    client.force_login(world.writer)
    answer = client.post("/warnings/new", form_of(world, status=""))
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"status"})
    assert answer.context["form"]["status"].label == "Tính chất"


def test_a_drawn_area_belongs_to_the_province(world, client):
    client.force_login(world.operator)
    ring = '{"type":"Polygon","coordinates":[[[107.0,20.9],[107.1,20.9],[107.1,20.8],[107.0,20.9]]]}'
    client.post("/warnings/new", form_of(world, places=[], area=ring, area_name="Vịnh Hạ Long"))
    area = Warning.objects.get().areas.get()
    assert (area.place, area.name_vi, area.ring[0]) == (world.province, "Vịnh Hạ Long", [107.0, 20.9])
    far = ring.replace("107.", "102.")
    assert client.post("/warnings/new", form_of(world, places=[], area=far)).status_code == 422


def test_who_comes_second_is_told(world, client):
    warning = actions.draft_warning(world.draft(), by=world.writer)
    actions.edit_warning(Warning.objects.get(pk=warning.pk), world.draft(headline_vi="Khác"), by=world.second)
    client.force_login(world.writer)
    answer = client.post(f"/warnings/{warning.pk}/edit", form_of(world, version=1))
    assert answer.status_code == 422
    client.force_login(world.operator)
    client.post(f"/warnings/{warning.pk}/do/check", {"version": 1})
    warning.refresh_from_db()
    assert (warning.state, warning.headline_vi) == ("draft", "Khác")


def test_an_update_opens_the_form_with_the_same_words(world, client):
    warning = world.published()
    answer = press(client, world.writer, warning, "update")
    update = Warning.objects.exclude(pk=warning.pk).get()
    assert answer.redirect_chain[-1][0] == f"/warnings/{update.pk}/edit"
    assert answer.context["form"].initial["headline_vi"] == warning.headline_vi


def test_prepared_words_are_filled_in(world, client):
    Wording.objects.create(
        key="k", event="flood", title="Ngập", severity="Moderate", urgency="Expected", certainty="Likely", hours=3,
        headline_vi="Ngập tại {place}", headline_en="Flood in {place}", description_vi="d", description_en="d",
    )  # fmt: skip
    client.force_login(world.writer)
    page = client.get(f"/warnings/new?wording=k&place={world.ward.pk}&incident=SC-2026-0001")
    assert page.context["form"].initial["headline_vi"] == "Ngập tại Phường Hồng Gai"
    assert (page.context["form"].initial["incident"], page.context["form"].initial["event"]) == (
        "SC-2026-0001",
        "flood",
    )


def test_the_preview_shows_what_stands_in_the_form(world, client):
    client.force_login(world.writer)
    page = client.post("/warnings/shown", form_of(world, headline_vi="Bão mới")).content.decode()
    assert page.count("Bão mới") == 2
    assert "UCS-2" in page
    assert client.post("/warnings/shown", {"places": "x", "area": "{", "expires": "?"}).status_code == 200
    assert Warning.objects.count() == 0


def test_an_administrator_sets_up_but_not_himself(world, client):
    client.force_login(world.admin)
    given = {
        "event": "fire", "body": "UBND tỉnh", "basis": "Quyết định 2", "delegate": world.leader.pk,
        "places": [world.province.pk], "since": "2026-01-01T00:00",
    }  # fmt: skip
    assert client.post("/warnings/set-up/authority", given).status_code == 302
    row = Authority.objects.get(event="fire")
    assert client.post("/warnings/set-up/authority", given | {"delegate": world.admin.pk}).status_code == 422
    client.post("/warnings/set-up/outlet", {"channel": "webhook", "name": "Loa", "target": "ftp://x"})
    assert Outlet.objects.count() == 0
    client.post("/warnings/set-up/outlet", {"channel": "sms", "name": "Trưởng thôn", "target": "0900"})
    assert client.get("/warnings/set-up").status_code == 200
    client.post(f"/warnings/set-up/outlet/{Outlet.objects.get().pk}/end")
    client.post(f"/warnings/set-up/authority/{row.pk}/end")
    row.refresh_from_db()
    assert row.until is not None
    client.force_login(world.operator)
    assert client.post("/warnings/set-up/authority", given).status_code == 403


@pytest.mark.parametrize("tab", ["open", "force", "over", "all", "?"])
def test_the_list_asks_a_fixed_number_of_questions(world, client, tab, django_assert_max_num_queries):
    for _n in range(3):
        world.published()
        actions.draft_warning(world.draft(), by=world.writer)
    client.force_login(world.operator)
    client.get("/warnings")
    with django_assert_max_num_queries(16):
        assert client.get(f"/warnings?tab={tab}&q=Bão").status_code == 200


def test_a_dialog_asks_for_the_reason(world, client):
    warning = actions.draft_warning(world.draft(), by=world.writer)
    client.force_login(world.writer)
    page = client.get(f"/warnings/{warning.pk}/dialog/drop").content.decode()
    assert f'name="version" value="{warning.version}"' in page
    client.post(f"/warnings/{warning.pk}/do/drop", {"version": warning.version + 1, "reason": "x"})
    warning.refresh_from_db()
    assert warning.state == "draft"
    press(client, world.writer, warning, "drop", reason=" ")
    warning.refresh_from_db()
    assert warning.state == "draft"
    press(client, world.writer, warning, "drop", reason="Không cần nữa")
    warning.refresh_from_db()
    assert warning.state == "dropped"
    assert client.get(f"/warnings/{warning.pk}/cap.xml").status_code == 200


def drawn_at(east, name):
    ring = [[107.0 + east, 20.9], [107.05 + east, 20.9], [107.05 + east, 20.8], [107.0 + east, 20.9]]
    return drawn(ring, name)


def test_a_draft_with_several_drawn_areas_keeps_them_but_those_unticked(world, client):
    areas = tuple(drawn_at(0.1 * n, f"Vùng {n}") for n in range(3))
    warning = actions.draft_warning(world.draft(places=(), areas=areas), by=world.writer)
    client.force_login(world.writer)
    form = client.get(f"/warnings/{warning.pk}/edit").context["form"]
    assert form.initial["others"] == ["0", "1"]
    same = {"area": form.initial["area"], "area_name": "Vùng 0", "version": warning.version}
    client.post(f"/warnings/{warning.pk}/edit", form_of(world, others=["0", "1"], **same))
    names = set(warning.areas.values_list("name_vi", flat=True))
    assert names == {world.ward.qualified_name, "Vùng 0", "Vùng 1", "Vùng 2"}
    same["version"] += 1
    client.post(f"/warnings/{warning.pk}/edit", form_of(world, others=["1"], places=[], **same))
    assert set(warning.areas.values_list("name_vi", flat=True)) == {"Vùng 0", "Vùng 2"}


def test_the_number_of_its_incident_leads_to_it(world, client):
    draft = IncidentDraft(uuid.uuid4(), "Bão", "storm", place=world.ward, with_playbook=False)
    incident = declare_incident(draft, by=world.operator).incident
    warning = actions.draft_warning(world.draft(incident=incident.number), by=world.writer)
    client.force_login(world.operator)
    link = f'<a href="/incidents/{incident.pk}">{incident.number}</a>'
    assert link in client.get(f"/warnings/{warning.pk}").content.decode()
    other = actions.draft_warning(world.draft(incident="SC-1999-0001"), by=world.writer)
    assert client.get(f"/warnings/{other.pk}").context["incident_url"] == ""
