"""Making and changing rules."""

import pytest

from halong.audit.models import AuditEntry
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.rules import actions
from halong.rules.drafts import RuleDraft, draft_of
from halong.rules.models import Rule


class Nobody:
    """Somebody without any grant."""

    actor_name = "nobody"
    pk = None
    is_authenticated = True


def draft(**given):
    return RuleDraft(
        **({"name": "PM2.5 high", "kind": "threshold", "params": {"limit": 50}, "property": "pm25"} | given)
    )


def test_a_rule_is_made_changed_switched_copied_and_deleted(db):
    rule = actions.create_rule(draft(), by=SYSTEM)
    assert (rule.enabled, rule.version, rule.params["limit"]) == (False, 1, 50.0)
    changed = draft_of(rule)
    changed.params = {"limit": 60}
    changed.priority = 1
    actions.change_rule(rule, changed, by=SYSTEM, version=1)
    assert (rule.version, rule.params["limit"], rule.priority) == (2, 60.0, 1)
    actions.switch_rule(rule, by=SYSTEM, enabled=True)
    assert (rule.version, rule.enabled) == (3, True)
    copy = actions.copy_rule(rule, by=SYSTEM)
    assert (copy.enabled, copy.params["limit"], copy.version) == (False, 60.0, 1)
    actions.delete_rule(copy, by=SYSTEM)
    assert list(Rule.objects.all()) == [rule]
    entries = AuditEntry.objects.filter(object_id=str(rule.pk)).order_by("pk")
    assert [entry.action for entry in entries] == ["rules.create", "rules.change", "rules.enable"]
    assert entries[1].summary == {"version": 2, "limit": "50.0 → 60.0", "priority": "3 → 1"}


def test_who_comes_second_is_told(db):
    rule = actions.create_rule(draft(), by=SYSTEM)
    actions.change_rule(rule, draft(name="One"), by=SYSTEM, version=1)
    with pytest.raises(Conflict):
        actions.change_rule(rule, draft(name="Two"), by=SYSTEM, version=1)
    with pytest.raises(Conflict):
        actions.switch_rule(rule, by=SYSTEM, enabled=False)
    assert Rule.objects.get().name == "One"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"property": ""}, "property"),
        ({"averaging": "2h"}, "averaging"),
        ({"averaging": "1h", "kind": "stuck", "params": {"seconds": 60}}, "averaging"),
        ({"priority": 9}, "priority"),
        ({"params": {"limit": 1, "clear": 2}}, "clear"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(db, given, field):
    with pytest.raises(Invalid) as caught:
        actions.create_rule(draft(**given), by=SYSTEM)
    assert list(caught.value.fields) == [field]


def test_permission_is_asked_inside(db):
    rule = actions.create_rule(draft(), by=SYSTEM)
    for act in (
        lambda: actions.create_rule(draft(), by=Nobody()),
        lambda: actions.change_rule(rule, draft(), by=Nobody(), version=1),
        lambda: actions.switch_rule(rule, by=Nobody(), enabled=True),
        lambda: actions.copy_rule(rule, by=Nobody()),
        lambda: actions.delete_rule(rule, by=Nobody()),
        lambda: actions.start_trial(draft(), by=Nobody()),
    ):
        with pytest.raises(Forbidden):
            act()


def test_rules_of_a_profile_are_loaded_once_and_stay_as_people_made_them(db):
    rows = [
        {"key": "pm25", "name": "PM2.5", "kind": "threshold", "property": "pm25", "params": {"limit": 45}}
    ]
    assert actions.ensure_default_rules(rows) == 1
    rule = Rule.objects.get()
    assert rule.enabled
    actions.change_rule(rule, draft(name="Ours"), by=SYSTEM, version=1)
    assert actions.ensure_default_rules(rows) == 0
    assert Rule.objects.get().name == "Ours"
