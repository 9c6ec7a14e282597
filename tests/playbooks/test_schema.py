import pytest

from halong.core.errors import Invalid
from halong.incidents.models import Role
from halong.playbooks.checking import check_plan
from halong.playbooks.roles import ROLES
from halong.playbooks.schema import Action, Ask, Check, StepPlan, dump_steps, read_steps

FULL = {
    "key": "boats",
    "title": "Gọi tàu vào bờ",
    "title_en": "Call boats in",
    "instruction": "Gọi từng tàu.",
    "role": "coordinator",
    "due_minutes": 20,
    "after": ["know"],
    "wait_minutes": 5,
    "until": "waves > 2",
    "condition": "wind > 10.8",
    "checks": [{"key": "bay", "text": "Vịnh Hạ Long", "text_en": "Hạ Long bay"}],
    "asks": [{"key": "out", "label": "Còn bao nhiêu tàu", "unit": "tàu"}],
    "critical": True,
}
CALL = {"kind": "call-webhook", "settings": {"url": "https://example.vn/hook"}}


def faults(steps):
    with pytest.raises(Invalid) as caught:
        check_plan(read_steps(steps))
    return caught.value.fields


def test_reads_what_it_writes():
    steps = read_steps(
        [{"key": "know", "title": "Nắm tình hình"}, FULL, {"key": "x", "title": "x", "action": CALL}]
    )
    assert steps[1] == StepPlan(
        key="boats",
        title="Gọi tàu vào bờ",
        title_en="Call boats in",
        instruction="Gọi từng tàu.",
        role="coordinator",
        due_minutes=20,
        after=("know",),
        wait_minutes=5,
        until="waves > 2",
        condition="wind > 10.8",
        checks=(Check("bay", "Vịnh Hạ Long", "Hạ Long bay"),),
        asks=(Ask("out", "Còn bao nhiêu tàu", "", "tàu"),),
        critical=True,
    )
    assert steps[2].action == Action("call-webhook", {"url": "https://example.vn/hook"})
    assert dump_steps(steps)[1] == FULL
    assert read_steps(dump_steps(steps)) == steps
    check_plan(steps)


def test_every_fault_is_named_by_its_field():
    found = faults(
        [
            {"key": "A b", "title": " ", "role": "king", "due_minutes": -1, "colour": "red"},
            "step",
            {"key": "c", "title": "c", "checks": [{"key": "x", "text": ""}, {"key": "x", "text": "y"}]},
            {
                "key": "d",
                "title": "d",
                "action": {"kind": "call-webhook", "settings": {"url": "http://x", "y": 1}},
            },
            {"key": "e", "title": "e", "action": {"kind": "explode"}},
        ]
    )
    assert set(found) == {
        "steps.0.key", "steps.0.title", "steps.0.role", "steps.0.due_minutes", "steps.0.colour",
        "steps.1", "steps.1.key", "steps.1.title",
        "steps.2.checks.0.text", "steps.2.checks.1.key",
        "steps.3.action.settings.url", "steps.3.action.settings.y",
        "steps.4.action.kind",
    }  # fmt: skip


def test_a_plan_that_cant_run_is_refused():
    found = faults(
        [
            {"key": "a", "title": "a", "after": ["b"]},
            {"key": "b", "title": "b", "after": ["a"]},
            {"key": "d", "title": "b", "after": ["nobody"]},
            {"key": "d", "title": "d", "condition": "wind >"},
            {"key": "e", "title": "e", "until": "nonsense > 1"},
            {"key": "f", "title": "f", "action": CALL, "checks": [{"key": "x", "text": "x"}]},
        ]
    )
    assert set(found) == {
        "steps.0.after", "steps.1.after", "steps.2.after", "steps.3.key", "steps.3.condition", "steps.4.until",
        "steps.5.action",
    }  # fmt: skip
    with pytest.raises(Invalid):
        check_plan(())


def test_a_condition_may_name_steps_answers_and_readings():
    check_plan(
        read_steps(
            [
                {
                    "key": "ask",
                    "title": "a",
                    "asks": [{"key": "n", "label": "n"}],
                    "checks": [{"key": "c", "text": "c"}],
                },
                {
                    "key": "then",
                    "title": "t",
                    "condition": "ask.n > 3 and not done.ask == 0 or ask.c == 1 and aqi > 150",
                },
            ]
        )
    )


@pytest.mark.parametrize("data", [None, "steps", {"a": 1}, [{"key": "x", "title": "x"}] * 61])
def test_what_is_no_list_of_steps_is_refused(data):
    with pytest.raises(Invalid):
        read_steps(data)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.vn",
        "https://",
        "https://u:p@a.vn",
        "ftp://a.vn",
        "https://[",
        "https://a.vn:x",
        "javascript:1",
    ],
)
def test_only_plain_https_addresses_may_be_called(url):
    call = {"kind": "call-webhook", "settings": {"url": url}}
    assert set(faults([{"key": "x", "title": "x", "action": call}])) == {"steps.0.action.settings.url"}


def test_roles_are_those_of_incidents():
    assert list(ROLES) == Role.Kind.values
