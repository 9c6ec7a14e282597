import csv
import io

import pytest

from halong.accounts.actions import GrantSpec, create_user
from halong.audit import actions
from halong.audit.models import AuditEntry
from halong.audit.words import ACTIONS, detail_words
from halong.core.permissions import SYSTEM


@pytest.fixture
def desk(client, db):
    auditor, _password = create_user(
        "thanh-tra", by=SYSTEM, grants=[GrantSpec("auditor")], must_change_password=False
    )
    client.force_login(auditor)
    return client


def shown(page):
    return [entry.action for entry in page.context["page"]]


def test_the_log_is_filtered(desk):
    actions.record(SYSTEM, "rules.create", name="Bụi mịn")
    actions.record(SYSTEM, "rules.change")
    assert shown(desk.get("/audit"))[:2] == ["accounts.sign_in", "rules.change"]
    assert shown(desk.get("/audit", {"action": "rules.create"})) == ["rules.create"]
    assert shown(desk.get("/audit", {"actor": "thanh-tra"})) == ["accounts.sign_in"]
    assert shown(desk.get("/audit", {"object_type": "accounts.user", "action": "accounts.sign_in"})) == [
        "accounts.sign_in"
    ]
    assert shown(desk.get("/audit", {"until": "2020-01-01"})) == []
    assert len(shown(desk.get("/audit", {"since": "2020-01-01"}))) == AuditEntry.objects.count()


def test_the_log_takes_a_fixed_number_of_queries(desk, django_assert_num_queries):
    desk.get("/audit")
    for number in range(150):
        actions.record(SYSTEM, f"test.{number % 3}")
    with django_assert_num_queries(12):
        desk.get("/audit")


def test_the_download_is_the_filtered_log_and_is_noted(desk):
    actions.record(SYSTEM, "rules.create", name="=1+1")
    page = desk.get("/audit/export.csv", {"action": "rules.create"})
    rows = list(csv.reader(io.StringIO(page.getvalue().decode("utf-8-sig"))))
    assert (rows[0][3], [row[3] for row in rows[1:]]) == ("action", ["rules.create"])
    assert AuditEntry.objects.latest("pk").action == "audit.export"


def test_the_chain_is_verified_on_the_page(desk):
    actions.seal_everything()
    assert desk.post("/audit/verify").context["report"].whole


def test_details_are_one_line():
    assert (
        detail_words({"given": ["officer"], "taken": [], "n": 3, "by": {"a": 1}})
        == "được giao: officer; n: 3; by: a 1"
    )


def test_words_are_of_codes():
    assert all(code.count(".") == 1 and code == code.lower() for code in ACTIONS)
