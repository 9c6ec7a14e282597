"""Their requests come in: once, in step, and what isn't understood waits in quarantine."""

import asyncio

import pytest
from tests.connectors.open311.conftest import request

from halong.citizens.models import Contact, Report, ReportEvent
from halong.connectors.open311.following import fetch_pictures, follow_due
from halong.connectors.open311.models import Exchange
from halong.core.errors import Conflict, Invalid
from halong.core.permissions import SYSTEM
from halong.ingest.actions import change_source, replay
from halong.ingest.actions.trials import submit_now
from halong.ingest.batch import Outcome
from halong.ingest.directory import source_ref
from halong.ingest.models import Quarantined
from halong.ingest.runner import build
from halong.ingest.secrets import unseal

pytestmark = pytest.mark.django_db(transaction=True)


def connector_of(source):
    return build(source.kind, source.settings, unseal(source.secrets))


async def collected(connector, cursor):
    return [delivery async for delivery in connector.poll(cursor)]


def pull(source, cursor=""):
    """What the collector does at one look: returns the outcome and the cursor."""
    source.refresh_from_db()
    connector = connector_of(source)
    deliveries = asyncio.run(collected(connector, cursor))
    batches = [
        (connector.decode(d.payload, d.origin, {}), source_ref(source), d.origin)
        for d in deliveries
        if d.origin
    ]
    return sum(submit_now(batches), start=Outcome()), deliveries[-1].cursor


def pages(*rows):
    """A server that pages."""

    def answer(query):
        size, page = int(query["page_size"][0]), int(query["page"][0])
        return 200, list(rows)[(page - 1) * size : page * size]

    return answer


@pytest.fixture
def source(connect):
    return connect(services="A1 = pothole\nB2 =", format="json")


def test_a_request_comes_in_once_and_belongs_to_the_partner(partner, source, water):
    partner.says("requests.json", pages(request()))
    outcome, cursor = pull(source)
    assert (outcome.accepted, outcome.quarantined) == (1, 0)
    report = Report.objects.get()
    assert (report.category.code, report.text, report.state, report.agency) == (
        "pothole",
        "Ổ gà lớn",
        "routed",
        water,
    )
    assert (report.channel, report.external_id, report.place.name) == ("connector", "17", "Phường Cẩm Phả")
    again, _cursor = pull(source, cursor)
    assert (again.accepted, again.duplicate, Report.objects.count()) == (0, 1, 1)
    asked = [given["start_date"][0] for _method, _path, given in partner.asked if "page" in given]
    assert asked[-1] > asked[0]


def test_unmapped_kinds_are_held_and_replayed_once_mapped(partner, source):
    partner.says("requests.json", pages(request("1", service_code="C3"), request("2", service_code="B2")))
    outcome, _cursor = pull(source)
    assert (outcome.accepted, outcome.quarantined, Report.objects.count()) == (0, 1, 0)
    held = Quarantined.objects.get()
    assert (held.reason, held.detail, held.origin) == ("unknown_kind", "C3 Hole", "requests/1")
    settings = {**source.settings, "services": "A1 = pothole\nC3 = noise"}
    change_source(source, settings, by=SYSTEM)
    held.source.refresh_from_db()
    assert replay([held], by=SYSTEM).accepted == 1
    assert Report.objects.get().category.code == "noise"


def test_awkward_rows_cost_themselves_only(partner, source):
    rows = [
        request("1", requested_datetime="yesterday", updated_datetime=""),
        request("1", description="Nói lại"),
        request("", description="không số"),
        request("2", lat="x", long=None, address="12 Trần Phú, phường Hồng Gai"),
        request("3", lat=10, long=100),
        request("4", lat=None, long=None),
        request("5", description="Tôi làm đơn khiếu nại quyết định thu hồi đất"),
        {"token": "t"},
    ]
    partner.says("requests.json", pages(*rows))
    outcome, _cursor = pull(source)
    assert (outcome.accepted, outcome.quarantined) == (2, 4)
    assert sorted(Report.objects.values_list("external_id", "text", "place__name")) == [
        ("1", "Nói lại", "Phường Cẩm Phả"),
        ("2", "Ổ gà lớn", "Phường Hồng Gai"),
    ]
    held = sorted(Quarantined.objects.values_list("reason", "origin"))
    assert held == [
        ("bad_place", "requests/3"),
        ("bad_place", "requests/4"),
        ("malformed", "requests"),
        ("not_taken", "requests/5"),
    ]
    assert "khiếu nại" not in bytes(Quarantined.objects.get(reason="not_taken").payload).decode()


def test_nothing_that_leads_to_a_sender_is_kept(partner, source):
    partner.says(
        "requests.json",
        pages(request(description="Gọi tôi 0912345678, a@b.example", email="x@y.example", phone="1")),
    )
    pull(source)
    report = Report.objects.get()
    assert "0912345678" not in report.text
    assert "@" not in report.text + report.public_text
    assert Contact.objects.count() == 0


def test_states_and_words_follow_by_the_list_of_numbers(partner, source, water):
    partner.says("requests.json", pages(request()))
    pull(source)
    partner.says("requests.json", [request(status="closed", status_notes="Đã vá xong")])
    assert follow_due() == 1
    report = Report.objects.get()
    entry = ReportEvent.objects.get(kind="closed")
    assert (report.state, entry.note, entry.agency, entry.public) == ("closed", "Đã vá xong", water, True)
    Exchange.objects.update(due_at=report.created_at)
    follow_due()
    assert ReportEvent.objects.filter(kind="closed").count() == 1
    partner.says("requests.json", [request(status="open")])
    Exchange.objects.update(due_at=report.created_at)
    follow_due()
    assert Report.objects.get().state == "routed"


def test_updates_are_entries_signed_by_the_partner(partner, source, water):
    partner.says("requests.json", pages(request()))
    updates = [
        {"update_id": "9", "service_request_id": "17", "status": "in_progress", "description": "Đã cử người",
         "updated_datetime": "2026-11-23T09:00:00+07:00"},
        {"update_id": "10", "service_request_id": "stranger", "status": "closed", "description": "?"},
        {"update_id": "", "service_request_id": "17", "status": "closed", "description": "Xong",
         "updated_datetime": "not a date"},
    ]  # fmt: skip
    partner.says("servicerequestupdates.json", updates)
    _outcome, cursor = pull(source)
    partner.says("requests.json", pages(request(status="closed")))
    pull(source, cursor)
    entries = list(
        ReportEvent.objects.filter(data__source=source.pk)
        .order_by("pk")
        .values_list("kind", "note", "agency")
    )
    assert entries == [("note", "Đã cử người", water.pk), ("closed", "Xong", water.pk)]


def test_a_report_that_one_of_our_agencies_has_is_not_closed_by_the_partner(partner, source, agencies):
    partner.says("requests.json", pages(request()))
    pull(source)
    Report.objects.update(agency=agencies["pha"])
    partner.says("requests.json", [request(status="closed", status_notes="Chuyển lại cho phường")])
    follow_due()
    assert Report.objects.get().state == "routed"
    assert ReportEvent.objects.get(data__source=source.pk).note == "Chuyển lại cho phường"


def test_without_an_agency_of_the_partner_it_waits_for_the_duty_officer(partner, connect):
    source = connect(services="* = pothole", format="json", agency=None)
    partner.says("requests.json", pages(request(), request("18", status="closed")))
    outcome, _cursor = pull(source)
    assert (outcome.accepted, Report.objects.get().state) == (1, "sent")


def test_a_server_that_only_knows_xml_and_cannot_page(partner, connect):
    source = connect(services="A1 = pothole")
    rows = "".join(
        f"<request><service_request_id>{n}</service_request_id><status>open</status><service_code>A1</service_code>"
        f"<description>Hố số {n}</description><lat>21.0</lat><long>107.2</long></request>"
        for n in range(60)
    )
    partner.says("requests.xml", f"<?xml version='1.0'?><service_requests>{rows}</service_requests>")
    outcome, cursor = pull(source)
    assert (outcome.accepted, Report.objects.count()) == (60, 60)
    assert (
        len([1 for _m, path, _q in partner.asked if path.endswith("requests.xml")]) == 2
    )  # it ignores dates, too: no halving
    assert '"no_updates":""' not in cursor  # the extension isn't there, and isn't asked for again today
    partner.asked.clear()
    pull(source, cursor)
    assert not [path for _m, path, _q in partner.asked if "updates" in path]


def test_a_list_that_is_cut_off_is_read_in_smaller_windows(partner, source):
    from datetime import datetime, timedelta

    from django.utils import timezone

    begun = timezone.now() - timedelta(days=6)
    rows = [request(str(n), requested_datetime=(begun + timedelta(hours=n)).isoformat()) for n in range(130)]

    def answer(query):
        start, end = (datetime.fromisoformat(query[name][0]) for name in ("start_date", "end_date"))
        inside = [row for row in rows if start <= datetime.fromisoformat(row["requested_datetime"]) <= end]
        return 200, inside[-50:]  # the newest fifty, whatever page is asked for

    partner.says("requests.json", answer)
    pull(source)
    assert Report.objects.count() == 130


def test_an_error_moves_no_cursor(partner, source):
    partner.says("requests.json", "<errors><error><code>500</code></error></errors>", status=500)
    with pytest.raises(Conflict):
        pull(source)
    partner.says("requests.json", "<html>Wartung</html>")
    outcome, _cursor = pull(source)
    assert (outcome.quarantined, Quarantined.objects.get().reason) == (1, "malformed")


def test_pictures_are_fetched_through_the_guarded_door(partner, connect):
    from tests.citizens.conftest import picture

    source = connect(services="A1 = pothole", format="json")
    partner.says("a.jpg", picture())
    partner.says("requests.json", pages(request(media_url=f"{partner.url}/v2/a.jpg")))
    pull(source)
    assert (fetch_pictures(), Report.objects.get().photos.count()) == (1, 1)
    assert Exchange.objects.get().media_url == ""
    Exchange.objects.update(media_url="http://169.254.169.254/latest/meta-data")
    assert (fetch_pictures(), Report.objects.get().photos.count()) == (0, 1)


def test_private_networks_are_refused_unless_allowed(partner, connect):
    source = connect(services="A1 = pothole", format="json", allow_private=False)
    with pytest.raises(Conflict, match="private network"):
        pull(source)
    assert partner.asked == []


def test_settings_are_checked(connect, catalogue):
    for wrong in ({"services": "A1 = nothing"}, {"services": "A1"}, {"push": "conduct = X"}, {"push": "pothole ="},
                  {"push_agencies": "NIEMAND"}, {"url": "ftp://x"}):  # fmt: skip
        with pytest.raises(Invalid):
            connect(name=str(wrong), **wrong)


def test_trial_lists_what_is_not_mapped(partner, source):
    services = [
        {"service_code": "A1", "service_name": "Hole"},
        {"service_code": "Z9", "service_name": "Street light"},
    ]
    partner.says("services.json", services)
    partner.says("requests.json", pages(request()))
    probe = asyncio.run(connector_of(source).probe({}))
    assert probe.messages == (
        "2 kinds of report are offered there.",
        "Not mapped: Z9 (Street light). Likely: Z9 = light",
        "1 request in the last day.",
    )
    assert Report.objects.count() == 0
