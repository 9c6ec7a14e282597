"""From draft to the public and to its end, with whoever may not stopped on the way."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.warnings import actions, queries
from halong.warnings.cap.meaning import judge, musts
from halong.warnings.cap.schema import parse
from halong.warnings.cap.signing import verify
from halong.warnings.completeness import missing_of
from halong.warnings.models import Act, Dispatch, Warning


def test_a_warning_reaches_the_public(world):
    warning = world.published()
    assert warning.state == "published"
    assert [act.kind for act in queries.acts_of(warning)] == ["write", "check", "approve", "publish"]
    root = parse(warning.xml.encode())
    assert musts(judge(root)) == []
    assert verify(warning.xml.encode()).findtext("{*}identifier") == warning.identifier
    assert root.findtext("{*}info/{*}senderName") == "Ủy ban nhân dân tỉnh"
    assert sorted(Dispatch.objects.values_list("channel", "state")) == [("feed", "sent"), ("page", "sent")]
    assert queries.public_now() == [warning]
    assert queries.public_now(world.other) == []
    assert queries.for_incident("SC-2026-0001") == [warning]


def test_without_authority_it_stays_a_draft_or_checked(world):
    warning = actions.draft_warning(world.draft(event="flood"), by=world.writer)
    assert [need.key for need in missing_of(warning) if not need.advice] == ["authority"]
    actions.check_warning(warning, by=world.operator)
    with pytest.raises(Forbidden):
        actions.approve_warning(warning, by=world.leader)
    with pytest.raises(Conflict):
        actions.publish_warning(warning, by=world.operator)
    assert Dispatch.objects.count() == 0


def test_a_gap_of_prepared_words_stops_the_check(world):
    warning = actions.draft_warning(world.draft(headline_vi="Không khí rất xấu tại …"), by=world.writer)
    assert [need.key for need in missing_of(warning) if need.stops_check] == ["headline_vi"]
    with pytest.raises(Invalid):
        actions.check_warning(warning, by=world.operator)


def test_who_wrote_neither_checks_nor_approves(world):
    warning = actions.draft_warning(world.draft(), by=world.operator)
    actions.edit_warning(warning, world.draft(headline_vi="Bão"), by=world.writer)
    actions.edit_warning(warning, world.draft(headline_vi="Bão lớn"), by=world.second)
    for person in (world.operator, world.second):
        with pytest.raises(Forbidden):
            actions.check_warning(warning, by=person)
    actions.check_warning(warning, by=world.leader)
    actions.approve_warning(warning, by=world.leader)
    assert [act.actor for act in queries.acts_of(warning)] == [
        "operator",
        "writer",
        "second",
        "leader",
        "leader",
    ]


def test_a_leader_who_wrote_does_not_approve(world):
    world.give(world.operator, world.province)
    draft = actions.draft_warning(world.draft(), by=world.writer)
    Act.objects.create(
        warning=draft, kind="write", by=world.leader, actor="leader", at=timezone.now(), version=1
    )
    actions.check_warning(draft, by=world.operator)
    with translation.override("en"), pytest.raises(Forbidden, match="wrote"):
        actions.approve_warning(draft, by=world.leader)


def test_a_change_takes_check_and_approval_back(world):
    warning = actions.draft_warning(world.draft(), by=world.writer)
    stale = Warning.objects.get(pk=warning.pk)
    actions.check_warning(warning, by=world.operator)
    actions.approve_warning(warning, by=world.leader)
    actions.edit_warning(warning, world.draft(headline_vi="Khác"), by=world.writer)
    assert (warning.state, warning.version, warning.authority) == ("draft", 2, None)
    with pytest.raises(Conflict):
        actions.check_warning(stale, by=world.operator)
    with pytest.raises(Conflict):
        actions.edit_warning(stale, world.draft(), by=world.writer)


def test_an_update_replaces_and_a_cancellation_ends(world):
    first = world.published()
    update = actions.update_warning(first, by=world.writer)
    assert actions.update_warning(first, by=world.writer) == update
    actions.edit_warning(update, world.draft(headline_vi="Bão mạnh thêm"), by=world.writer)
    actions.check_warning(update, by=world.operator)
    actions.approve_warning(update, by=world.leader)
    actions.publish_warning(update, by=world.leader)
    first.refresh_from_db()
    assert (first.state, update.state, update.msg_type) == ("updated", "published", "Update")
    cancel = actions.cancel_warning(update, by=world.leader)
    update.refresh_from_db()
    assert (update.state, cancel.state) == ("cancelled", "published")
    said = parse(cancel.xml.encode()).findtext("{*}references").split()
    assert [one.split(",")[1] for one in said] == [update.identifier, first.identifier]
    assert queries.public_now() == []
    assert queries.public_recent() == [cancel, update]
    assert queries.series_of(first) == [first, update, cancel]


def test_an_operator_prepares_a_cancellation_that_the_delegate_approves(world):
    warning = world.published()
    message = actions.cancel_warning(warning, by=world.operator, reason="mistake")
    assert (message.state, Warning.objects.get(pk=warning.pk).state) == ("checked", "published")
    assert world.leader.notices.count() == 1
    assert actions.cancel_warning(warning, by=world.leader) == message
    assert Warning.objects.get(pk=warning.pk).state == "cancelled"


def test_it_expires_by_the_clock(world):
    warning = world.published()
    assert actions.expire_due(now=warning.expires - timedelta(seconds=1)) == 0
    assert [actions.expire_due(now=warning.expires) for _look in range(2)] == [1, 0]
    warning.refresh_from_db()
    assert warning.state == "expired"
    assert queries.public_now() == []


@pytest.mark.parametrize("status", ["Exercise", "Test"])
def test_practice_goes_to_the_file_outbox_only(world, status):
    world.give(world.leader, world.province, practice=True)
    warning = world.published(status=status)
    assert list(Dispatch.objects.values_list("channel", "target")) == [("file", "outbox")]
    assert (queries.public_now(), queries.public_feed(), queries.public_one(warning.number)) == ([], [], None)


def test_an_instance_under_exercise_knows_only_exercises(world, settings):
    settings.HALONG_EXERCISE = True
    warning = world.published()
    assert warning.status == "Exercise"
    assert list(Dispatch.objects.values_list("channel", flat=True)) == ["file"]


def test_the_same_key_drafts_once(world):
    one = actions.draft_warning(world.draft(), by=SYSTEM, key="incident:1:warn")
    assert actions.draft_warning(world.draft(), by=SYSTEM, key="incident:1:warn") == one
    assert Warning.objects.count() == 1


def test_only_people_check_approve_and_publish(world):
    warning = actions.draft_warning(world.draft(), by=SYSTEM)
    for act in (actions.check_warning, actions.approve_warning, actions.publish_warning):
        with pytest.raises(Forbidden):
            act(warning, by=SYSTEM)


def test_what_only_others_declare_is_not_said(world):
    for words in (
        "Ban bố tình trạng khẩn cấp", "Rủi ro thiên tai cấp 3", "phòng thủ dân sự cấp 2", "tinh trang khan-cap",
        "tình trạng kh\u200bẩn cấp", "Rủi ro thiên t\u200bai: cấp độ 3", "Emergency state", "state_of emergency",
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            actions.draft_warning(world.draft(description_vi=words), by=world.writer)
        assert list(refused.value.fields) == ["description_vi"]


def test_a_risk_level_comes_with_its_bulletin_word_for_word(world):
    text = "Cấp độ rủi ro thiên tai do bão: cấp 3."
    bulletin = actions.BulletinDraft("Đài KTTV tỉnh", "BAO-12/14h00", timezone.now(), text, 3)
    warning = world.published(bulletin=bulletin, description_vi="Rủi ro thiên tai do bão: cấp 3.")
    info = parse(warning.xml.encode()).find("{*}info")
    assert info.findtext("{*}description").endswith(f":\n{text}")
    values = {row.findtext("{*}valueName"): row.findtext("{*}value") for row in info.findall("{*}parameter")}
    assert (values["VN_RiskLevel"], values["VN_BulletinNumber"]) == ("3", "BAO-12/14h00")
