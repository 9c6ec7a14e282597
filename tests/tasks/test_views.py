"""The list, the page, the form and the button."""

import re
from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils.timezone import make_naive
from tests.tasks.conftest import NOW

from halong.tasks import actions
from halong.tasks.about import About, unsealed
from halong.tasks.models import Task, TaskFile

PNG = b"\x89PNG\r\n\x1a\n..."


def client_of(user):
    client = Client()
    client.user = user
    client.force_login(user)
    return client


@pytest.fixture
def desk(chair):
    return client_of(chair)


@pytest.fixture
def desk_of_lan(lan):
    return client_of(lan)


def button(user, **given):
    request = RequestFactory().get("/alerts/17?tab=open")
    request.user = user
    words = " ".join(f"{name}={name}" for name in given)
    return Template("{% load tasks_tags %}{% assign_button " + words + " %}").render(
        Context({"request": request, **given})
    )


def test_two_clicks_from_the_red_number(desk, health, lan, ward):
    html = button(
        desk.user, origin="alert", ref=17, title="PM2,5 cao", snapshot="58 µg/m³ (giới hạn 45)", agency=health,
        place=ward, sector="environment",
    )  # fmt: skip
    href = re.search(r'href="([^"]+)"', html)[1]
    dialog = desk.get(href, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/alerts/17"})
    shown = dialog.content.decode()
    assert 'href="tel:0912345678"' in shown
    form = dialog.context["form"]
    given = {name: form[name].value() or [] for name in form.fields}
    answer = desk.post("/tasks/new", given)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/alerts/17")
    task = Task.objects.get()
    assert (task.title, task.origin, task.ref, task.snapshot) == (
        "PM2,5 cao", "alert", "17", "58 µg/m³ (giới hạn 45)"
    )  # fmt: skip
    assert (task.agency, task.place, task.sector, task.origin_url) == (
        health, ward, "environment", "/alerts/17?tab=open"
    )  # fmt: skip
    assert task.due_at > NOW + timedelta(days=2)


def test_without_scripts_the_form_is_a_page(desk):
    page = desk.get("/tasks/new")
    assert (page.status_code, page.templates[0].name) == (200, "tasks/new.html")


def test_what_was_typed_stays(desk, health):
    answer = desk.post("/tasks/new", {"title": "Kiểm tra", "agency": health.pk, "due": "pick", "priority": 1})
    assert (answer.status_code, answer.context["form"]["title"].value()) == (422, "Kiểm tra")
    assert answer.context["form"].errors == {"due_at": ["Cần chọn ngày, giờ."]}
    assert answer.context["form"].people == []


def test_a_deadline_that_has_passed_is_said_beside_it(desk, health):
    at = f"{NOW - timedelta(days=2):%Y-%m-%d}T17:00"
    given = {"title": "Kiểm tra", "agency": health.pk, "due": "pick", "due_at": at, "priority": 1}
    answer = desk.post("/tasks/new", given)
    assert (answer.status_code, answer.context["form"]["title"].value()) == (422, "Kiểm tra")
    assert (list(answer.context["form"].errors), Task.objects.count()) == (["due"], 0)


def test_a_picked_deadline_is_vietnams(desk, health):
    at = (NOW + timedelta(days=40)).strftime("%Y-%m-%d")
    desk.post(
        "/tasks/new",
        {"title": "x", "agency": health.pk, "due": "pick", "due_at": f"{at}T17:00", "priority": 4},
    )
    assert f"{Task.objects.get().due_at:%Y-%m-%d %H:%M}" == f"{at} 10:00"


def test_the_button_is_for_those_who_may(lan, chair):
    assert (button(lan, origin="alert").strip(), "Giao nhiệm vụ" in button(chair, origin="alert")) == (
        "",
        True,
    )


def test_the_snapshot_can_not_be_made_up(desk):
    word = About(origin="alert", snapshot="58").sealed()
    assert unsealed(word).snapshot == "58"
    assert [unsealed(w) for w in (word[:-1], "x" + word, "", "a:b")] == [About()] * 4


def test_people_of_another_agency_are_asked_for(desk, health, lan):
    page = desk.get("/tasks/people", {"agency": health.pk}).content.decode()
    assert ("Lan" in page, 'href="tel:0912345678"' in page) == (True, True)
    assert [
        desk.get("/tasks/people", {"agency": word}).context["form"].chosen for word in ("", "x", "²")
    ] == [None] * 3


def test_a_task_says_who_answers_for_it(give, desk, health, lan):
    page = desk.get(f"/tasks/{give('Kiểm tra').pk}").content.decode()
    assert 'href="tel:0912345678"' in page


def test_a_person_of_the_agency_is_named(desk, health, lan, person):
    stranger = person("stranger", "officer")
    sent = {"title": "Kiểm tra", "agency": health.pk, "due": "three", "priority": 4}
    answer = desk.post("/tasks/new", sent | {"assignee": stranger.pk})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["assignee"])
    desk.post("/tasks/new", sent | {"assignee": lan.pk})
    desk.post("/tasks/new", sent)
    assert list(Task.objects.order_by("pk").values_list("assignee", flat=True)) == [lan.pk, None]


def test_late_ones_come_first_and_the_number_of_queries_is_fixed(give, desk, django_assert_max_num_queries):
    late = give("Trễ")
    for number in range(60):
        give(f"Việc {number}")
    Task.objects.filter(pk=late.pk).update(created_at=NOW - timedelta(days=9), due_at=NOW - timedelta(days=1))
    desk.get("/tasks")
    with django_assert_max_num_queries(16):
        page = desk.get("/tasks?tab=all")
    assert (page.context["page"][0].title, page.context["page"].paginator.num_pages) == ("Trễ", 2)
    assert [t.title for t in desk.get("/tasks?tab=all&state=late").context["page"]] == ["Trễ"]
    assert [t.title for t in desk.get("/tasks?tab=all&q=viec+59").context["page"]] == ["Việc 59"]


def test_tabs_mine_and_given(give, desk, desk_of_lan, chair, person, province):
    give("một"), give("hai", agency=province)
    assert [t.title for t in desk_of_lan.get("/tasks").context["page"]] == ["một"]
    assert {t.title for t in desk.get("/tasks?tab=given").context["page"]} == {"một", "hai"}
    assert list(desk.get("/tasks?tab=mine").context["page"]) == []
    assert [desk.get("/tasks").context["tab"], desk_of_lan.get("/tasks").context["tab"]] == ["given", "mine"]
    assert [t.title for t in desk_of_lan.get("/tasks?tab=all").context["page"]] == ["một"]


def test_the_table_is_safe_for_spreadsheets(give, desk, health):
    give("=1+1")
    lines = b"".join(desk.get("/tasks.csv?tab=all").streaming_content).decode("utf-8-sig").splitlines()
    assert (lines[0][:14], lines[1].split(",")[1]) == ("id,title,state", "'=1+1")


def test_a_task_of_others_is_not_there(give, province, desk_of_lan):
    task = give(agency=province)
    for url in (f"/tasks/{task.pk}", f"/tasks/{task.pk}/dialog/done"):
        assert desk_of_lan.get(url).status_code == 404
    assert desk_of_lan.post(f"/tasks/{task.pk}/accept").status_code == 404


def test_the_page_offers_what_one_may_do(give, desk, desk_of_lan):
    task = give(snapshot="58 µg/m³", origin_url="/alerts/17")
    offered = [
        [step.key for step in c.get(f"/tasks/{task.pk}").context["steps"]] for c in (desk_of_lan, desk)
    ]
    assert offered[0] == ["accept", "done", "progress", "ask", "return", "involve"]
    assert offered[1] == ["accept", "done", "progress", "ask", "return", "involve", "extend", "cancel"]
    assert desk_of_lan.get(f"/tasks/{task.pk}/dialog/cancel").status_code == 404
    assert desk_of_lan.post(f"/tasks/{task.pk}/cancel", {"reason": "x"}).status_code == 403


def test_done_with_a_photo(give, desk, desk_of_lan):
    from django.core.files.uploadedfile import SimpleUploadedFile

    task = give()
    sent = {"evidence": "Đã thay", "attached": SimpleUploadedFile("a.png", PNG)}
    answer = desk_of_lan.post(f"/tasks/{task.pk}/done", sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["no_secret"])
    sent = {"evidence": "Đã thay", "no_secret": "on", "attached": SimpleUploadedFile("a.png", PNG)}
    assert desk_of_lan.post(f"/tasks/{task.pk}/done", sent).status_code == 302
    file = TaskFile.objects.get()
    got = desk.get(f"/tasks/{task.pk}/files/{file.pk}")
    assert (got.content, got.headers["Content-Disposition"]) == (PNG, 'attachment; filename="a.png"')
    assert "a.png" in desk.get(f"/tasks/{task.pk}").content.decode()
    wrong = {"evidence": "x", "no_secret": "on", "attached": SimpleUploadedFile("a.exe", b"MZ")}
    assert desk_of_lan.post(f"/tasks/{give().pk}/done", wrong).status_code == 422


def test_an_extension_is_asked_for_and_approved_on_the_page(give, desk, desk_of_lan):
    task = give(hours=20)
    asked = desk_of_lan.post(f"/tasks/{task.pk}/ask", {"due": "five", "reason": "Chờ vật tư"})
    assert asked.status_code == 302
    task.refresh_from_db()
    page = desk.get(f"/tasks/{task.pk}/dialog/extend", headers={"HX-Request": "true"})
    form = page.context["form"]
    assert (form["due"].value(), form["due_at"].value()) == (
        "pick",
        make_naive(task.asked_due_at),
    )
    assert [s.key for s in desk.get(f"/tasks/{task.pk}").context["steps"]][-3:] == [
        "extend",
        "refuse",
        "cancel",
    ]
    assert desk.post(f"/tasks/{task.pk}/extend", {"due": "five", "reason": "Đồng ý"}).status_code == 302
    assert Task.objects.get().asked_due_at is None


def test_progress_and_return(give, desk_of_lan):
    task = give()
    assert desk_of_lan.post(f"/tasks/{task.pk}/progress", {"progress": "50"}).status_code == 302
    assert desk_of_lan.post(f"/tasks/{task.pk}/return", {"reason": ""}).status_code == 422
    assert desk_of_lan.get(f"/tasks/{task.pk}/nonsense").status_code == 405
    assert desk_of_lan.post(f"/tasks/{task.pk}/nonsense").status_code == 404
    actions.finish_task(task, by=desk_of_lan.user, evidence="Xong")
    assert desk_of_lan.post(f"/tasks/{task.pk}/accept").status_code == 409
