"""Ours go there: once, whatever the other side does; what it says comes back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.citizens.conftest import CONTACT
from tests.connectors.open311.conftest import request

from halong.accounts.actions import create_api_key
from halong.citizens.actions import triage
from halong.citizens.models import Report, ReportEvent
from halong.connectors.open311 import queries
from halong.connectors.open311.actions import drop_exchange, offer_report, retry_exchange
from halong.connectors.open311.following import follow_due
from halong.connectors.open311.models import Exchange
from halong.connectors.open311.outbox import send_due
from halong.core.errors import Conflict, Forbidden
from halong.core.permissions import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = [{"service_request_id": "501", "service_notice": ""}]


@pytest.fixture
def source(connect):
    return connect(push="pothole = H7", format="json")


@pytest.fixture
def routed(send, staff):
    """A report that has gone to its agency, and into the outbox."""

    def make(code="pothole", **given):
        report = triage.route_report(send(code, **given).report, by=staff["duty"])
        report = Report.objects.select_related("category", "place", "agency").get(pk=report.pk)
        offer_report(report)
        return report

    return make


def later():
    Exchange.objects.exclude(due_at=None).update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_report_is_posted_once_without_anything_of_its_sender(partner, source, routed):
    partner.says("requests.json", GOOD, method="POST", status=201)
    report = routed(text="Ổ gà sâu, gọi 0912345678")
    offer_report(report)
    send_due()
    send_due()
    [(fields, headers)] = partner.posted
    assert fields["service_code"] == ["H7"]
    assert fields["api_key"] == ["their-key"]
    assert headers["Idempotency-Key"].startswith(report.number)
    assert not {"email", "phone", "first_name", "last_name", "device_id", "account_id"} & set(fields)
    said = str(fields)
    assert not any(
        word in said for word in (CONTACT.name, CONTACT.email, "0912345678", str(report.client_id))
    )
    assert (fields["lat"], fields["long"]) == (
        ["21.000500"],
        ["107.200500"],
    )  # the public cell, not the place
    link = Exchange.objects.get()
    assert (link.state, link.their_id) == ("linked", "501")


def test_what_does_not_go(partner, connect, routed, agencies, send):
    connect(push="pothole = H7\nlight = L1", push_agencies="DN", format="json")
    routed("pothole")  # of another agency
    routed("noise")  # of another kind
    routed("light", answers={"count": "2"}, withheld=True)
    routed("light", answers={"count": "2"}, simulated=True)
    offer_report(send("light", answers={"count": "2"}).report)  # nobody has looked at it yet
    assert Exchange.objects.count() == 0
    routed("light", answers={"count": "2", "kind": "a", "more": "Tôi ở đây"})
    partner.says("requests.json", GOOD, method="POST")
    send_due()
    [(fields, _headers)] = partner.posted
    assert (fields["attribute[count]"], fields["attribute[kind]"]) == (["2.0"], ["a"])
    assert "attribute[more]" not in fields


def test_an_answer_that_never_came_is_looked_for_before_sending_again(partner, source, routed):
    arrived = []

    def swallow(fields):
        arrived.append(request("77", description=fields["description"][0]))
        return None, ""

    partner.says("requests.json", swallow, method="POST")
    partner.says("requests.json", lambda query: (200, arrived))
    routed()
    send_due()
    assert Exchange.objects.get().state == "doubtful"
    later()
    send_due()
    link = Exchange.objects.get()
    assert (link.state, link.their_id, len(partner.posted)) == ("linked", "77", 1)


def test_what_is_not_found_there_is_sent_again_after_several_looks(partner, source, routed):
    partner.says("requests.json", "oops", method="POST", status=500)
    partner.says("requests.json", [])
    routed()
    send_due()
    for _look in range(3):
        later()
        send_due()
    assert (Exchange.objects.get().state, len(partner.posted)) == ("waiting", 1)
    partner.says("requests.json", GOOD, method="POST")
    later()
    send_due()
    assert (Exchange.objects.get().state, len(partner.posted)) == ("linked", 2)
    assert partner.posted[0][1]["Idempotency-Key"] == partner.posted[1][1]["Idempotency-Key"]


def test_a_killed_worker_leaves_it_doubtful_and_never_sends_blindly(partner, source, routed):
    routed()
    Exchange.objects.update(state="doubtful", attempts=1, sent_at=timezone.now(), due_at=timezone.now())
    partner.says("requests.json", [])
    send_due()
    assert partner.posted == []


def test_a_refusal_is_seen_and_sent_again_by_a_person(partner, source, routed, staff, person):
    errors = "<errors><error><code>400</code><description>no such service</description></error></errors>"
    partner.says("requests.json", errors, method="POST", status=400)
    report = routed()
    send_due()
    link = Exchange.objects.get()
    assert (link.state, link.error) == ("failed", "400: no such service")
    assert "no such service" in queries.trouble()
    entry = ReportEvent.objects.get(report=report, kind="note")
    assert (entry.public, "no such service" in entry.note) == (False, True)
    with pytest.raises(Forbidden):
        retry_exchange(link, by=staff["officer"])
    retry_exchange(link, by=staff["admin"])
    with pytest.raises(Conflict):
        retry_exchange(link, by=staff["admin"])
    partner.says("requests.json", GOOD, method="POST")
    send_due()
    assert (Exchange.objects.get().state, queries.trouble()) == ("linked", None)
    with pytest.raises(Conflict):
        drop_exchange(link, by=staff["admin"])


def test_a_server_that_is_away_is_waited_for(partner, connect, routed):
    connect(push="pothole = H7", format="json", url="http://127.0.0.1:9/v2")
    routed()
    for _time in range(10):
        later()
        send_due()
    link = Exchange.objects.get()
    assert (link.state, link.attempts, bool(link.error)) == ("waiting", 10, True)


def test_tokens_become_numbers(partner, source, routed):
    partner.says("requests.json", [{"token": "t1"}], method="POST")
    partner.says("tokens/t1.json", [{"service_request_id": None, "token": "t1"}])
    routed()
    send_due()
    later()
    send_due()
    assert Exchange.objects.get().state == "token"
    partner.says("tokens/t1.json", [{"service_request_id": "88", "token": "t1"}])
    later()
    send_due()
    assert Exchange.objects.get().their_id == "88"


def test_what_they_answer_is_an_entry_of_theirs_and_closes_nothing_of_ours(partner, source, routed, water):
    partner.says("requests.json", GOOD, method="POST")
    report = routed()
    send_due()
    partner.says("requests.json", [request("501", status="closed", status_notes="Đã sửa")])
    follow_due()
    entry = ReportEvent.objects.get(data__source=source.pk)
    assert (entry.kind, entry.note, entry.agency, entry.public) == ("note", "Đã sửa", water, True)
    report.refresh_from_db()
    assert report.state == "routed"


def test_a_strangers_mark_links_nothing(partner, source, routed):
    from tests.connectors.open311.test_pull import pull

    report = routed()
    source.settings["services"] = "* = noise"
    source.save()
    partner.says("requests.json", [request("666", description=f"hì hì [{report.number}-0123456789]")])
    pull(source)
    assert Exchange.objects.get(report=report).their_id == ""


def test_two_halongs(live_server, connect, routed, key, monkeypatch):
    """Our own server as the other side: posted once, however often, and its words come back."""
    _row, secret = create_api_key(by=SYSTEM, name="kia", permissions=["reports.send"])
    connect(
        push="pothole = noise", url=f"{live_server.url}/open311/discovery.json", api_key=secret, format="xml"
    )
    report = routed()
    send_due()
    link = Exchange.objects.get()
    theirs = Report.objects.get(pk=link.their_id)
    assert (link.state, theirs.category.code, theirs.external_id) == ("linked", "noise", report.number)
    Exchange.objects.update(state="waiting", their_id="", due_at=timezone.now())
    send_due()
    assert (Report.objects.count(), Exchange.objects.get().their_id) == (2, str(theirs.pk))
