from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from halong.playbooks.advance import OVER, Move, StepState, advance, next_look
from halong.playbooks.checking import in_circle
from halong.playbooks.schema import StepPlan

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
FACTS = {"wind": 12.0, "waves": None}
CONDITIONS = ("", "wind > 10", "wind > 20", "waves > 2")


@st.composite
def plans(draw):
    """Plans without a circle: a step comes after earlier ones only, in a list that is shuffled afterwards."""
    count = draw(st.integers(1, 9))
    steps = []
    for number in range(count):
        earlier = [step.key for step in steps]
        steps.append(
            StepPlan(
                key=f"s{number}",
                title="t",
                after=tuple(draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)))
                if earlier
                else (),
                wait_minutes=draw(st.sampled_from((0, 0, 5, 60))),
                condition=draw(st.sampled_from(CONDITIONS)),
                due_minutes=draw(st.sampled_from((None, 10))),
            )
        )
    return draw(st.permutations(steps))


def test_follows_the_order_and_the_clock():
    first = StepPlan("first", "t", due_minutes=10)
    second = StepPlan("second", "t", after=("first",), wait_minutes=15)
    third = StepPlan("third", "t", after=("second",), condition="wind > 20")
    fourth = StepPlan("fourth", "t", after=("third",), condition="waves > 2", due_minutes=5)
    plan = [first, second, third, fourth]
    ten, quarter = NOW + timedelta(minutes=10), NOW + timedelta(minutes=15)
    assert advance(plan, {}, FACTS, NOW) == [Move("first", "ready", due_at=ten)]
    states = {"first": StepState("done")}
    assert advance(plan, states, FACTS, NOW) == [Move("second", "waiting", waits_until=quarter)]
    states["second"] = StepState("waiting", quarter)
    assert advance(plan, states, FACTS, NOW + timedelta(minutes=14)) == []
    assert next_look(plan, states, NOW) == quarter
    assert advance(plan, states, FACTS, quarter) == [Move("second", "ready", waits_until=quarter)]
    states["second"] = StepState("skipped")
    assert advance(plan, states, FACTS, NOW) == [
        Move("third", "unneeded"),
        Move("fourth", "ready", due_at=NOW + timedelta(minutes=5), unsure=True),
    ]


def test_waits_until_something_holds_but_no_longer_than_it_may():
    plan = [StepPlan("harbour", "t", until="wind > 20", wait_minutes=60)]
    hour = NOW + timedelta(hours=1)
    assert advance(plan, {}, FACTS, NOW) == [Move("harbour", "waiting", waits_until=hour)]
    states = {"harbour": StepState("waiting", hour)}
    assert next_look(plan, states, NOW) == NOW + timedelta(seconds=30)
    assert advance(plan, states, FACTS, NOW) == []
    assert [move.to for move in advance(plan, states, {"wind": 25.0}, NOW)] == ["ready"]
    assert [move.to for move in advance(plan, states, FACTS, hour)] == ["ready"]
    assert advance([StepPlan("x", "t", until="waves > 2")], {}, FACTS, NOW) == []  # not known is not yet


def test_a_failed_step_holds_up_those_after_it():
    plan = [StepPlan("call", "t"), StepPlan("next", "t", after=("call",))]
    assert advance(plan, {"call": StepState("failed")}, FACTS, NOW) == []


@given(plans(), st.data())
def test_any_plan_runs_to_its_end(plan, data):
    """Never before its predecessors, no step twice, the same again from the same, and over in the end."""
    states, now, begun = {}, NOW, set()
    for _round in range(200):
        moves = advance(plan, states, FACTS, now)
        assert moves == advance(list(plan), dict(states), FACTS, now)
        for move in moves:
            after = next(step.after for step in plan if step.key == move.key)
            assert all(states[key].state in OVER for key in after)
            states[move.key] = StepState(move.to, move.waits_until)
            if move.to != "waiting":
                assert move.key not in begun
                begun.add(move.key)
        assert advance(plan, states, FACTS, now) == []
        ready = [key for key, own in states.items() if own.state == "ready"]
        if ready:
            states[data.draw(st.sampled_from(ready))] = StepState(
                data.draw(st.sampled_from(("done", "skipped")))
            )
        elif (look := next_look(plan, states, now)) is not None:
            now = look
        else:
            break
    assert {key for key, own in states.items() if own.state in OVER} == {step.key for step in plan}


@given(plans(), st.data())
def test_a_circle_is_found_and_only_a_circle(plan, data):
    assert in_circle(plan) == []
    first = next(step for step in plan if step.key == "s0")
    chosen = data.draw(st.sampled_from(plan))
    looped = [
        StepPlan(**{**step.__dict__, "after": (*step.after, chosen.key)}) if step is first else step
        for step in plan
    ]

    def leads(key, goal, seen=frozenset()):
        after = next(step.after for step in looped if step.key == key)
        return any(k == goal or (k not in seen and leads(k, goal, seen | {k})) for k in after)

    assert bool(in_circle(looped)) == any(leads(step.key, step.key) for step in looped)
