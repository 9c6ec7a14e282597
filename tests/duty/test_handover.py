from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.alerts.conftest import make_alert

from halong.core.errors import Conflict, Forbidden
from halong.core.permissions import SYSTEM
from halong.duty import paper, shifts
from halong.duty.actions import handing, watching
from halong.duty.actions.entries import EntryDraft, write_entry
from halong.duty.actions.rota import stand_in
from halong.duty.models import Handover, LogEntry, Override, Rota, Shift, Team

__all__ = ["make_alert"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(person):
    return person("lan", "operator", title="Trưởng ca")


@pytest.fixture
def huy(person):
    return person("huy", "operator")


@pytest.fixture
def team(db):
    return Team.objects.create(name="Trực ban Trung tâm", changed_at=timezone.now())


def test_the_note_makes_itself_and_is_read_by_another(lan, huy, make_alert):
    make_alert(priority=1, title="Rò khí CH4")
    write_entry(EntryDraft("order-in", "Cử người đến mỏ"), by=lan)
    note = handing.begin_handover(None, by=lan)
    assert handing.begin_handover(None, by=huy) == note
    assert [row["title"] for row in note.content["vi"]["open"]] == ["Rò khí CH4"]
    assert [row["text"] for row in note.content["vi"]["done"]["orders"]] == ["Cử người đến mỏ"]
    make_alert(cause="new", priority=1, title="Cháy rừng")
    note = handing.offer_handover(note, by=lan, version=1, additions="Đội 2 còn ở hiện trường")
    assert {row["title"] for row in note.content["en"]["open"]} == {"Cháy rừng", "Rò khí CH4"}
    taken = handing.take_over(note, by=huy, version=note.version, remark="đã rõ")
    assert (taken.state, taken.outgoing_name, taken.incoming_name) == ("taken", "Trưởng ca Lan", "Huy")
    assert LogEntry.objects.get(kind="handover").data == {
        "what": "taken", "incoming": "Huy", "outgoing": "Trưởng ca Lan", "n": 2,
    }  # fmt: skip
    huy.full_name = "Người khác"
    huy.save()
    assert Handover.objects.get().incoming_name == "Huy"
    for language in ("vi", "en"):
        assert paper.handover_pdf(taken, language)[:5] == b"%PDF-"


def test_nobody_takes_over_from_himself_or_what_he_has_not_read(lan, huy, person):
    note = handing.begin_handover(None, by=lan)
    with pytest.raises(Conflict):  # not offered yet
        handing.take_over(note, by=huy, version=note.version)
    note = handing.offer_handover(note, by=lan, version=note.version, additions="một")
    with pytest.raises(Forbidden):
        handing.take_over(note, by=lan, version=note.version)
    double = person("lan2", "operator", title="Trưởng ca")
    double.full_name = "Lan"
    double.save()
    with pytest.raises(Forbidden):
        handing.take_over(note, by=double, version=note.version)
    read = note.version
    handing.offer_handover(note, by=lan, version=note.version, additions="hai")
    with pytest.raises(Conflict):
        handing.take_over(note, by=huy, version=read)
    with pytest.raises(Forbidden):
        handing.save_additions(note, by=huy, version=note.version, additions="của tôi")
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.filter(pk=note.pk).update(incoming=lan)
    note.refresh_from_db()
    handing.take_over(note, by=huy, version=note.version)
    with pytest.raises(Conflict, match="Huy"):
        handing.take_over(note, by=person("ba", "operator"), version=note.version)
    with pytest.raises(Conflict):
        handing.withdraw_handover(note, by=lan, version=note.version)


def turn(team, somebody, start, hours=8):
    rota, _new = Rota.objects.get_or_create(team=team, name="Ca", defaults={"changed_at": start})
    return Shift.objects.create(
        team=team, rota=rota, role="leader", person=somebody, who=str(somebody), start=start,
        end=start + timedelta(hours=hours), uid=f"{somebody}-{start.timestamp()}",
    )  # fmt: skip


def test_a_change_of_shift_without_hand_over_is_shown_and_logged_once(team, lan, huy):
    now = timezone.now().replace(microsecond=0)
    turn(team, lan, now - timedelta(hours=10))
    turn(team, huy, now - timedelta(hours=2))
    [gap] = shifts.missing(now)
    assert (gap.at, gap.outgoing, gap.incoming) == (now - timedelta(hours=2), "Lan", "Huy")
    for _again in range(2):
        watching.note_missing(gap)
    assert LogEntry.objects.get().data["what"] == "missing"
    assert shifts.missing(now - timedelta(hours=2) + timedelta(minutes=29)) == []
    note = handing.begin_handover(team, by=lan)
    note = handing.offer_handover(note, by=lan, version=note.version, additions="")
    handing.take_over(note, by=huy, version=note.version)
    assert shifts.missing(timezone.now()) == []


def test_who_stands_in_hands_over_and_takes_over(team, lan, huy, person):
    now = timezone.now().replace(microsecond=0)
    turn(team, lan, now - timedelta(hours=10))
    late = turn(team, huy, now - timedelta(hours=2))
    change = stand_in(team, lan, "leader", late.start, late.end, by=SYSTEM, replaced=huy)
    assert shifts.missing(now) == []  # she goes on
    Override.objects.filter(pk=change.pk).update(person=person("ba", "operator"))
    [gap] = shifts.missing(now)
    assert (gap.outgoing, gap.incoming) == ("Lan", "Ba")
    assert handing.begin_handover(team, by=Override.objects.get().person).since == late.start


def test_the_same_person_going_on_needs_no_hand_over(team, lan):
    now = timezone.now()
    turn(team, lan, now - timedelta(hours=10))
    turn(team, lan, now - timedelta(hours=2))
    assert shifts.missing(now) == []
