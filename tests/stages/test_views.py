"""The pages and what every shell shows."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from halong.core.permissions import SYSTEM
from halong.profiles.description import folder_of
from halong.profiles.stages import read_stages
from halong.stages import actions
from halong.stages.models import Bulletin, StageChange, StageRule
from halong.stages.queries import stage_now


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lan(person):
    return person("lan", "operator")


@pytest.fixture
def chair(person):
    return person("chair", "leader")


@pytest.fixture
def laid_down(db):
    return actions.ensure_rules(read_stages(folder_of("quang_ninh"), "stages.toml"), by=SYSTEM)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_profile_lays_down_five_stages(laid_down):
    assert laid_down == 5
    assert list(StageRule.objects.order_by("level").values_list("level", flat=True)) == [1, 2, 3, 4, 5]
    assert "stage 3" not in stage_now().advice_vi


def test_from_proposal_to_every_shell(laid_down, lan, chair, client):
    desk, head = client_of(lan), client_of(chair)
    assert "since" not in client.get("/stages/shell/line").content.decode()
    sent = desk.post("/stages/propose", {"level": "3", "reason": "Bão số 3", "basis": ""})
    assert (sent.status_code, sent["Location"]) == (302, "/stages")
    change = StageChange.objects.get()
    page = text_of(head.get("/stages"))
    assert "Bão số 3" in page
    assert "Phê duyệt" in page
    assert "Phê duyệt" not in text_of(desk.get("/stages"))
    head.post(f"/stages/{change.pk}/approve", {"seen": "1"})
    advice = StageRule.objects.get(level=3).advice
    for response in (client.get("/c"), head.get("/stages"), client.get("/stages/shell/line")):
        shown = text_of(response)
        assert "Trạng thái điều hành 3 · Huy động" in shown
        assert advice in shown
        assert f"từ {timezone.localtime(stage_now().since):%d/%m/%Y %H:%M}" in shown
    assert "3 · Huy động" in text_of(client.get("/stages/shell/chip"))
    client.cookies["django_language"] = "en"
    english = client.get("/stages/shell/line")
    assert StageRule.objects.get(level=3).advice_en in text_of(english)


def test_a_second_look_shows_what_changed_meanwhile(laid_down, lan, chair):
    one = actions.propose_stage(3, by=lan, reason="a")
    other = actions.propose_stage(4, by=lan, reason="b")
    actions.approve_stage(one, by=chair)
    page = client_of(chair).post(f"/stages/{other.pk}/approve", {"seen": "1"}, follow=True)
    assert "Trong lúc đó trạng thái 3 đã có hiệu lực" in text_of(page)
    assert stage_now().level == 3


def test_forbidden_words_are_shown_at_their_field(laid_down, lan):
    page = client_of(lan).post(
        "/stages/propose", {"level": "4", "reason": "Tình trạng khẩn cấp", "basis": ""}
    )
    assert page.status_code == 422
    assert "chỉ được nêu trong phần Căn cứ" in text_of(page)
    assert not StageChange.objects.exists()


def test_refusing_needs_a_reason(laid_down, lan, chair):
    change = actions.propose_stage(2, by=lan, reason="a")
    head = client_of(chair)
    assert head.post(f"/stages/{change.pk}/refuse", {"reason": ""}).status_code == 422
    assert head.post(f"/stages/{change.pk}/refuse", {"reason": "Chưa cần"}).status_code == 302
    assert "Chưa cần" in text_of(client_of(lan).get("/stages"))


def test_rules_are_laid_down_on_a_screen(laid_down, person):
    admin = client_of(person("root", "administrator"))
    assert "incidents.major >= 1" in text_of(admin.get("/stages/rules")).replace("&gt;", ">")
    today = timezone.localdate()
    sent = {"valid_from": today.isoformat(), "criteria": "alerts.critical >= 9 | Nhiều cảnh báo | Many alerts\n",
            "call": "Trực ban\nLãnh đạo", "report_hours": "4", "advice": "A", "advice_en": "B", "source": "Q"}  # fmt: skip
    bad = admin.post("/stages/rules/2", sent | {"criteria": "alerts.critical >>> | x"})
    assert bad.status_code == 422
    assert admin.post("/stages/rules/2", sent).status_code == 302
    rule = StageRule.objects.get(level=2, valid_from=today)
    assert rule.criteria == [
        {
            "key": "nhieu-canh-bao",
            "name": "Nhiều cảnh báo",
            "name_en": "Many alerts",
            "when": "alerts.critical >= 9",
        }
    ]
    assert (rule.call, rule.report_hours) == (["Trực ban", "Lãnh đạo"], 4)
    assert StageRule.objects.get(level=2, valid_from=date(2025, 7, 1)).valid_to < today


def test_a_bulletin_beside_a_suggestion_never_mixed(lan, db):
    desk = client_of(lan)
    now = timezone.now()
    wind = actions.risk.Suggested("sea-wind", 2, "Điều 50 QĐ 18/2021/QĐ-TTg", "Gió mạnh cấp 6", "Wind")
    actions.note_suggestions([wind], now=now)
    sent = {"issuer": "Đài KTTV Quảng Ninh", "number": "07", "issued_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
            "hazard": "storm", "level": "3", "text": "TIN BÃO KHẨN CẤP\n\nNguyên văn."}  # fmt: skip
    assert desk.post("/stages/bulletins/new", sent).status_code == 302
    body = desk.get("/stages").content.decode()
    official, suggested = (body.index(name) for name in ("risk-official", "risk-suggested"))
    assert official < body.index("Đài KTTV Quảng Ninh") < suggested < body.index("Gió mạnh cấp 6")
    assert "Hệ thống gợi ý (không phải bản tin chính thức)" in body
    row = Bulletin.objects.get()
    page = desk.get(f"/stages/bulletins/{row.pk}")
    assert "TIN BÃO KHẨN CẤP" in text_of(page)
    assert desk.post(f"/stages/bulletins/{row.pk}/end", {"reason": "Tin cuối"}).status_code == 302
    assert not Bulletin.objects.standing().exists()


def test_the_number_of_queries_does_not_grow(laid_down, lan, chair):
    head, counts = client_of(chair), []
    for number in range(4):
        change = actions.propose_stage(2 + number % 2, by=lan, reason=str(number))
        actions.approve_stage(change, by=chair)
        with CaptureQueriesContext(connection) as captured:
            head.get("/stages")
        counts.append(len(captured))
    assert counts[1:] == [counts[1]] * 3
