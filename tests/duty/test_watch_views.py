import uuid

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.alerts.conftest import make_alert
from tests.citizens.conftest import agencies, catalogue, province, wards

from halong.citizens.models import Report
from halong.duty.actions.quick import make_quick_report
from halong.duty.models import Call, Handover, LogEntry, QuickReport

__all__ = ["agencies", "catalogue", "make_alert", "province", "wards"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(person):
    return person("lan", "operator")


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["django_language"] = "en"


def texts(client, name, *args, **query):
    page = client.get(reverse(name, args=args), query)
    assert page.status_code == 200
    return page.content.decode()


def test_a_line_is_written_found_and_put_right(client, lan):
    client.force_login(lan)
    form = {
        "client_id": str(uuid.uuid4()),
        "kind": "order-in",
        "text": "Kiểm tra đê Hà Nam",
        "counterpart": "Phó Chủ tịch",
    }
    for _twice in range(2):
        assert client.post(reverse("duty-log-write"), form).status_code == 302
    entry = LogEntry.objects.get()
    assert "Kiểm tra đê Hà Nam" in texts(client, "duty-log", q="kiem tra de")
    assert "Kiểm tra đê Hà Nam" not in texts(client, "duty-log", q="mo than")
    wrong = client.post(reverse("duty-log-write"), form | {"text": "", "client_id": str(uuid.uuid4())})
    assert wrong.status_code == 422
    right = {"client_id": str(uuid.uuid4()), "text": "Đê Hà An"}
    assert client.post(reverse("duty-log-correct", args=[entry.pk]), right).status_code == 302
    assert "corrected" in texts(client, "duty-log")
    sheet = client.get(reverse("duty-log-pdf", args=[f"{timezone.localdate():%Y-%m-%d}"]))
    assert (sheet["Content-Type"], sheet.content[:5]) == ("application/pdf", b"%PDF-")
    no_day = client.get(reverse("duty-log-pdf", args=["2026-02-31"]))
    assert f"{timezone.localdate():%Y-%m-%d}.pdf" in no_day["Content-Disposition"]


def test_the_log_takes_a_fixed_number_of_queries(client, lan, make_alert, django_assert_max_num_queries):
    from halong.duty.log import write_log

    client.force_login(lan)
    for n in range(60):
        write_log("event", text=f"việc {n}")
    with django_assert_max_num_queries(30):
        texts(client, "duty-log")


def test_a_call_from_the_first_key_to_a_report(client, lan, wards, catalogue, monkeypatch):
    client.force_login(lan)
    page = texts(client, "duty-call-new")
    assert "autofocus" in page
    assert "forgotten after 90 days." in page
    monkeypatch.setenv("HALONG_KEEP_CALLERS_DAYS", "30")
    assert "forgotten after 30 days." in texts(client, "duty-call-new")
    beside = texts(client, "duty-call-beside", where="ngã tư, cam pha", said="có cháy lớn ở chợ")
    assert (f'value="place:{wards[0].pk}" checked' in beside, "114" in beside) == (True, True)
    form = {
        "client_id": str(uuid.uuid4()), "where": "ngã tư, cam pha", "said": "Ổ gà to", "number": "0912345678",
        "spot": f"place:{wards[0].pk}", "started_at": timezone.now().isoformat(),
    }  # fmt: skip
    done = client.post(reverse("duty-call-new"), form)
    call = Call.objects.get()
    assert (done.status_code, done["Location"]) == (302, reverse("duty-call", args=[call.pk]))
    assert "0912345678" in texts(client, "duty-call", call.pk)
    made = client.post(reverse("duty-call-report", args=[call.pk]), {"category": catalogue["pothole"].pk})
    assert made["Location"] == reverse("report", args=[Report.objects.get().pk])
    bad = client.post(
        reverse("duty-call-new"), form | {"number": "gọi anh ba", "client_id": str(uuid.uuid4())}
    )
    assert (bad.status_code, "Not a telephone number." in bad.content.decode()) == (422, True)


def test_who_only_looks_sees_no_number(client, person, lan, wards):
    client.force_login(lan)
    form = {
        "client_id": str(uuid.uuid4()),
        "said": "Mất nước",
        "number": "0912345678",
        "spot": f"place:{wards[0].pk}",
    }
    client.post(reverse("duty-call-new"), form)
    call = Call.objects.get()
    client.force_login(person("mai", "leader"))
    for page in (texts(client, "duty-call", call.pk), texts(client, "duty-calls"), texts(client, "duty-log")):
        assert "0912345678" not in page


def test_a_call_is_saved_and_added_by_one_button(client, lan, wards, make_alert):
    client.force_login(lan)
    alert = make_alert(place=wards[0])
    form = {
        "client_id": str(uuid.uuid4()), "said": "Khói mù mịt", "spot": f"place:{wards[0].pk}", "join": f"alert:{alert.pk}",
    }  # fmt: skip
    client.post(reverse("duty-call-new"), form)
    assert Call.objects.get().became_ref == str(alert.pk)


def test_a_shift_is_handed_over_on_screen(client, lan, person):
    client.force_login(lan)
    client.post(reverse("duty-handover-begin"))
    note = Handover.objects.get()
    step = reverse("duty-handover-step", args=[note.pk, "offer"])
    client.post(step, {"version": note.version, "additions": "Đê Hà Nam rò"})
    assert "Waits to be taken over" in texts(client, "duty-handovers")
    huy = person("huy", "operator")
    client.force_login(huy)
    take = reverse("duty-handover-take", args=[note.pk])
    assert client.post(take, {"version": 2}).status_code == 422  # not said to be read
    assert client.post(take, {"version": 2, "read": "on"}).status_code == 302
    assert Handover.objects.get().incoming == huy
    assert client.get(reverse("duty-handover-pdf", args=[note.pk])).content[:5] == b"%PDF-"


def test_a_quick_report_is_checked_and_sent_on_screen(client, lan, person):
    chair = person("chair", "leader")
    report = make_quick_report(timezone.now())
    client.force_login(lan)
    assert "Waits to be checked" in texts(client, "duty-quicks")
    send = reverse("duty-quick-send", args=[report.pk])
    assert client.post(send, {"version": 1, "then": "send"}).status_code == 422
    client.post(send, {"version": 1, "then": "send", "text": "Ổn", "to": [chair.pk]})
    assert QuickReport.objects.get().state == "sent"
    assert client.get(reverse("duty-quick-pdf", args=[report.pk])).content[:5] == b"%PDF-"
    client.post(reverse("duty-quick-make"))
    assert QuickReport.objects.count() == 2
    client.force_login(person("admin", "administrator"))
    kept = client.post(reverse("duty-quick-hours"), {"hours": "06:00, 18:30", "valid_from": "2026-12-01"})
    assert kept.status_code == 302


def test_a_call_is_added_to_the_incident_that_is_known(client, lan, wards):
    from halong.incidents.actions import IncidentDraft, declare_incident

    client.force_login(lan)
    draft = IncidentDraft(uuid.uuid4(), "Cháy chợ", "fire", place=wards[0])
    incident = declare_incident(draft, by=lan).incident
    beside = texts(client, "duty-call-beside", where="cam pha", said="khói")
    assert f'value="incident:{incident.pk}"' in beside
    form = {
        "client_id": str(uuid.uuid4()), "said": "Khói", "spot": f"place:{wards[0].pk}", "join": f"incident:{incident.pk}",
    }  # fmt: skip
    client.post(reverse("duty-call-new"), form)
    assert (Call.objects.get().became_kind, Call.objects.get().became_ref) == ("incident", str(incident.pk))
