"""Where incidents begin and are seen on other pages: alerts, the panorama, the wall, the board."""

import json
import re
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from halong.accounts.actions import create_display_token
from halong.context.scope import Scope
from halong.core.permissions import SYSTEM
from halong.core.registry import wall_tiles
from halong.incidents.actions import PartRef, close_incident


def test_alerts_can_be_ticked(desk, alert):
    page = desk.get(reverse("alerts")).text
    assert f'name="alert" value="{alert.pk}"' in page
    assert f'formaction="{reverse("incident-declare")}"' in page


def test_the_list_of_alerts_names_the_incident(desk, incident, alert, make_alert):
    make_alert(title="PM10 cao")
    page = desk.get(reverse("alerts"))
    assert page.context["listing"].marks == {
        alert.pk: (incident.number, reverse("incident", args=[incident.pk]))
    }
    assert page.text.count(incident.number) == 1


def test_a_flood_becomes_an_incident_in_one_click(desk, make_alert, rule, station, ward):
    alerts = [make_alert(rule=rule, entity=station, place=ward, title="PM2,5 cao") for _n in range(12)]
    page = desk.get(reverse("alerts")).text
    [href] = set(re.findall(r'href="([^"]*/incidents/new\?alert=[\d,]+)"', page))
    form = desk.get(href).context["form"]
    assert form["title"].value() == "PM2,5 cao (+11)"
    assert sorted(ref for _kind, ref, _title in json.loads(form["parts"].value())) == sorted(
        str(a.pk) for a in alerts
    )


def test_who_may_not_declare_ticks_nothing(at, person, alert):
    page = at(person("officer", "officer")).get(reverse("alerts")).text
    assert 'name="alert"' not in page


def test_an_alert_leads_to_the_form_then_to_its_incident(desk, make_alert, incident, alert):
    free = desk.get(reverse("alert", args=[make_alert().pk])).text
    assert f"{reverse('incident-declare')}?alert=" in free
    taken = desk.get(reverse("alert", args=[alert.pk])).text
    assert reverse("incident", args=[incident.pk]) in taken
    assert f"{reverse('incident-declare')}?alert=" not in taken


def test_a_thing_says_what_is_under_way_because_of_it(desk, declare, make_alert, station):
    alert = make_alert(entity=station)
    assert "Incidents here" not in desk.get(reverse("entity", args=[station.pk])).text
    made = declare(title="Khói ở Cẩm Phả", parts=(PartRef("alert", str(alert.pk)),))
    page = desk.get(reverse("entity", args=[station.pk])).text
    assert "Incidents here" in page
    assert reverse("incident", args=[made.pk]) in page


@pytest.mark.parametrize("name", ["panorama", "incidents-now", "incidents-board", "incidents"])
def test_what_is_under_way_is_seen(desk, incident, operator, name):
    assert incident.title in desk.get(reverse(name)).text
    close_incident(incident, by=operator, note="Xong", despite_open=True)
    assert incident.title not in desk.get(reverse(name)).text


def test_the_wall_leads_to_the_room(incident, operator):
    sight = SimpleNamespace(user=operator, scope=Scope(), now=timezone.now())
    shown = wall_tiles["incidents"].context(sight, {})
    assert [row.incident for row in shown["rows"]] == [incident]
    assert shown["rows"][0].coordinator == "Lan"


def test_a_wall_that_nobody_laid_out_shows_what_is_under_way(client, incident, operator):
    _token, secret = create_display_token(by=SYSTEM, name="Phòng trực")
    client.get("/wall", {"token": secret})
    wall = client.get("/wall").text
    assert (wall.count('data-kind="incidents"'), incident.title in wall) == (1, True)
    before = client.get("/wall/tiles?tiles=").json()["version"]
    close_incident(incident, by=operator, note="Xong", despite_open=True)
    assert 'data-kind="incidents"' not in client.get("/wall").text
    assert client.get("/wall/tiles?tiles=").json()["version"] != before
    assert client.get(reverse("incident", args=[incident.pk])).status_code == 302


def test_from_the_board_to_the_number_to_call_in_two_clicks(desk, incident, operator):
    type(operator).objects.filter(pk=operator.pk).update(phone="0912 345 678")
    assert reverse("incident", args=[incident.pk]) in desk.get(reverse("incidents-board")).text
    assert 'href="tel:0912345678"' in desk.get(reverse("incident", args=[incident.pk])).text


def test_tabs_filters_and_words(desk, incident, declare, operator):
    over = declare(title="Cháy rừng", kind="forest-fire", severity=1)
    close_incident(over, by=operator, note="Xong", despite_open=True)

    def shown(**query):
        return [row.pk for row in desk.get(reverse("incidents"), query).context["page"]]

    assert shown() == [incident.pk]
    assert shown(tab="closed") == [over.pk]
    assert shown(tab="all") == [over.pk, incident.pk]
    assert shown(tab="all", q="chay rung") == [over.pk]
    assert shown(tab="all", severity="3", kind="boat", place=incident.place_id) == [incident.pk]
    assert shown(tab="all", kind="storm") == []


def test_as_many_queries_for_many(desk, incident, declare, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk.get(reverse("incidents"))
    with CaptureQueriesContext(connection) as few:
        desk.get(reverse("incidents"))
    for n in range(5):
        declare(title=f"Sự cố {n}")
    with django_assert_num_queries(len(few)):
        desk.get(reverse("incidents"))
