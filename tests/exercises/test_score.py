"""What trainees did against what was expected."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halong.core.permissions import SYSTEM
from halong.exercises.actions import running
from halong.exercises.criteria import VOID, Criterion, Found, criteria
from halong.exercises.models import Played, Run
from halong.exercises.result import make_result, outcomes
from halong.exercises.scenario import Expectation, Text
from halong.exercises.score import Happened, Outcome, judge, percent
from halong.exercises.setup import this_scenario
from halong.incidents.actions import IncidentDraft, declare_incident
from halong.incidents.models import Incident

WORDS = Text("x", "x")
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
found = {}
criteria.register("test", Criterion("test", "test", lambda settings, span: found.get("it")))
NOW = timezone.now()


def state(done, *, within=3, age=10, over=False):
    """The state of one expectation whose event was ``age`` minutes ago and that was done ``done`` minutes after it."""
    since = NOW - timedelta(minutes=age)
    found["it"] = done if done is None or done is VOID else Found(since + timedelta(minutes=done), "an")
    expected = Expectation("k", "test", WORDS, within, 10, "event")
    [row] = judge([expected], {"event": Happened(since, {})}, since, NOW, NOW if over else None)
    return row.state


@pytest.mark.parametrize(
    ("done", "given", "expected"),
    [
        (2, {}, "met"),
        (3, {}, "met"),
        (4, {}, "late"),
        (None, {}, "missed"),
        (None, {"age": 1}, "open"),
        (None, {"age": 1, "over": True}, "void"),
        (VOID, {}, "ahead"),
        (VOID, {"over": True}, "void"),
    ],
)
def test_each_state_comes_from_when_it_was_done(done, given, expected):
    assert state(done, **given) == expected


def test_what_follows_an_event_that_never_came_counts_on_neither_side():
    expected = Expectation("k", "test", WORDS, 3, 10, "never")
    [row] = judge([expected], {}, NOW, NOW, NOW)
    assert (row.state, percent([row], 0)) == ("void", None)


COUNTED = st.tuples(st.sampled_from(["met", "late", "missed"]), st.integers(1, 40))
VOIDS = st.tuples(st.just("void"), st.integers(1, 40))


def score_of(states, wrong):
    return percent(
        [Outcome(Expectation("k", "test", WORDS, 1, points), state) for state, points in states], wrong
    )


@PATIENT
@given(
    counted=st.lists(COUNTED, min_size=1, max_size=12),
    voids=st.lists(VOIDS, max_size=4),
    wrong=st.integers(0, 30),
)
def test_a_score_lies_between_nothing_and_all(counted, voids, wrong):
    assert 0 <= score_of(counted + voids, wrong) <= 100
    assert score_of(counted, wrong) == score_of(voids + counted, wrong)
    assert score_of(voids, wrong) is None


@PATIENT
@given(points=st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_all_in_time_is_all_and_nothing_done_is_nothing(points):
    scores = [score_of([(state, each) for each in points], 0) for state in ("met", "late", "missed")]
    assert scores == [100, 50, 0]


def declare(kind, **given):
    draft = IncidentDraft(
        client_id=given.pop("client_id"), title="Bão", kind=kind, severity=2, with_playbook=False
    )
    return declare_incident(draft, **given).incident


def test_a_declared_incident_is_found_and_a_wrong_one_costs(trainer, trainee):
    running.begin_run(by=trainer)
    running.play_event(this_scenario().event("bulletin"), by=SYSTEM)
    declare("storm", by=trainee, client_id=uuid.uuid4())
    declare("epidemic", by=trainee, client_id=uuid.uuid4())
    result = make_result()
    states = {row["key"]: (row["state"], row["by"]) for row in result["outcomes"]}
    assert states == {"wind": ("ahead", ""), "storm": ("met", "binh"), "phone": ("ahead", "")}
    assert ([row["kind"] for row in result["wrong"]], result["score"]) == (["epidemic"], 75)
    assert Incident.objects.count() == 2


def test_a_call_counts_from_ringing_up(trainer, trainee):
    running.begin_run(by=trainer)
    played = running.play_event(this_scenario().event("call"), by=SYSTEM)
    rows = {row.expected.key: row for row in outcomes(this_scenario(), Run.objects.get(), timezone.now())}
    assert rows["phone"].state == "ahead"
    Played.objects.filter(pk=played.pk).update(
        data={"rung_at": (timezone.now() - timedelta(minutes=2)).isoformat()}
    )
    rows = {row.expected.key: row for row in outcomes(this_scenario(), Run.objects.get(), timezone.now())}
    assert rows["phone"].state == "missed"
