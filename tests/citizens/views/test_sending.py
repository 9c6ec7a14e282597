"""The reporting page and what a phone's queue delivers."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from django.utils.html import escape
from django.utils.translation import gettext as _
from tests.citizens.conftest import picture
from tests.citizens.views.conftest import solved

from halong.citizens import abuse
from halong.citizens.models import Contact, Photo, Report
from halong.citizens.views.words import photo_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def unhurried(monkeypatch):
    """As if the sender had taken his time over the page."""
    monkeypatch.setattr(abuse, "READ", timedelta())


def plain(client, **given):
    """Fill the form in without scripts."""
    page = client.get("/c/report").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)"[^>]* value="([^"]*)"', page))
    return client.post("/c/report", {**hidden, **given})


def test_a_report_without_scripts(client, catalogue, wards, unhurried):
    sent = plain(client, category="pothole", text="Ổ gà sâu trước cổng chợ", place=wards[0].pk)
    assert sent.status_code == 302
    page = client.get(sent["Location"])
    assert "Ổ gà sâu trước cổng chợ" in page.content.decode()
    assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")


def test_photos_without_scripts_are_kept_and_broken_ones_told(client, catalogue, wards, unhurried, tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture())
    (tmp_path / "b.jpg").write_bytes(b"GIF89a<script>alert(1)</script>")
    with (tmp_path / "a.jpg").open("rb") as good, (tmp_path / "b.jpg").open("rb") as bad:
        sent = plain(client, category="pothole", place=wards[0].pk, photos=[good, bad])
    words = photo_words("unknown-type")
    assert escape(f"b.jpg: {words}") in client.get(sent["Location"]).content.decode()
    assert Photo.objects.count() == 1


def test_what_was_typed_stays_and_what_is_wrong_stands_beside_the_field(client, catalogue, wards, unhurried):
    page = plain(client, text="Cột điện nghiêng <script>alert(1)</script>", place=wards[0].pk)
    body = page.content.decode()
    assert (
        page.status_code,
        "Cột điện nghiêng &lt;script&gt;" in body,
        'id="id_category_error"' in body,
    ) == (422, True, True)
    assert Report.objects.count() == 0


def test_a_question_of_the_kind_that_must_be_answered(client, catalogue, wards, unhurried):
    page = plain(
        client,
        category="light",
        text="Đèn đường không sáng",
        place=wards[0].pk,
        **{"attribute[pole]": "C12"},
    )
    body = page.content.decode()
    assert (page.status_code, 'value="C12"' in body, _("Answer this question.") in body) == (422, True, True)


def test_a_form_that_is_sent_at_once_or_twice_is_a_robots(client, catalogue, wards):
    page = client.get("/c/report").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)"[^>]* value="([^"]*)"', page))
    form = {**hidden, "category": "pothole", "text": "Ổ gà rất sâu", "place": wards[0].pk}
    assert client.post("/c/report", form).status_code == 422
    assert Report.objects.count() == 0


def test_a_filled_honeypot_keeps_nothing(client, catalogue, wards, post):
    assert client.post("/c/report", {abuse.HONEYPOT: "x"}).status_code == 302
    post(expect=200, website="http://spam")
    assert Report.objects.count() == 0


def test_sending_twice_is_one_report_and_needs_no_new_work(post):
    name = str(uuid.uuid4())
    first, second = post(client_id=name), post(client_id=name, expect=200, altcha="")
    assert (first["code"], first["number"], second["new"]) == (second["code"], second["number"], False)
    assert Report.objects.count() == 1


def test_without_work_nothing_is_taken(post):
    assert post(expect=422, altcha="")["fields"]["altcha"]
    assert Report.objects.count() == 0


def test_work_counts_once(client, post):
    work = solved(client)
    post(altcha=work)
    post(altcha=work, expect=422)


def test_a_denunciation_is_led_elsewhere_and_not_kept(post):
    said = "Tôi làm đơn tố cáo cán bộ nhận hối lộ"
    assert post(text=said, expect=422)["type"] == "urn:halong:problem:lawful-elsewhere"
    assert Report.objects.count() == 0
    post(text=said, insists=True)


def test_contact_needs_consent(post):
    assert post(email="a@b.vn", expect=422)["fields"] == {
        "consent": _("Contact data are kept only with consent.")
    }
    post(email="a@b.vn", consents=True)
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"client_id": 7}', '{"client_id": {"a": 1}, "answers": []}']
)
def test_a_broken_delivery_is_refused(client, catalogue, body):
    answer = client.post("/c/api/reports", body, "application/json", headers={"accept": "application/json"})
    assert answer.status_code in (400, 422)


def test_a_photo_comes_once_by_its_key(client, post, tmp_path):
    code = post()["code"]
    (tmp_path / "a.jpg").write_bytes(picture())
    for _time in range(2):
        with (tmp_path / "a.jpg").open("rb") as photo:
            assert (
                client.post("/c/api/reports/photos", {"code": code, "key": "k1", "photo": photo}).status_code
                == 201
            )
    assert Photo.objects.count() == 1


def test_a_photo_needs_the_code(client, post, tmp_path):
    post()
    (tmp_path / "a.jpg").write_bytes(picture())
    with (tmp_path / "a.jpg").open("rb") as photo:
        assert (
            client.post("/c/api/reports/photos", {"code": "0" * 12, "key": "k1", "photo": photo}).status_code
            == 404
        )


def ask(client, path, **given):
    return client.post(f"/c/api/{path}", json.dumps(given), "application/json")


def test_the_page_asks_for_unit_kind_and_what_words_sound_like(client, catalogue, wards):
    found = ask(client, "check", text="Ổ gà to, mặt đường hỏng", lon=107.2, lat=21.0).json()
    assert (found["place"]["name"], found["kinds"][0]["code"], found["legal"]) == (
        wards[0].name,
        "pothole",
        "",
    )
    assert ask(client, "check", text="Có người đuối nước").json()["emergency"] == "112"
    assert ask(client, "check", lon=2.3, lat=48.8).json()["outside"]


def test_reports_near_by_are_offered_but_never_their_exact_place(client, send, staff):
    from halong.citizens.actions.triage import route_report

    report = route_report(send().report, by=staff["duty"])
    body = ask(client, "near", category="pothole", lon=107.2, lat=21.0).content.decode()
    assert (f"/c/reports/{report.pk}/follow" in body, "Số 12" in body) == (True, False)


def test_too_many_are_told_to_wait(client, catalogue, wards, unhurried, monkeypatch):
    monkeypatch.setitem(abuse.LIMITS, "plain", (timedelta(hours=1), 1, 1))
    plain(client, category="pothole", text="Ổ gà thứ nhất", place=wards[0].pk)
    page = plain(client, category="pothole", text="Ổ gà thứ hai", place=wards[0].pk)
    assert (page.status_code, "Ổ gà thứ hai" in page.content.decode()) == (429, True)


def test_whose_limit_it_is_and_until_when_is_said(client, post, monkeypatch):
    monkeypatch.setitem(abuse.LIMITS, "send", (timedelta(hours=1), 9, 1))
    post()
    refused = post(expect=429)["detail"]
    assert re.search(r"từ thiết bị này .*từ \d\d:\d\d", refused), refused


def test_tricks_with_letters_are_taken_out(post):
    name, text = str(uuid.uuid4()), "Ổ gà \u202esâu\u202c 09\u200b12345678\x00 <b>"
    post(client_id=name, text=text, address="Lê\u2066 Lợi", answers={"more": "a\x00"})
    report = Report.objects.get()
    assert (report.text, report.address) == ("Ổ gà sâu [SĐT] <b>", "Lê Lợi")


def test_a_photo_without_words_is_guessed_by_what_the_unit_reports(client, send, staff, wards):
    from halong.citizens.actions.triage import route_report

    for n in range(3):
        route_report(send(text=f"Ổ gà thứ {n} trên phố", lon=None, lat=None).report, by=staff["duty"])
    kinds = ask(client, "check", place=wards[0].pk).json()["kinds"]
    assert [(kind["code"], kind["told"]) for kind in kinds] == [("pothole", False)]


def test_the_form_is_small(client, catalogue):
    import gzip

    assert len(gzip.compress(client.get("/c/report").content)) < 20_000


def test_pages_without_a_report(client, catalogue):
    for path in ("/c/report", "/c/lawful", "/c/follow"):
        assert client.get(path).status_code == 200
