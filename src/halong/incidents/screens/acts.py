"""What may be done about an incident besides notes and steps: one entry an act, with its form, words and action."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.incidents import actions
from halong.incidents.forms import acts as forms
from halong.incidents.models import Incident
from halong.incidents.steps.actions import begin_playbook


@dataclass(frozen=True)
class Act:
    """Something that may be done: ``can`` is its name in ``Room.can``; ``direct`` ones need no form in between.

    ``first`` ones stand as buttons, the others in a menu; ``key`` is the letter that opens it,
    ``go`` what the form's button says where it isn't the label.
    """

    name: str
    can: str
    label: Any
    run: Callable[..., Any]
    form: type[forms.ActForm]
    icon: str
    direct: bool = False
    first: bool = False
    key: str = ""
    note: Any = ""
    go: Any = ""
    danger: bool = False


def _part(incident: Incident, *, by: Any, kind: str, ref: str, title: str) -> Any:
    return actions.add_parts(incident, [actions.PartRef(kind, ref.strip(), title.strip())], by=by)


def _link(incident: Incident, *, by: Any, other: Incident, kind: str) -> Any:
    return actions.link_incidents(incident, other, kind, by=by)


def _merge(incident: Incident, *, by: Any, other: Incident, reason: str) -> Any:
    return actions.merge_incident(incident, other, by=by, reason=reason)


def _role(incident: Incident, *, by: Any, kind: str, person: Any, decision: str) -> Any:
    return actions.give_role(incident, kind, person, by=by, decision=decision)


def _hand_over(incident: Incident, *, by: Any, to: Any, note: str) -> Any:
    return actions.hand_over_incident(incident, to, by=by, note=note)


def _begin(incident: Incident, *, by: Any, version: Any) -> Any:
    return begin_playbook(incident, version, by=by)


def _change(incident: Incident, *, by: Any, changes: dict[str, Any]) -> Any:
    return actions.change_incident(incident, changes, by=by) if changes else incident


ACTS = {
    act.name: act
    for act in (
        Act("contain", "contain_incident", pgettext_lazy("verb, incident", "Contained"), actions.contain_incident,
            forms.ContainForm, "shield-check", first=True),
        Act("close", "close_incident", _("All-clear"), actions.close_incident, forms.CloseForm, "circle-check",
            first=True),
        Act("reopen", "reopen_incident", pgettext_lazy("verb, incident", "Re-open"), actions.reopen_incident,
            forms.ReasonForm, "refresh", first=True),
        Act("unmerge", "unmerge_incident", _("Undo the merge"), actions.unmerge_incident, forms.DirectForm,
            "arrow-back-up", direct=True, first=True),
        Act("hand-over", "hand_over_incident", pgettext_lazy("verb, incident", "Hand over"), _hand_over,
            forms.HandOverForm, "switch-horizontal", first=True),
        Act("report", "make_situation_report", _("Situation report"), actions.make_situation_report,
            forms.DirectForm, "file-text", direct=True, first=True),
        Act("decision", "record_decision", pgettext_lazy("verb", "Record a decision"), actions.record_decision,
            forms.DecisionForm, "gavel", key="d"),
        Act("change", "change_incident", _("Set right"), _change, forms.ChangeForm, "edit", key="e", go=_("Save")),
        Act("area", "change_incident", _("Place and area on the map"), _change, forms.AreaForm, "shape",
            go=_("Save")),
        Act("role", "give_role", _("Give a role"), _role, forms.RoleForm, "user-plus", key="g"),
        Act("part", "add_parts", _("Add a report, a call or a press item"), _part, forms.PressForm, "plus"),
        Act("playbook", "begin_playbook", _("Choose a playbook"), _begin, forms.PlaybookForm, "book"),
        Act("link", "link_incidents", _("Link with another incident"), _link, forms.LinkForm, "link"),
        Act("split", "split_incident", _("Split"), actions.split_incident, forms.SplitForm, "git-branch"),
        Act("merge", "merge_incident", _("Merge into another incident"), _merge, forms.MergeForm, "git-merge"),
        Act("dismiss", "dismiss_incident", pgettext_lazy("verb, incident", "Dismiss"), actions.dismiss_incident,
            forms.ReasonForm, "ban", danger=True,
            note=_("There was nothing to coordinate. Its alerts and reports are free again.")),
    )
}  # fmt: skip
ELSEWHERE = frozenset(
    {"decision", "area", "role", "part", "playbook"}
)  # their buttons stand beside what they are about


def acts_of(can: Iterable[str]) -> list[Act]:
    """The acts that may be done now."""
    allowed = set(can)
    return [act for act in ACTS.values() if act.can in allowed]
