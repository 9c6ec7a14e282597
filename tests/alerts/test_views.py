"""The pages of alerts: what they show, who may, how many queries they take."""

import re

import pytest
from django.test import Client
from tests.alerts.conftest import NOW

from halong.alerts import actions
from halong.alerts.models import Alert
from halong.alerts.subscribers import on_crossing
from halong.rules.events import Crossing


@pytest.fixture
def desk(operator):
    """The operator's browser."""
    client = Client()
    client.force_login(operator)
    return client


def test_the_list_shows_alerts_by_priority_then_time(desk, make_alert, station):
    make_alert(title="Cũ hơn", priority=2, ago=9, entity=station)
    make_alert(title="Mới hơn", priority=2, ago=1)
    make_alert(title="Nghiêm trọng", priority=1, ago=20)
    page = desk.get("/alerts").content.decode()
    places = [page.index(f">{title}</a>") for title in ("Nghiêm trọng", "Mới hơn", "Cũ hơn")]
    assert places == sorted(places)


@pytest.mark.parametrize("tab", ["open", "cleared", "shelved", "suppressed", "closed"])
def test_every_tab_and_its_empty_state(desk, make_alert, tab):
    assert desk.get(f"/alerts?tab={tab}").status_code == 200
    assert desk.get(f"/alerts?tab={tab}&q=xyz&priority=1&sector=environment").status_code == 200


def test_the_list_takes_the_same_number_of_queries_however_long(desk, make_alert, station):
    make_alert(entity=station)
    desk.get("/alerts")
    with _counted() as few:
        desk.get("/alerts")
    for _ in range(20):
        make_alert(entity=station, ago=60)
    with _counted() as many:
        desk.get("/alerts")
    assert len(many) == len(few)
    assert len(many) <= 16


def _counted():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return CaptureQueriesContext(connection)


def test_nobody_sees_what_lies_outside_their_scope(person, make_alert, station):
    alert = make_alert(entity=station)
    client = Client()
    client.force_login(person("other", "officer", sector="tourism"))
    assert "PM2,5 cao" not in client.get("/alerts").content.decode()
    assert client.get(f"/alerts/{alert.pk}").status_code == 404
    assert client.post(f"/alerts/{alert.pk}/acknowledge").status_code == 404


def test_a_leader_sees_and_may_not_respond(person, make_alert):
    alert = make_alert()
    client = Client()
    client.force_login(person("sep", "leader"))
    assert client.get(f"/alerts/{alert.pk}").status_code == 200
    assert client.post(f"/alerts/{alert.pk}/acknowledge").status_code == 403


def test_responses_from_the_page_go_back_to_it(desk, make_alert):
    alert = make_alert()
    assert desk.post(f"/alerts/{alert.pk}/acknowledge")["Location"] == f"/alerts/{alert.pk}"
    shelved = desk.post(
        f"/alerts/{alert.pk}/shelve", {"minutes": 60, "note": "Bảo trì", "next": "/alerts?tab=open"}
    )
    assert shelved["Location"] == "/alerts?tab=open"
    assert desk.post(f"/alerts/{alert.pk}/unshelve").status_code == 302
    assert (
        desk.post(f"/alerts/{alert.pk}/note", {"note": "Ghi", "next": "https://evil.example/"})["Location"]
        == f"/alerts/{alert.pk}"
    )
    assert desk.post(f"/alerts/{alert.pk}/false-alarm").status_code == 302
    alert.refresh_from_db()
    assert (alert.state, alert.false_alarm, alert.shelved_until) == ("acknowledged", True, None)


def test_responses_from_the_list_answer_with_the_list(desk, make_alert):
    first = make_alert(title="Một")
    make_alert(title="Hai", priority=1)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/alerts?priority=2"}
    page = desk.post(f"/alerts/{first.pk}/acknowledge", headers=headers).content.decode()
    assert ">Một</a>" in page
    assert ">Hai</a>" not in page
    assert "<html" not in page


def test_the_second_person_sees_a_conflict(desk, make_alert, person):
    alert = make_alert()
    actions.acknowledge(alert, by=person("minh"))
    assert desk.post(f"/alerts/{alert.pk}/acknowledge").status_code == 409


def test_what_is_wrong_in_a_dialog_comes_back_in_it(desk, make_alert):
    alert = make_alert()
    assert desk.post(f"/alerts/{alert.pk}/note", {"note": ""}).status_code == 422
    assert desk.post(f"/alerts/{alert.pk}/shelve", {"minutes": 7}).status_code == 422
    for kind in ("note", "shelve", "false-alarm"):
        assert desk.get(f"/alerts/{alert.pk}/dialog/{kind}").status_code == 200
    assert desk.get(f"/alerts/{alert.pk}/dialog/nonsense").status_code == 404


def test_one_alert_with_its_grounds_and_its_chart(desk, rule, station, store_readings):
    series = station.series.get()
    store_readings(series, [(NOW, 62.5)])
    on_crossing(Crossing(rule.pk, series.pk, True, NOW, 62.5, 50.0, 1))
    alert = Alert.objects.get()
    page = desk.get(f"/alerts/{alert.pk}").content.decode()
    for words in (
        "62,5",
        "QCVN 05:2023/BTNMT",
        "Sở Nông nghiệp và Môi trường",
        "tel:02033835000",
        "Phường Cẩm Phả",
    ):
        assert words in page
    chart = desk.get(f"/alerts/{alert.pk}/series.json").json()
    assert chart["series"][0]["points"] == [[NOW.timestamp(), 62.5, 0]]
    assert [limit["value"] for limit in chart["limits"]] == [50.0]
    assert desk.get(f"/alerts/{alert.pk}/status").status_code == 200
    assert desk.get("/alerts/rows").status_code == 200


def test_a_flood_is_shown_in_groups_and_acknowledged_at_once(desk, rule, station, make_alert):
    for _ in range(12):
        make_alert(entity=station, rule=rule)
    [group] = desk.get("/alerts").context["listing"].page
    late = make_alert(entity=station, rule=rule)
    desk.post("/alerts/acknowledge", {"ids": group.ids})
    assert Alert.objects.filter(state="acknowledged").count() == 12
    late.refresh_from_db()
    assert late.state == "new"


def test_a_task_is_given_from_an_alert_and_shown_there(client, make_alert, person, station):
    from halong.core.formats import format_number
    from halong.tasks.models import Task

    client.force_login(person("chair", "leader"))
    found = make_alert(entity=station, evidence={"value": 58.2, "limit": 45, "unit": "µg/m³", "decimals": 1})
    page = client.get(f"/alerts/{found.pk}")
    assert page.context["snapshot"] == f"{format_number(58.2)} µg/m³ · ngưỡng 45"
    form = client.get(re.search(r'href="(/tasks/new[^"]+)"', page.content.decode())[1]).context["form"]
    client.post("/tasks/new", {name: form[name].value() or [] for name in form.fields})
    task = Task.objects.get()
    assert (task.agency, task.place, task.ref) == (station.agency, station.place, str(found.pk))
    assert list(client.get(f"/alerts/{found.pk}").context["tasks"]) == [task]
