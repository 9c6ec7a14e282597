"""The pages of rules: list, form by kind, trial, history."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.rules.conftest import NOW

from halong.accounts.models import Grant, User
from halong.core.permissions import SYSTEM
from halong.core.sector import find_limits
from halong.rules.actions import switch_rule
from halong.rules.models import Rule, RuleTrial


def browser(role):
    """Somebody signed in with a role everywhere."""
    user = User.objects.create(username=role)
    Grant.objects.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(db):
    """An operator's browser."""
    return browser("operator")


THRESHOLD = {
    "kind": "threshold", "name": "PM2,5 cao", "priority": "2", "property": "pm25", "types": ["AirQualityObserved"],
    "averaging": "", "direction": "above", "limit": "50", "clear": "45", "unit": "GQ", "for_minutes": "10",
}  # fmt: skip


def test_a_rule_is_made_tried_switched_on_and_changed(desk, series, store_readings):
    store_readings(
        series, [(NOW - timedelta(minutes=5 * n), 60.0 if 3 <= n < 9 else 20.0) for n in range(12)]
    )
    tried = desk.post("/rules/try/threshold", THRESHOLD)
    while not RuleTrial.objects.get().finished:
        tried = desk.post(f"/rules/trials/{RuleTrial.objects.get().pk}")
    assert tried.context["stats"][0]["value"] == 1
    assert Rule.objects.count() == 0

    made = desk.post("/rules/new/threshold", THRESHOLD)
    rule = Rule.objects.get()
    assert (made["Location"], rule.enabled, rule.params["for_s"]) == (f"/rules/{rule.pk}", False, 600)
    desk.post(f"/rules/{rule.pk}/switch", {"enabled": "1"})
    assert desk.post(f"/rules/{rule.pk}/edit", THRESHOLD | {"limit": "60", "version": 2}).status_code == 302
    rule.refresh_from_db()
    assert (rule.enabled, rule.params["limit"], rule.version) == (True, 60.0, 3)
    page = desk.get(f"/rules/{rule.pk}").content.decode()
    assert "limit: 50.0 → 60.0" in page
    assert desk.post(f"/rules/{rule.pk}/edit", THRESHOLD | {"version": 2}).status_code == 409


@pytest.mark.parametrize("kind", Rule.Kind.values)
def test_every_kind_has_a_form_with_defaults_that_only_needs_a_name_and_its_numbers(desk, series, kind):
    form = desk.get(f"/rules/new/{kind}").context["form"]
    numbers = {"limit": 50, "change": 20}
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, [])}
    given |= {"name": "x", "property": "pm25"} | {
        name: n for name, n in numbers.items() if name in form.fields
    }
    assert desk.post(f"/rules/new/{kind}", given).status_code == 302
    rule = Rule.objects.get()
    assert desk.get(f"/rules/{rule.pk}/edit").status_code == 200
    again = desk.get(f"/rules/{rule.pk}/edit").context["form"]
    stored = {name: again[name].value() for name in again.fields if again[name].value() not in (None, [])}
    assert desk.post(f"/rules/{rule.pk}/edit", stored).status_code == 302
    assert Rule.objects.get().params == rule.params


def test_what_is_wrong_stands_beside_its_field(desk):
    page = desk.post("/rules/new/threshold", THRESHOLD | {"clear": "70", "name": ""})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["name"]
    assert list(desk.post("/rules/new/threshold", THRESHOLD | {"clear": "70"}).context["form"].errors) == [
        "clear"
    ]
    assert desk.post("/rules/try/threshold", THRESHOLD | {"limit": ""}).status_code == 422


def test_a_legal_limit_fills_in_the_numbers(desk):
    limit = find_limits(["AirQualityObserved"], "pm25", NOW.date(), averaging="24h")[0]
    shown = desk.get(
        "/rules/fields/threshold", {"property": "pm25", "limit_id": limit.id, "chosen": "limit_id"}
    )
    form = shown.context["form"]
    assert [form[name].value() for name in ("limit", "unit", "averaging", "direction")] == [
        limit.maximum,
        "GQ",
        "24h",
        "above",
    ]
    assert form["legal_basis"].value() == limit.source
    assert limit.id in shown.content.decode()


def test_pages_for_those_who_may_only_look(make_rule):
    rule = make_rule(limit=50)
    client = browser("leader")
    assert client.get("/rules").status_code == 200
    assert client.get(f"/rules/{rule.pk}").status_code == 200
    for path in ("switch", "copy", "delete", "edit", "try"):
        assert client.post(f"/rules/{rule.pk}/{path}").status_code == 403
    assert client.get("/rules/new").status_code == 403


def test_copy_and_delete(desk, make_rule):
    rule = make_rule(limit=50)
    assert desk.post(f"/rules/{rule.pk}/copy").status_code == 302
    copy = Rule.objects.exclude(pk=rule.pk).get()
    assert desk.post(f"/rules/{copy.pk}/delete")["Location"] == "/rules"
    assert list(Rule.objects.all()) == [rule]
    assert desk.post(f"/rules/{rule.pk}/try").status_code == 200
    assert desk.get("/rules/trials/none").content == b""


def test_the_list_filters_and_takes_the_same_number_of_queries_however_long(desk, make_rule):
    make_rule(limit=50, name="Bụi cao")
    desk.get("/rules")
    with CaptureQueriesContext(connection) as few:
        desk.get("/rules")
    for n in range(10):
        switch_rule(make_rule("silence", name=f"Im lặng {n}"), by=SYSTEM, enabled=False)
    with CaptureQueriesContext(connection) as many:
        page = desk.get("/rules").content.decode()
    assert len(few) == len(many)
    assert page.count("Im lặng") == 10
    assert "Im lặng" not in desk.get("/rules?q=bui").content.decode()
    assert "Im lặng" not in desk.get("/rules?enabled=on&kind=threshold").content.decode()
