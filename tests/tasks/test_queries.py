"""Counting what is late, and what indicators count."""

from datetime import timedelta

from tests.tasks.conftest import DAY, NOW

from halong.core import registry
from halong.tasks import actions, queries
from halong.tasks.models import Task


def make_late(task, days=1):
    Task.objects.filter(pk=task.pk).update(created_at=NOW - 9 * DAY, due_at=NOW - days * DAY)
    task.refresh_from_db()
    return task


def test_whose_tasks_are_late(give, chair, lan, health, province, person, django_assert_num_queries):
    make_late(give()), make_late(give()), give(), make_late(give(agency=province))
    person("stranger", agency=province)
    with django_assert_num_queries(2):
        found = queries.late_by_agency(chair)
    assert [(row.agency, row.late, row.open_) for row in found] == [(health, 2, 3), (province, 1, 1)]
    assert found[0].url == f"/tasks?tab=all&state=late&agency={health.pk}"
    assert [row.agency for row in queries.late_by_agency(lan)] == [health]
    assert [row.late for row in queries.late_by_agency(chair, agency=health, sector="")] == [2]
    assert queries.late_by_agency(chair, sector="health") == []


def test_what_is_due_in_a_day(give, chair, lan):
    soon, _later = give(hours=5), give(hours=50)
    actions.finish_task(give(hours=6), by=lan, evidence="Xong")
    assert list(queries.due_between(chair, NOW, NOW + DAY)) == [soon]
    assert list(queries.due_between(chair, soon.due_at, NOW + DAY)) == []


def test_tasks_of_an_origin(give):
    mine = give(origin="alert", ref="17")
    give(origin="alert", ref="18")
    assert list(queries.for_origin("alert", 17)) == [mine]


def test_what_indicators_count(give, lan, health, chair):
    on_time, late, cancelled = make_late(give()), make_late(give()), make_late(give())
    actions.finish_task(on_time, by=lan, evidence="Xong")
    Task.objects.filter(pk=on_time.pk).update(done_at=NOW - 2 * DAY)
    actions.cancel_task(cancelled, by=chair, reason="Thôi")
    give()
    end = NOW + timedelta(seconds=1)
    compute = registry.record_measures["tasks.late"].compute
    assert list(compute(NOW - DAY, end + DAY)) == [(None, health.pk, 1.0, 2.0)]
    assert list(compute(NOW, NOW - 1.5 * DAY)) == [(None, health.pk, 0.0, 2.0)]
    on_time_rows = registry.record_measures["tasks.on_time"].compute(NOW - 3 * DAY, NOW)
    assert list(on_time_rows) == [(None, health.pk, 1.0, 2.0)]
    assert late.is_late


def test_who_sees_the_whole_province_sees_every_task(give, lan, person, health):
    task = give()
    assert list(Task.objects.visible_to(person("vice", "leader"))) == [task]
    assert list(Task.objects.visible_to(person("outside", sector="health"))) == []
    mine = give(assignee=person("guest", sector="education"))
    assert list(Task.objects.visible_to(mine.assignee)) == [mine]
