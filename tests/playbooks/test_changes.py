from hypothesis import given
from hypothesis import strategies as st

from halong.playbooks.changes import ADDED, CHANGED, MOVED, REMOVED, compare
from halong.playbooks.schema import StepPlan


def steps(text):
    return [StepPlan(key, f"title {key}") for key in text]


def kinds(before, after):
    return [(change.kind, change.step.key) for change in compare(before, after)]


def test_added_removed_moved_and_changed():
    assert kinds(steps("abc"), steps("abc")) == []
    assert kinds(steps("abc"), steps("axb")) == [(ADDED, "x"), (REMOVED, "c")]
    assert kinds(steps("abcd"), steps("dabc")) == [(MOVED, "d")]
    changed = [StepPlan("a", "title a", due_minutes=5, condition="wind > 3"), *steps("b")]
    (change,) = compare(steps("ab"), changed)
    assert (change.kind, [(field.before, field.after) for field in change.fields]) == (
        CHANGED,
        [("", "5"), ("", "wind > 3")],
    )


@given(st.permutations("abcdef"), st.permutations("abcdef"))
def test_no_more_steps_are_moved_than_need_be(old, new):
    """Left where they were are steps in the same order, as many as possible: their number by another way of counting."""
    moved = kinds(steps(old), steps(new))
    assert {kind for kind, _key in moved} <= {MOVED}
    longest = 0
    for mask in range(1 << len(new)):
        chosen = [key for number, key in enumerate(new) if mask >> number & 1]
        if chosen == sorted(chosen, key=old.index):
            longest = max(longest, len(chosen))
    assert len(moved) == len(new) - longest
