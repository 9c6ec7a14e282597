"""The life of a task."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tasks.conftest import DAY, NOW

from halong.audit.models import AuditEntry
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.notify.models import Notice
from halong.tasks import actions, reminders
from halong.tasks.evidence import Evidence
from halong.tasks.models import Task, TaskEvent, TaskFile


def heard(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("title", flat=True))


def kinds(task):
    return list(task.events.order_by("pk").values_list("kind", flat=True))


def test_given_accepted_done_confirmed(give, chair, lan):
    task = give()
    actions.accept_task(task, by=lan)
    actions.report_progress(task, by=lan, progress=50, note="Đã thay đầu đo")
    actions.finish_task(task, by=lan, evidence="Trạm đã hoạt động lại")
    actions.confirm_task(task, by=chair)
    assert (task.state, task.progress, task.remind_at) == ("confirmed", 100, None)
    assert kinds(task) == ["created", "accepted", "progress", "done", "confirmed"]
    assert heard(lan) == [
        "Nhiệm vụ mới: Kiểm tra trạm Cẩm Phả",
        "Nhiệm vụ đã được xác nhận hoàn thành: Kiểm tra trạm Cẩm Phả",
    ]
    assert heard(chair) == [
        "Nhiệm vụ đã được nhận: Kiểm tra trạm Cẩm Phả",
        "Nhiệm vụ đã làm xong, chờ xác nhận: Kiểm tra trạm Cẩm Phả",
    ]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "tasks.done",
        "tasks.confirmed",
    ]


def test_words_and_a_deadline_ahead_are_needed(give, lan):
    with pytest.raises(Invalid):
        give("  ")
    with pytest.raises(Invalid):
        give(hours=-1)
    task = give()
    for act in (
        lambda: actions.finish_task(task, by=lan, evidence=" "),
        lambda: actions.return_task(task, by=lan, reason=""),
        lambda: actions.report_progress(task, by=lan, progress=101),
        lambda: actions.ask_extension(task, by=lan, due_at=task.due_at, reason="Chờ vật tư"),
    ):
        with pytest.raises(Invalid):
            act()
    assert kinds(task) == ["created"]


def test_tasks_are_given_downwards_only(give, person, province, health, lan):
    director = person("director", "leader", agency=health)
    assert give(by=director).agency == health
    for who, agency in ((director, province), (lan, health)):
        with pytest.raises(Forbidden):
            give(by=who, agency=agency)


def test_a_locality_gives_tasks_within_its_place(give, person, health, ward):
    head = person("head", "leader", place=ward)
    assert give(by=head, place=ward).place == ward
    with pytest.raises(Forbidden):
        give(by=head)


def test_a_department_can_not_confirm_what_the_province_gave_it(give, person, health, lan, chair):
    director = person("director", "leader", agency=health)
    task = give()
    actions.finish_task(task, by=director, evidence="Xong")
    for act in (actions.confirm_task, lambda task, by: actions.cancel_task(task, by=by, reason="Thôi")):
        with pytest.raises(Forbidden):
            act(task, by=director)
    own = give(by=director)
    actions.finish_task(own, by=lan, evidence="Xong")
    assert actions.confirm_task(own, by=director).state == "confirmed"
    assert actions.confirm_task(task, by=chair).state == "confirmed"


def test_others_do_not_work_on_it(give, person, province, lan):
    stranger = person("stranger", agency=province, sector="health")
    task = give(sector="environment")
    for act in (actions.accept_task, lambda task, by: actions.finish_task(task, by=by, evidence="Xong")):
        for who in (stranger, SYSTEM):
            with pytest.raises(Forbidden):
                act(task, by=who)
    assert actions.accept_task(give(assignee=stranger), by=stranger).state == "accepted"


def test_who_comes_second_is_told(give, lan, chair):
    task = give()
    same = Task.objects.get()
    actions.accept_task(task, by=lan)
    with pytest.raises(Conflict) as caught:
        actions.accept_task(same, by=lan)
    assert caught.value.detail == "Nhiệm vụ này đang ở trạng thái “Đã nhận”."
    with pytest.raises(Conflict):
        actions.confirm_task(task, by=chair)


def test_what_is_not_good_enough_goes_back(give, lan, chair):
    task = give()
    actions.finish_task(task, by=lan, evidence="Xong")
    actions.send_back(task, by=chair, reason="Chưa có ảnh")
    assert (task.state, task.done_at, task.reminder) == ("accepted", None, "day-before")
    actions.finish_task(task, by=lan, evidence="Có ảnh")
    assert kinds(task) == ["created", "done", "sent-back", "done"]


def test_an_extension_needs_approval(give, lan, chair):
    task = give(hours=30)
    later = NOW + timedelta(hours=60)
    with pytest.raises(Forbidden):
        actions.extend_task(task, by=lan, due_at=later)
    actions.ask_extension(task, by=lan, due_at=later, reason="Chờ vật tư")
    assert (task.asked_due_at, task.due_at) == (later, NOW + timedelta(hours=30))
    actions.extend_task(task, by=chair, due_at=later)
    assert (task.asked_due_at, task.due_at, task.remind_at) == (None, later, later - DAY)
    with pytest.raises(Conflict):
        actions.refuse_extension(task, by=chair, reason="Không")
    actions.ask_extension(task, by=lan, due_at=later + DAY, reason="Mưa")
    actions.refuse_extension(task, by=chair, reason="Làm ngay")
    assert (task.asked_due_at, task.due_at) == (None, later)
    assert kinds(task) == ["created", "asked", "extended", "asked", "refused"]


def test_returned_and_cancelled_tasks_remind_nobody(give, lan, chair):
    returned, cancelled = give(), give()
    actions.return_task(returned, by=lan, reason="Không thuộc thẩm quyền")
    actions.cancel_task(cancelled, by=chair, reason="Đã xử lý")
    assert [(t.state, t.remind_at, t.is_late) for t in (returned, cancelled)] == [
        ("returned", None, False),
        ("cancelled", None, False),
    ]
    assert actions.remind_due(NOW + timedelta(days=30), by=SYSTEM) == 0


def test_files_show_what_was_done(give, lan):
    task = give()
    for wrong in (Evidence("tram.exe", b"MZ"), Evidence("tram.png", b"<html>"), Evidence("tram", b"")):
        with pytest.raises(Invalid):
            actions.finish_task(task, by=lan, evidence="Xong", files=(wrong,))
    photo = Evidence("trạm.PNG", b"\x89PNG\r\n\x1a\n...")
    with pytest.raises(Invalid):
        actions.finish_task(task, by=lan, evidence="Xong", files=(photo,) * 6)
    actions.finish_task(task, by=lan, evidence="Xong", files=(photo,))
    kept = TaskFile.objects.get()
    assert (kept.name, kept.media_type, kept.size) == ("trạm.PNG", "image/png", 11)


def test_reminders_a_day_before_at_the_hour_then_the_superior(give, lan, chair, person, province):
    top = person("top", "leader", agency=province)
    task = give(hours=72)
    due, times = task.due_at, []
    for _round in range(4):
        task.refresh_from_db()
        if task.remind_at is None:
            break
        times.append((task.remind_at - due, task.reminder))
        assert actions.remind_due(task.remind_at - timedelta(seconds=1), by=SYSTEM) == 0
        assert actions.remind_due(task.remind_at, by=SYSTEM) == 1
    assert times == [(-DAY, "day-before"), (timedelta(0), "due"), (DAY, "superior")]
    assert [title.partition(":")[0] for title in heard(lan)] == [
        "Nhiệm vụ mới",
        "Nhiệm vụ còn dưới một ngày là đến hạn",
        "Nhiệm vụ đến hạn",
    ]
    assert heard(top) == heard(chair) == ["Nhiệm vụ quá hạn: Kiểm tra trạm Cẩm Phả"]
    assert kinds(task) == ["created", "reminded", "reminded", "reminded"]


def test_looking_for_reminders_takes_one_query(give, django_assert_num_queries):
    give(hours=72)
    with django_assert_num_queries(3):  # one query within a savepoint
        assert actions.remind_due(NOW, by=SYSTEM) == 0


@given(st.integers(1, 1000), st.integers(1, 60))
def test_reminders_of_any_deadline_come_in_order_and_end(hours, minutes):
    due = NOW + timedelta(hours=hours, minutes=minutes)
    times = []
    at, reminder = reminders.first(NOW, due)
    while at is not None:
        times.append(at)
        at, reminder = reminders.after(reminder, NOW, due)
    assert times == sorted(set(times))
    assert (times[0] > NOW, times[-2], times[-1] - due <= DAY) == (True, due, True)


def test_a_new_task_has_one_event(give):
    assert TaskEvent.objects.get(task=give()).kind == "created"
