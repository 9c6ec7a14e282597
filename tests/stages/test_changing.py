"""Proposing, approving, refusing; criteria; what is laid down."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from halong.audit.models import AuditEntry
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.notify.models import Notice
from halong.stages import actions, facts
from halong.stages.actions import BulletinDraft, RuleDraft
from halong.stages.models import Bulletin, RiskSuggestion, StageChange, StageRule
from halong.stages.queries import criteria_now, stage_now


@pytest.fixture
def lan(person):
    return person("lan", "operator")


@pytest.fixture
def chair(person):
    return person("chair", "leader")


def propose(level, by, **more):
    return actions.propose_stage(level, by=by, reason=more.pop("reason", "Bão số 3"), **more)


def test_a_stage_is_in_force_once_somebody_else_approves_it(lan, chair):
    change = propose(3, lan, basis="Công điện 05/CĐ-UBND: tình trạng khẩn cấp")
    assert (change.state, change.before, change.proposed_name) == ("proposed", 1, "Lan")
    assert stage_now().level == 1
    assert [notice.user.username for notice in Notice.objects.all()] == ["chair"]
    actions.approve_stage(change, by=chair, seen=1)
    now = stage_now()
    assert (now.level, now.approved_by, now.reason, now.change_id) == (3, "Chair", "Bão số 3", change.pk)
    assert now.since == change.since
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "stages.propose",
        "stages.approve",
    ]


def test_nobody_approves_his_own_nor_one_of_the_same_name(lan, chair, person):
    with pytest.raises(Forbidden):
        actions.approve_stage(propose(2, chair), by=chair)
    twin = person("chair2", "leader")
    twin.full_name = "CHAIR"
    twin.save()
    with pytest.raises(Forbidden):
        actions.approve_stage(StageChange.objects.get(), by=twin)
    with pytest.raises(Forbidden):
        actions.approve_stage(StageChange.objects.get(), by=lan)
    with pytest.raises(Forbidden):
        actions.approve_stage(StageChange.objects.get(), by=SYSTEM)


def test_only_leaders_of_the_whole_province_approve(lan, person, ward):
    change = propose(2, lan)
    with pytest.raises(Forbidden):
        actions.approve_stage(change, by=person("of-the-ward", "leader", place=ward))


def test_the_database_refuses_a_stage_without_another_approver(chair):
    change = propose(2, chair)
    rows = StageChange.objects.filter(pk=change.pk)
    now = timezone.now()
    for bad in (
        {"approved_by": None, "approved_name": ""},
        {"approved_by": chair, "approved_name": "Chair"},
        {"approved_by": chair, "approved_name": "Another"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(state="in_force", since=now, decided_at=now, **bad)


def test_one_in_force_history_and_overtaken_proposals(lan, chair):
    second, third, fourth = propose(2, lan), propose(3, lan), propose(4, lan)
    actions.approve_stage(third, by=chair)
    assert [StageChange.objects.get(pk=one.pk).state for one in (second, third, fourth)] == [
        "overtaken",
        "in_force",
        "proposed",
    ]
    actions.approve_stage(fourth, by=chair, seen=3)
    third.refresh_from_db()
    assert (third.state, third.until) == ("ended", StageChange.objects.get(pk=fourth.pk).since)
    assert fourth.before == 3
    assert StageChange.objects.filter(state="in_force").count() == 1


def test_what_the_approver_saw_must_still_hold(lan, chair):
    third, fourth = propose(3, lan), propose(4, lan)
    actions.approve_stage(third, by=chair)
    with pytest.raises(Conflict):
        actions.approve_stage(fourth, by=chair, seen=1)
    with pytest.raises(Conflict):
        actions.approve_stage(third, by=chair)
    assert stage_now().level == 3


def test_a_refusal_has_a_reason_and_ends_it(lan, chair):
    change = propose(5, lan)
    with pytest.raises(Invalid):
        actions.refuse_stage(change, by=chair, reason=" ")
    actions.refuse_stage(change, by=chair, reason="Chưa đủ căn cứ")
    with pytest.raises(Conflict):
        actions.approve_stage(change, by=chair)
    assert stage_now().level == 1
    assert list(Notice.objects.filter(user=lan).values_list("text", flat=True)) == ["Chưa đủ căn cứ"]


def test_the_proposer_may_take_it_back(lan):
    change = propose(2, lan)
    actions.refuse_stage(change, by=lan, reason="Nhầm")
    assert change.state == "refused"


@pytest.mark.parametrize(
    "text",
    ["Ban bố tình trạng khẩn cấp", "TÌNH TRẠNG\nKHẨN-CẤP", "tinh trang khan cap", "State of emergency",
     "cấp độ phòng thủ dân sự 2", "Phòng thủ dân sự cấp 3", "tình trạng kh\u200bẩn cấp", "civil-defence level 2"],
)  # fmt: skip
def test_words_that_only_a_decision_may_say(lan, text):
    with pytest.raises(Invalid) as refused:
        propose(3, lan, reason=text)
    assert list(refused.value.fields) == ["reason"]
    with pytest.raises(Invalid):
        actions.save_rule(RuleDraft(3, date(2026, 1, 1), advice=text), by=SYSTEM)
    assert propose(3, lan, basis=text).basis == text.strip()


def test_a_step_of_a_playbook_proposes_once(chair, lan):
    one = propose(3, SYSTEM, key="SC-2026-0001:raise")
    assert propose(3, SYSTEM, key="SC-2026-0001:raise") == one
    assert propose(3, SYSTEM, key="SC-2026-0002:raise") == one
    with pytest.raises(Conflict):
        propose(3, lan)
    actions.approve_stage(one, by=chair)
    assert propose(2, SYSTEM, key="SC-2026-0003:raise") == one
    with pytest.raises(Invalid):
        propose(3, lan)


@pytest.fixture
def laid_down(db):
    for level, when in ((2, "alerts.critical >= 1"), (3, "risk.official >= 3"), (4, "risk.official >= 4")):
        row = {"key": f"k{level}", "name": f"Tiêu chí {level}", "name_en": f"Criterion {level}", "when": when}
        draft = RuleDraft(
            level, date(2026, 1, 1), (row,), ("Trực ban",), 6, f"Khuyến cáo {level}", f"Advice {level}"
        )
        actions.save_rule(draft, by=SYSTEM)


def bulletin(level, by=SYSTEM, number="01", hazard="storm"):
    draft = BulletinDraft("Đài KTTV tỉnh", number, timezone.now(), hazard, "TIN BÃO\n  nguyên văn", level)
    return actions.enter_bulletin(draft, by=by)


def test_criteria_propose_and_never_decide(laid_down, chair):
    assert actions.propose_by_criteria() is None
    bulletin(3)
    assert [(one.level, one.met, dict(one.values)) for one in criteria_now()] == [
        (2, False, {"alerts.critical": 0.0}),
        (3, True, {"risk.official": 3.0}),
        (4, False, {"risk.official": 3.0}),
    ]
    change = actions.propose_by_criteria()
    assert (change.level, change.reason, change.proposed_by, change.state) == (
        3,
        "Tiêu chí 3",
        None,
        "proposed",
    )
    assert change.criteria[0]["values"] == {"risk.official": 3.0}
    assert actions.propose_by_criteria() is None
    assert stage_now().level == 1
    actions.refuse_stage(change, by=chair, reason="Theo dõi thêm")
    assert actions.propose_by_criteria() is None


def test_criteria_propose_to_go_down_only_when_surely_over(laid_down, chair):
    first = bulletin(3)
    actions.approve_stage(actions.propose_by_criteria(), by=chair)
    assert stage_now().advice_vi == "Khuyến cáo 3"
    actions.end_bulletin(first, by=chair, reason="Tin cuối cùng")
    assert actions.propose_by_criteria() is None  # it has only just begun
    StageChange.objects.update(since=timezone.now() - timedelta(hours=3))
    change = actions.propose_by_criteria()
    assert (change.level, change.before) == (1, 3)


def test_a_fact_that_nobody_can_tell_is_not_a_no(laid_down, chair):
    row = {"key": "x", "name": "Chưa biết", "when": "unknown.fact > 1"}
    with pytest.raises(Invalid):
        actions.save_rule(RuleDraft(3, date(2026, 2, 1), (row,)), by=SYSTEM)
    assert actions.ensure_rules([{"level": 5, "valid_from": date(2026, 1, 1), "criteria": [row]}]) == 1
    assert actions.ensure_rules([{"level": 5, "valid_from": date(2026, 1, 1), "criteria": []}]) == 0
    assert [one.met for one in criteria_now() if one.level == 5] == [None]
    actions.approve_stage(propose(2, SYSTEM), by=chair)
    StageChange.objects.update(since=timezone.now() - timedelta(hours=3))
    assert (
        actions.propose_by_criteria() is None
    )  # stage 5's criterion can't be told, so nothing is surely over


def test_a_source_of_facts_that_fails_leaves_them_unknown(db):
    def broken():
        raise ZeroDivisionError

    facts.sources.register("broken", facts.Facts({"broken.fact": "Hỏng"}, broken))
    try:
        found = facts.values()
    finally:
        facts.sources._entries.pop("broken")
    assert (found["broken.fact"], found["alerts.critical"]) == (None, 0.0)


def test_what_is_laid_down_anew_on_the_same_day_is_no_longer_verified(laid_down):
    StageRule.objects.update(verified=True)
    rule = actions.save_rule(RuleDraft(3, date(2026, 1, 1), advice="Khác"), by=SYSTEM)
    assert (rule.advice, rule.verified) == ("Khác", False)
    assert StageRule.objects.get(level=2).verified is True


def test_laid_down_anew_from_a_day_on(laid_down):
    today = timezone.localdate()
    actions.save_rule(RuleDraft(2, today, advice="Mới"), by=SYSTEM)
    old, new = StageRule.objects.filter(level=2).order_by("valid_from")
    assert (old.valid_to, new.valid_from, new.valid_to) == (today - timedelta(days=1), today, None)
    with pytest.raises(Invalid):
        actions.save_rule(RuleDraft(2, today - timedelta(days=9)), by=SYSTEM)


def test_a_bulletin_word_for_word_replaced_by_a_later_one(lan):
    first = bulletin(3, lan)
    assert first.text == "TIN BÃO\n  nguyên văn"
    with pytest.raises(Conflict):
        actions.enter_bulletin(
            BulletinDraft(first.issuer, first.number, first.issued_at, "storm", "khác", 3), by=lan
        )
    second = bulletin(4, lan, "02")
    assert list(Bulletin.objects.standing()) == [second]
    bulletin(None, lan, "03", "fog")
    assert Bulletin.objects.standing().count() == 2


def test_suggestions_begin_stay_and_end(db):
    one = actions.risk.Suggested("sea-wind", 2, "Điều 50", "Gió", "Wind")
    now = timezone.now()
    assert actions.note_suggestions([one], now=now) == 1
    assert actions.note_suggestions([one], now=now + timedelta(minutes=5)) == 0
    three = actions.risk.Suggested("sea-wind", 3, "Điều 50", "Gió", "Wind")
    assert actions.note_suggestions([three], now=now + timedelta(minutes=10)) == 1
    assert actions.note_suggestions([], now=now + timedelta(minutes=15)) == 1
    assert [(row.level, row.until is None) for row in RiskSuggestion.objects.order_by("pk")] == [
        (2, False),
        (3, False),
    ]
    assert Bulletin.objects.count() == 0
