import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.alerts.conftest import make_alert
from tests.citizens.conftest import agencies, catalogue, province, wards

from halong.citizens.actions.sending import LawfulElsewhere
from halong.citizens.models import Report
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.duty import near
from halong.duty.actions.calls import (
    CallDraft,
    add_call_to,
    caller_of,
    forget_callers,
    link_call,
    make_report,
    take_call,
)
from halong.duty.models import Call, LogEntry

__all__ = ["agencies", "catalogue", "make_alert", "province", "wards"]

pytestmark = pytest.mark.django_db
SECRET = "0912 345 678"


@pytest.fixture
def lan(person):
    return person("lan", "operator")


def taken(lan, **given):
    return take_call(
        CallDraft(**({"said": "Cây đổ chắn đường", "number": SECRET, "name": "Nguyễn Văn An"} | given)),
        by=lan,
    )


def test_a_call_is_taken_once_and_logged_without_who_called(lan):
    number, started = uuid.uuid4(), timezone.now() - timedelta(seconds=21)
    call = taken(lan, client_id=number, started_at=started, said=f"Cháy nhà, gọi lại {SECRET}")
    assert taken(lan, client_id=number, said="lần hai") == call
    assert 21 <= call.took_s < 60  # the rest is this machine's
    entry = LogEntry.objects.get()
    assert (entry.kind, entry.about_ref, entry.at) == ("call", str(call.pk), started)
    for words in (
        call.said,
        call.folded,
        entry.text,
        entry.folded,
        str(entry.data),
        bytes(call.sealed).decode(),
    ):
        assert "345" not in words
    assert caller_of(call, by=lan) == {
        "name": "Nguyễn Văn An", "number": SECRET, "said": f"Cháy nhà, gọi lại {SECRET}",
    }  # fmt: skip


def test_who_called_is_for_those_who_take_calls_and_is_forgotten(lan, person, monkeypatch):
    call = taken(lan)
    with pytest.raises(Forbidden):
        caller_of(call, by=person("mai", "leader"))
    with pytest.raises(Forbidden):
        taken(person("huy", "officer"))
    Call.objects.filter(pk=call.pk).update(taken_at=timezone.now() - timedelta(days=89))
    assert forget_callers() == 0
    monkeypatch.setenv("HALONG_KEEP_CALLERS_DAYS", "30")
    assert forget_callers() == 1
    call.refresh_from_db()
    assert (call.sealed, caller_of(call, by=lan)) == (None, {})
    assert call.forgotten_at is not None


@pytest.mark.parametrize(
    "draft",
    [
        CallDraft(said=" "),
        CallDraft(said="x", kind="không có"),
        CallDraft(said="x", passed_to="911"),
        CallDraft(said="x", lon=float("nan"), lat=1.0),
    ],
)
def test_what_is_wrong_is_refused(lan, draft):
    with pytest.raises(Invalid):
        take_call(draft, by=lan)
    assert (Call.objects.count(), LogEntry.objects.count()) == (0, 0)


def test_a_call_becomes_one_report(lan, catalogue, wards):
    call = taken(lan, place=wards[0], where="ngã tư Bến Do")
    sent = make_report(call, catalogue["pothole"], by=lan)
    assert make_report(call, catalogue["pothole"], by=lan).report == sent.report
    report = Report.objects.get()
    assert (report.channel, report.client_id, report.place) == ("hotline", call.client_id, wards[0])
    call.refresh_from_db()
    assert (call.became_kind, call.became_ref) == ("report", str(report.pk))
    assert LogEntry.objects.filter(data__what="became").count() == 1
    with pytest.raises(Conflict):
        link_call(call, "incident", "7", by=lan)


def test_a_complaint_is_led_to_its_lawful_channel(lan, catalogue, wards):
    call = taken(lan, place=wards[0], said="Tôi tố cáo cán bộ phường nhận tiền hối lộ")
    with pytest.raises(LawfulElsewhere):
        make_report(call, catalogue["conduct"], by=lan)
    call.refresh_from_db()
    assert (call.became_kind, Report.objects.count()) == ("", 0)


def test_a_call_is_added_to_what_is_known(lan, make_alert):
    call, alert = taken(lan), make_alert()
    add_call_to(call, alert, by=lan)
    assert alert.events.get(kind="note").note.endswith("Cây đổ chắn đường")
    call.refresh_from_db()
    assert (call.became_kind, call.became_ref) == ("alert", str(alert.pk))


def test_places_are_suggested_while_they_are_typed(lan, wards):
    found = near.spots(lan, "so 5 duong tran phu, cam pha")
    assert [(spot.name, spot.place) for spot in found] == [("Phường Cẩm Phả", wards[0])]
    assert near.spots(lan, "không đâu cả") == []
    assert near.spot_of(lan, "place:0") is None
    assert near.spot_of(lan, "nonsense") is None


def test_what_is_known_near_is_shown(lan, wards, make_alert, catalogue):
    alert = make_alert(place=wards[0])
    make_alert(cause="elsewhere", place=wards[1])
    call = taken(lan, place=wards[0])
    spot = near.spot_of(lan, f"place:{wards[0].pk}")
    assert {row.ref for row in near.known(lan, spot, timezone.now())} == {
        f"alert:{alert.pk}",
        f"call:{call.pk}",
    }
