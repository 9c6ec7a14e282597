"""Agencies that take part in another's task."""

from datetime import date, timedelta

import pytest
from django.test import Client
from tests.tasks.conftest import NOW
from tests.tasks.test_actions import heard, kinds

from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.places.actions import save_agency
from halong.places.models import Agency
from halong.tasks import actions, queries
from halong.tasks.models import Task

TITLE = "Kiểm tra trạm Cẩm Phả"


@pytest.fixture
def police(province):
    """An agency that takes part."""
    agency = Agency(code="QN.CA", name="Công an tỉnh", parent=province, valid_from=date(2025, 7, 1))
    return save_agency(agency, by=SYSTEM)


@pytest.fixture
def minh(person, police):
    """Works there, for another sector than the task's."""
    return person("minh", agency=police, sector="security")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_part_is_asked_for_seen_and_finished(give, chair, lan, minh, police):
    task = give(sector="health")
    assert list(Task.objects.visible_to(minh)) == []
    actions.add_co_owner(task, by=lan, agency=police, request="Chặn đường 18A")
    assert (list(Task.objects.visible_to(minh)), list(queries.in_tab("mine", minh))) == ([task], [task])
    assert list(Task.objects.in_scope(minh)) == []
    part = task.co_owners.get()
    actions.finish_part(part, by=minh, note="Đã chặn từ 14:00")
    part.refresh_from_db()
    assert (part.request, part.note, part.finished_by, part.is_late) == (
        "Chặn đường 18A", "Đã chặn từ 14:00", minh, False
    )  # fmt: skip
    assert (list(Task.objects.visible_to(minh)), list(queries.in_tab("mine", minh))) == ([task], [])
    assert kinds(task) == ["created", "involved", "part-done"]
    assert [event.agency for event in task.events.order_by("pk")] == [None, police, police]
    assert heard(minh) == [f"Phối hợp thực hiện nhiệm vụ: {TITLE}"]
    assert heard(lan)[1:] == [f"Đơn vị phối hợp đã xong phần việc: {TITLE}"]
    with pytest.raises(Conflict):
        actions.finish_part(part, by=minh, note="Nữa")


def test_who_may_do_what(give, chair, lan, minh, police, health, person):
    task = give(co_owners=(police,))
    part = task.co_owners.get()
    for act in (
        lambda: actions.add_co_owner(task, by=minh, agency=health),
        lambda: actions.remove_co_owner(part, by=minh, reason="Thôi"),
        lambda: actions.finish_part(part, by=lan, note="Xong"),
        lambda: actions.accept_task(task, by=minh),
    ):
        with pytest.raises(Forbidden):
            act()
    for agency in (health, police):
        with pytest.raises(Invalid):
            actions.add_co_owner(task, by=chair, agency=agency)
    with pytest.raises(Invalid):
        actions.finish_part(part, by=minh, note=" ")
    actions.finish_part(part, by=minh, note="Xong")
    actions.add_co_owner(task, by=chair, agency=police, request="Thêm một ca")
    part.refresh_from_db()
    assert (part.finished_at, part.note, part.request, part.added_by) == (None, "", "Thêm một ca", chair)
    actions.remove_co_owner(part, by=lan, reason="Đã đủ người")
    assert (task.co_owners.count(), kinds(task)[-1]) == (0, "left-out")
    assert heard(minh)[-1] == f"Không còn phối hợp nhiệm vụ: {TITLE}"
    actions.cancel_task(task, by=chair, reason="Thôi")
    with pytest.raises(Conflict):
        actions.add_co_owner(task, by=chair, agency=police)


def test_co_owners_hear_of_the_deadline_until_their_part_is_finished(give, chair, lan, minh, police):
    task = give(hours=2, co_owners=(police,))
    actions.remind_due(task.due_at, by=SYSTEM)
    assert heard(minh)[1:] == [f"Nhiệm vụ đến hạn: {TITLE}"]
    actions.extend_task(task, by=chair, due_at=task.due_at + timedelta(hours=2))
    actions.finish_part(task.co_owners.get(), by=minh, note="Xong")
    actions.remind_due(task.due_at, by=SYSTEM)
    assert len(heard(minh)) == 3
    assert len(heard(lan)) == 5


def test_what_halong_gave_is_heard_of_by_who_leads_the_agency_above(give, person, province, lan):
    head = person("head", "leader", agency=province)
    task = give(by=SYSTEM, origin="incident", ref="1", origin_url="/incidents/1")
    actions.return_task(task, by=lan, reason="Không đúng thẩm quyền")
    assert heard(head) == [f"Nhiệm vụ bị trả lại: {TITLE}"]


def test_pages(give, chair, lan, minh, police, health, django_assert_num_queries):
    for _n in range(2):
        give(co_owners=(police,), origin="incident", ref="7", origin_url="/incidents/7")
    task = Task.objects.earliest("pk")
    own, theirs = client_of(lan), client_of(minh)
    page = theirs.get(f"/tasks/{task.pk}")
    shown = [(one["part"].agency, [step.key for step in one["steps"]]) for one in page.context["parts"]]
    assert (shown, page.context["steps"]) == ([(police, ["finish"])], [])
    part = task.co_owners.get()
    assert theirs.get(f"/tasks/{task.pk}/parts/{part.pk}/finish").status_code == 200
    assert theirs.post(f"/tasks/{task.pk}/parts/{part.pk}/finish", {"note": ""}).status_code == 422
    assert own.post(f"/tasks/{task.pk}/parts/{part.pk}/finish", {"note": "Xong"}).status_code == 403
    assert theirs.post(f"/tasks/{task.pk}/parts/{part.pk}/finish", {"note": "Đã xong"}).status_code == 302
    assert own.get(f"/tasks/{task.pk}").context["finished"] == 1
    added = own.post(f"/tasks/{task.pk}/involve", {"agency": health.pk})
    assert (added.status_code, list(added.context["form"].errors)) == (422, ["agency"])
    listed = client_of(chair).get("/tasks?tab=all").content.decode()
    assert '<a href="/incidents/7">Sự cố</a>' in listed
    assert "phối hợp: Công an tỉnh ✓" in listed
    assert theirs.get("/tasks.csv").getvalue().decode().splitlines()[1].endswith(",Công an tỉnh")


def test_the_form_asks_for_co_owners(chair, health, police, minh):
    desk = client_of(chair)
    given = {"title": "Kiểm tra", "agency": health.pk, "due": "three", "priority": 4}
    wrong = desk.post("/tasks/new", {**given, "co_owners": [health.pk]})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["co_owners"])
    assert desk.post("/tasks/new", {**given, "co_owners": [police.pk]}).status_code == 302
    task = Task.objects.get()
    assert [part.agency for part in task.co_owners.all()] == [police]
    assert task.due_at > NOW + timedelta(days=2)
