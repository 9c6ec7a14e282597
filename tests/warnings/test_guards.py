"""What the database refuses by itself, whoever asks: every way around the actions is tried in plain SQL and ORM."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.warnings.conftest import make_person

from halong.core.errors import Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.warnings import actions
from halong.warnings.actions.removing import remove_simulated
from halong.warnings.kinds import KINDS
from halong.warnings.models import Act, Area, Authority, Dispatch, Warning


def refused(work, words):
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        work()


def step(warning, **fields):
    Warning.objects.filter(pk=warning.pk).update(**fields)


def checked(world, **given):
    warning = actions.draft_warning(world.draft(**given), by=world.writer)
    actions.check_warning(warning, by=world.operator)
    return warning


def approval(world, row=None, at=None, by=None):
    return {
        "state": "approved", "authority": row or world.authority, "approved_by": by or world.leader,
        "approved_at": at or timezone.now(),
    }  # fmt: skip


def test_states_follow_each_other_only_as_they_may(world):
    """Every pair of states is tried; the reachable ones are those of the machine."""
    allowed = {
        ("draft", "checked"), ("draft", "dropped"), ("checked", "draft"), ("checked", "approved"),
        ("checked", "dropped"), ("approved", "draft"), ("approved", "published"), ("approved", "dropped"),
        ("published", "updated"), ("published", "cancelled"), ("published", "expired"),
    }  # fmt: skip
    way = {"draft": [], "dropped": ["dropped"], "checked": ["checked"], "approved": ["checked", "approved"]}
    way |= {state: ["checked", "approved", "published", *([state] if state != "published" else [])]
            for state in ("published", "updated", "cancelled", "expired")}  # fmt: skip
    told = {"published": {"sent": timezone.now(), "xml": "<a/>"}, "approved": approval(world)}
    found = set()
    for begin, before in way.items():
        for end in Warning.State.values:
            warning = actions.draft_warning(world.draft(), by=world.writer)
            checker = {"by": world.operator, "actor": "o", "at": timezone.now(), "version": 1}
            Act.objects.create(warning=warning, kind="check", **checker)
            for state in before:
                step(warning, state=state, **{k: v for k, v in told.get(state, {}).items() if k != "state"})
            try:
                with transaction.atomic():
                    step(warning, **({"state": end} | told.get(end, {})))
                found |= {(begin, end)} if begin != end else set()
            except IntegrityError:
                pass
    assert found == allowed


def test_a_warning_is_born_a_draft(world):
    warning = actions.draft_warning(world.draft(), by=world.writer)
    values = {f.attname: getattr(warning, f.attname) for f in Warning._meta.concrete_fields} | approval(world)
    born = Warning(
        **values | {"id": None, "number": "x", "identifier": "x", "sent": timezone.now(), "xml": "<a/>"}
    )
    for state in ("checked", "approved", "published"):
        born.state = state
        refused(lambda: born.save(force_insert=True), "begins as a draft")


def test_authority_covers_event_places_hour_and_approver(world):
    now = timezone.now()
    give = world.give
    wrong = [
        (give(world.leader, world.province, event="flood"), world.leader, "lets this person"),
        (give(world.second, world.province), world.leader, "lets this person"),
        (give(world.leader, world.other), world.leader, "all places"),
        (give(world.leader, world.province, practice=True), world.leader, "exercises"),
        (give(world.leader, world.province, since=now + timedelta(hours=1)), world.leader, "hour"),
        (give(world.leader, world.province, until=now - timedelta(hours=1)), world.leader, "hour"),
    ]  # fmt: skip
    warning = checked(world)
    for row, person, words in wrong:
        refused(lambda row=row, person=person: step(warning, **approval(world, row=row, by=person)), words)
    refused(lambda: step(warning, state="approved"), "lets this person")
    step(warning, **approval(world))


def test_an_area_of_two_units_needs_authority_over_both(world):
    row = world.give(world.leader, world.ward)
    warning = checked(world, places=(world.ward, world.other))
    refused(lambda: step(warning, **approval(world, row=row)), "all places")
    both = world.give(world.leader, world.ward, world.other)
    step(warning, **approval(world, row=both))


def test_authority_that_ended_before_publishing_is_none(world):
    warning = checked(world)
    actions.approve_warning(warning, by=world.leader)
    actions.end_authority(world.authority, by=world.admin)
    refused(lambda: step(warning, state="published", sent=timezone.now(), xml="<a/>"), "hour")


def test_four_eyes_are_the_databases_too(world):
    warning = actions.draft_warning(world.draft(), by=world.writer)
    step(warning, state="checked")
    refused(lambda: step(warning, **approval(world)), "nobody but its writers")
    by_writer = {"kind": "check", "by": world.writer, "actor": "w", "at": timezone.now(), "version": 1}
    Act.objects.create(warning=warning, **by_writer)
    refused(lambda: step(warning, **approval(world)), "nobody but its writers")
    Act.objects.create(warning=warning, **by_writer | {"by": world.operator})
    Act.objects.create(warning=warning, **by_writer | {"kind": "write", "by": world.leader})
    refused(lambda: step(warning, **approval(world)), "wrote")


def test_words_areas_and_acts_are_fixed(world):
    warning = checked(world)
    refused(lambda: step(warning, headline_vi="x"), "fixed")
    refused(lambda: step(warning, state="draft", headline_vi="x"), "fixed")
    refused(lambda: Area.objects.filter(warning=warning).update(place=world.other), "fixed")
    refused(lambda: Area.objects.filter(warning=warning).delete(), "fixed")
    refused(
        lambda: Area.objects.create(warning=warning, place=world.other, name_vi="x", name_en="x"), "fixed"
    )
    refused(lambda: Act.objects.filter(warning=warning).update(by=None), "kept")
    refused(lambda: Act.objects.filter(warning=warning).delete(), "kept")
    refused(lambda: Authority.objects.filter(pk=world.authority.pk).update(delegate=world.second), "ended")
    actions.approve_warning(warning, by=world.leader)
    refused(lambda: world.authority.places.add(world.other), "keeps its places")
    actions.publish_warning(warning, by=world.operator)
    refused(lambda: step(warning, xml="<b/>"), "not changed")
    refused(lambda: step(warning, sent=timezone.now()), "not changed")


@pytest.mark.parametrize("channel", ["page", "feed", "push", "sms", "zalo", "webhook"])
@pytest.mark.parametrize("status", ["Exercise", "Test"])
def test_practice_has_no_row_on_a_public_channel(world, status, channel):
    warning = actions.draft_warning(world.draft(status=status), by=world.writer)
    now = timezone.now()
    row = {"warning": warning, "channel": channel, "target": "t", "due_at": now}
    refused(lambda: Dispatch.objects.create(**row, status=status), "practice_stays")
    refused(
        lambda: Dispatch.objects.create(**row, status="Actual"), "dispatch_says"
    )  # the foreign key of both


def test_a_warning_with_dispatches_keeps_its_status(world):
    world.give(world.leader, world.province, practice=True)
    warning = world.published(status="Exercise")
    refused(lambda: step(warning, status="Actual"), "fixed|dispatch_says")


def test_one_dispatch_a_target(world):
    warning = world.published()
    row = {
        "warning": warning,
        "status": "Actual",
        "channel": "page",
        "target": "public",
        "due_at": timezone.now(),
    }
    refused(lambda: Dispatch.objects.create(**row), "one_dispatch")


def test_a_level_without_its_bulletin_is_refused(world):
    warning = actions.draft_warning(world.draft(), by=world.writer)
    refused(lambda: step(warning, risk_level=3), "risk_level")
    said = {"bulletin_issuer": "i", "bulletin_number": "n", "bulletin_at": timezone.now()}
    refused(lambda: step(warning, risk_level=3, **said), "risk_level")
    refused(lambda: step(warning, risk_level=6, bulletin_text="t", **said), "risk_level")
    step(warning, risk_level=3, bulletin_text="t", **said)


def test_what_is_simulated_is_never_actual(world):
    refused(lambda: step(actions.draft_warning(world.draft(), by=world.writer), simulated=True), "simulated")
    with pytest.raises(Invalid):
        actions.draft_warning(world.draft(simulated=True), by=world.writer)


def test_going_live_takes_simulated_warnings_away(world):
    world.give(world.leader, world.province, practice=True)
    warning = world.published(status="Exercise", simulated=True)
    kept = world.published()
    assert remove_simulated(by=SYSTEM)["warnings"] == 1
    assert list(Warning.objects.all()) == [kept]
    assert not Warning.objects.filter(pk=warning.pk).exists()


def test_authority_of_an_exercise_lets_nothing_real_out(world):
    people = [world.second]
    assert actions.ensure_practice_authorities(people) == len(KINDS)
    assert actions.ensure_practice_authorities(people) == 0
    row = Authority.objects.get(event="storm", delegate=world.second)
    assert row.practice
    refused(lambda: step(checked(world), **approval(world, row=row, by=world.second)), "exercises")
    step(checked(world, status="Exercise"), **approval(world, row=row, by=world.second))


def test_only_administrators_of_the_whole_province_say_who_may_warn(world):
    of_a_ward = make_person("of a ward", "administrator", world.ward)
    draft = actions.AuthorityDraft("fire", "b", "b", world.leader, (world.province,), timezone.now())
    with pytest.raises(Forbidden):
        actions.give_authority(draft, by=of_a_ward)
    with pytest.raises(Forbidden):
        actions.add_outlet(channel="sms", name="n", target="0900", place=None, by=of_a_ward)
    assert actions.give_authority(draft, by=world.admin).delegate == world.leader
