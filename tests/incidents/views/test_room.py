"""The room: steps, notes with names and photographs, the timeline page by page, its speed however long it is."""

import time
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.incidents.views.conftest import HTMX

from halong.incidents.actions import NoteDraft, add_note, close_incident, give_role, link_incidents
from halong.incidents.models import Entry, Step
from halong.notify.models import Notice

LONG = 5000


def url(incident, name="incident", *more):
    return reverse(name, args=[incident.pk, *more])


def press(browser, incident, key, what, **given):
    step = Step.objects.get(incident=incident, key=key)
    return browser.post(url(incident, "incident-step", step.pk, what), given, headers=HTMX)


def test_a_step_is_done_with_its_answers(desk, incident):
    answer = press(desk, incident, "call", "finish", **{"check-told": "on", "ask-aboard": "1.046,5"})
    assert answer.status_code == 200
    step = Step.objects.get(incident=incident, key="call")
    assert (step.state, step.answers) == ("done", {"told": True, "aboard": 1046.5})
    assert Step.objects.get(incident=incident, key="boat").state == "ready"
    assert answer.text.count("<hx-partial") == 5


@pytest.mark.parametrize(
    ("what", "given", "said"),
    [
        ("finish", {"ask-aboard": "many"}, "Số người trên tàu: write a number."),
        ("finish", {}, "Say why something is left open. This is open."),
        ("skip", {}, "Say why the step is skipped."),
        ("skip", {"note": "x" * 4001}, "At most 4000 characters."),
        ("start", {}, ""),
    ],
)
def test_a_press_is_answered_by_what_was_in_the_way(desk, incident, what, given, said):
    answer = press(desk, incident, "call", what, **given)
    assert (answer.context["wrong"], answer.status_code) == (said, 200)


def test_a_tick_is_kept_at_once_for_the_other_to_see(desk, at, other, incident):
    step = Step.objects.get(incident=incident, key="call")
    address = url(incident, "incident-step", step.pk, "answer")
    kept = desk.post(f"{address}?field=check-told", {"check-told": "on"}, headers=HTMX)
    assert (kept.status_code, kept.content) == (204, b"")
    desk.post(f"{address}?field=ask-aboard", {"ask-aboard": "46,5"}, headers=HTMX)
    shown = at(other).get(url(incident)).text
    assert f'id="check-{step.pk}-told" checked' in shown
    assert f'id="ask-{step.pk}-aboard" value="46.5"' in shown
    desk.post(f"{address}?field=check-told", {}, headers=HTMX)
    desk.post(f"{address}?field=ask-aboard", {"ask-aboard": ""}, headers=HTMX)
    step.refresh_from_db()
    assert (step.answers, step.state) == ({"told": False, "aboard": None}, "ready")
    wrong = desk.post(f"{address}?field=ask-aboard", {"ask-aboard": "many"}, headers=HTMX)
    assert wrong.context["wrong"] == "Số người trên tàu: write a number."


def test_two_people_at_one_step(desk, at, other, incident):
    press(desk, incident, "call", "skip", note="Biên phòng tự báo")
    answer = press(at(other), incident, "call", "finish", note="Đã gọi")
    assert answer.context["wrong"].startswith("This step is “Skipped” by now (Lan, ")


def test_a_note_names_people_and_carries_photographs(desk, incident, other, photo, fresh):
    text = f"@{other} tàu SAR 411 đã rời bến"
    sent = {"client_id": fresh(), "text": text, "mentions": [other.pk, incident.declared_by_id],
            "photos": [SimpleUploadedFile("a.jpg", photo, "image/jpeg")]}  # fmt: skip
    first = desk.post(url(incident, "incident-note"), sent, headers=HTMX)
    assert first.status_code == 200
    assert text in first.text
    entry = Entry.objects.get(incident=incident, kind="note")
    assert [mention.person for mention in entry.mentions.all()] == [other]
    assert Notice.objects.filter(user=other).count() == 1
    kept = entry.photos.get()
    small = desk.get(reverse("incident-photo", args=[kept.pk]) + "?small")
    assert (small.headers["Content-Type"], small.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert b"Secret Camera" not in desk.get(reverse("incident-photo", args=[kept.pk])).content


def test_an_empty_note_is_refused_and_a_long_one_kept(desk, incident, fresh):
    empty = desk.post(url(incident, "incident-note"), {"client_id": fresh(), "text": " "}, headers=HTMX)
    assert (empty.status_code, Entry.objects.filter(incident=incident, kind="note").count()) == (422, 0)
    long = desk.post(url(incident, "incident-note"), {"client_id": fresh(), "text": "a" * 5000}, headers=HTMX)
    assert long.status_code == 422
    assert "a" * 5000 in long.text


def test_who_may_be_named(desk, incident, operator, other, person):
    person("nobody", "citizen")
    names = desk.get(url(incident, "incident-people"), {"q": "min"}).json()["people"]
    assert names == [{"id": other.pk, "name": "Minh", "title": ""}]
    assert desk.get(url(incident, "incident-people"), {"q": "nobody"}).json() == {"people": []}
    assert [one["id"] for one in desk.get(url(incident, "incident-people")).json()["people"]] == [operator.pk]
    assert desk.get(url(incident, "incident-people"), {"q": "\0"}).status_code == 200


def test_who_has_two_roles_is_named_once(desk, incident, operator):
    give_role(incident, "recorder", operator, by=operator)
    assert [one["id"] for one in desk.get(url(incident, "incident-people")).json()["people"]] == [operator.pk]


def lines(answer):
    return [line.entry.text for line in answer.context["lines"] if line.entry.text]


def test_the_timeline_page_by_page(desk, incident, operator):
    for n in range(60):
        add_note(incident, NoteDraft(f"note {n}"), by=operator)
    page = desk.get(url(incident, "incident-timeline"), {"show": "people"})
    assert lines(page) == [f"note {n}" for n in range(59, 9, -1)]
    older = desk.get(url(incident, "incident-timeline"), {"show": "people", "before": page.context["last"]})
    assert lines(older) == [f"note {n}" for n in range(9, -1, -1)]
    top = page.context["top"]
    add_note(incident, NoteDraft("the newest"), by=operator)
    live = desk.get(url(incident, "incident-timeline"), {"show": "people", "top": top, "shown": 50})
    assert lines(live) == ["the newest", *lines(page)]
    found = desk.get(url(incident, "incident-timeline"), {"q": "newest"})
    assert lines(found) == ["the newest"]


def fill(incident, operator, count):
    now = timezone.now()
    Entry.objects.bulk_create(
        Entry(incident=incident, kind="note", at=now - timedelta(seconds=n), by=operator, text=f"note {n}",
              version=1, client_id=uuid.uuid4())
        for n in range(count)
    )  # fmt: skip


@pytest.mark.parametrize("name", ["incident", "incident-now", "incident-timeline"])
def test_as_many_queries_with_five_thousand_entries(desk, incident, operator, name):
    fill(incident, operator, 60)
    desk.get(url(incident, name))
    with CaptureQueriesContext(
        connection,
    ) as few:
        desk.get(url(incident, name))
    fill(incident, operator, LONG)
    with CaptureQueriesContext(connection) as many:
        begun = time.perf_counter()
        desk.get(url(incident, name))
        took = time.perf_counter() - begun
    assert len(many) == len(few)
    assert took < 1  # 0.2 s on a quiet machine: bench incident_5k_timeline_ms


def test_taking_out_ending_and_undoing(desk, incident, declare, chair, operator):
    part = incident.parts.get()
    role = give_role(incident, "field", chair, by=operator)
    link = link_incidents(incident, declare(title="Một tàu khác"), "related", by=operator)
    for what, row in (("part", part), ("role", role), ("link", link)):
        answer = desk.post(url(incident, "incident-remove", what, row.pk), headers=HTMX)
        assert answer.context["said"] == "Done."
    part.refresh_from_db()
    role.refresh_from_db()
    assert (part.live, role.until is None, incident.links.count()) == (False, False, 0)
    again = desk.post(url(incident, "incident-remove", "part", part.pk), headers=HTMX)
    assert again.context["wrong"] == "Somebody else was faster: it is gone already."


def test_a_task_with_a_deadline_in_minutes(desk, incident, agency, rescue):
    sent = {"title": "Chuẩn bị xe cứu thương", "agency": rescue.pk, "due": "30", "priority": "1"}
    refused = desk.post(url(incident, "incident-task"), sent | {"co_owners": [rescue.pk]}, headers=HTMX)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["co_owners"])
    sent["co_owners"] = [agency.pk]
    answer = desk.post(url(incident, "incident-task"), sent, headers=HTMX)
    [task] = answer.context["room"].tasks
    assert (task.title, task.origin, task.ref) == ("Chuẩn bị xe cứu thương", "incident", str(incident.pk))
    assert [part.agency for part in task.co_owners.all()] == [agency]
    assert 29 <= (task.due_at - timezone.now()).total_seconds() / 60 <= 30


def test_map_and_area(desk, incident):
    shape = {"type": "Polygon", "coordinates": [[[107, 20.8], [107.2, 20.8], [107.2, 21], [107, 20.8]]]}
    type(incident).objects.filter(pk=incident.pk).update(area=shape)
    [point] = desk.get(url(incident, "incident-map")).json()["features"][:1]
    assert point["geometry"]["coordinates"] == [107.1, 20.9]
    assert point["properties"]["state"] == "high"
    assert desk.get(url(incident, "incident-area")).json()["features"][0]["geometry"] == shape


def test_somebody_elsewhere_sees_nothing(at, person, incident, agency):
    stranger = at(person("far", "officer", agency=agency))
    for name in ("incident", "incident-now", "incident-timeline", "incident-map", "incident-review"):
        assert stranger.get(url(incident, name)).status_code == 404


def test_the_clock_of_a_step_stops_with_the_response(desk, incident, operator):
    Step.objects.filter(incident=incident, key="call").update(due_at=timezone.now() - timedelta(minutes=5))
    [late, _boat] = desk.get(url(incident, "incident")).context["steps"]
    assert (late.late, late.live) == (True, True)
    close_incident(incident, by=operator, note="Xong", despite_open=True)
    page = desk.get(url(incident, "incident"))
    [left, _boat] = page.context["steps"]
    assert (left.late, left.live, left.step.state) == (False, False, "ready")
    assert 'data-running="left"' not in page.text
