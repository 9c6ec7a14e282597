"""How agencies and people did what they were given."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.tasks.conftest import DAY

from halong.tasks import actions, scorecard
from halong.tasks.models import CoOwner, Task
from halong.tasks.scorecard import Row, Score

NOW = datetime(2026, 3, 13, 3, tzinfo=UTC)  # a Friday, 10:00 in Vietnam
SINCE = NOW - 30 * DAY
GIVEN = NOW - 3 * DAY  # Tuesday, 10:00


def put(task, **changes):
    Task.objects.filter(pk=task.pk).update(**{"created_at": GIVEN, "due_at": GIVEN + DAY} | changes)
    return task


@pytest.fixture
def played(give, health, province, lan):
    """On time, late, overdue since long, returned, under way, and another agency's."""
    done = {"state": "confirmed"}
    put(give(assignee=lan), done_at=GIVEN + timedelta(hours=1), **done)
    put(give(), done_at=GIVEN + 2 * DAY, **done)
    put(give(), created_at=NOW - 60 * DAY, due_at=NOW - 50 * DAY)
    put(give(), state="returned")
    extended = give(assignee=lan)
    actions.ask_extension(extended, by=lan, due_at=extended.due_at + DAY, reason="Chờ")
    put(extended, due_at=NOW + DAY)
    put(give(agency=province, co_owners=(health,)), due_at=NOW + DAY, simulated=True)
    CoOwner.objects.update(added_at=GIVEN)


def test_agencies(played, chair, lan, health, province, django_assert_num_queries):
    with django_assert_num_queries(5):
        found = scorecard.by_agency(chair, SINCE, now=NOW)
    expected = Score(
        given=4, on_time=1, late=1, under_way=1, overdue=1, returned=1, asked=1, parts=1, hours=(1.0, 16.0)
    )
    ours = {row.who: row.score for row in found}
    ours[health].hours = tuple(sorted(ours[health].hours))
    assert ours == {province: Score(given=1, under_way=1, simulated=1), health: expected}
    assert [row.who for row in scorecard.by_agency(lan, SINCE, now=NOW)] == [health]
    assert [row.who for row in scorecard.by_agency(chair, SINCE, now=NOW, agency=health)] == [health]
    assert scorecard.by_agency(chair, SINCE, now=NOW, sector="health") == []


def test_people_of_ones_own_agency(played, person, lan, health):
    head = person("head", "leader", agency=health)
    rows = scorecard.by_person(head, health, SINCE, now=NOW)
    assert [(row.who, row.score.given, row.score.overdue) for row in rows] == [(lan, 2, 0), (None, 2, 1)]
    alone = Score(given=2, on_time=1, under_way=1, asked=1, hours=(1.0,))
    assert scorecard.by_person(lan, health, SINCE, now=NOW) == [Row(lan, alone)]
    assert scorecard.own_agencies(head) == [health]


def test_few_cases_say_nothing():
    few, enough = (
        Score(on_time=15, late=4, hours=(1, 2, 3, 4)),
        Score(on_time=15, late=5, hours=(1, 2, 3, 4, 9)),
    )
    assert (few.share, few.median_hours, enough.share, enough.median_hours) == (None, None, 75.0, 3)


def test_page_and_table(give, chair, lan, person):
    give(assignee=lan)
    client = Client()
    client.force_login(chair)
    page = client.get("/tasks/scorecard")
    assert [(row.who.name, row.score.given) for row in page.context["rows"]] == [("Sở Y tế", 1)]
    assert (page.context["own"], page.context["filter"]["days"].value()) == ([], "90")
    lines = client.get("/tasks/scorecard.csv?days=30").content.decode().splitlines()
    assert lines[1] == "QN.SYT,Sở Y tế,1,0,0,1,0,0,0,0,0,,,0,0,0"
    client.force_login(lan)
    assert [row.who for _agency, rows in client.get("/tasks/scorecard").context["own"] for row in rows] == [
        lan
    ]
    assert client.get("/tasks/scorecard?days=7&agency=x").status_code == 200
    client.force_login(person("mai", "citizen"))
    assert client.get("/tasks/scorecard").status_code == 403
