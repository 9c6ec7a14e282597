"""The words of what Halong writes into the timeline by itself, in the reader's language."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from halong.alerts.models import AlertEvent
from halong.citizens.models import ReportEvent
from halong.core.formats import ABSENT
from halong.duty.told import said as _page
from halong.incidents.models import Entry, Incident, Link, Part, Role
from halong.incidents.steps.words import said as of_steps
from halong.playbooks.kinds import kind_of
from halong.stages.models import LEVELS
from halong.tasks.models import TaskEvent
from halong.warnings.models import Warning as PublicWarning

Data = dict[str, Any]


def said(entry: Entry) -> str:
    """What an entry says beyond people's own words (``entry.text``); "" for a note."""
    if entry.kind in (Entry.Kind.STEP, Entry.Kind.ACTION):
        return of_steps(entry)
    worded = _WORDED.get(entry.kind)
    return worded(entry.data) if worded is not None else ""


def field_name(name: str) -> str:
    """What a field of an incident is called."""
    special = {"lon": _("point on the map"), "area": _("area on the map"), "playbook": _("playbook")}
    if name in special:
        return special[name]
    return str(getattr(Incident._meta.get_field(name), "verbose_name", name))


def shown(name: str, value: Any) -> str:
    """A field's value in words."""
    if value in (None, ""):
        return ABSENT
    if name == "severity":
        return str(Incident.Severity(value).label)
    if name == "kind":
        return str(kind_of(value).label)
    if name == "on_wall":
        return _("yes") if value else _("no")
    return str(value)


def _label(choices: Any, value: str) -> str:
    return str(dict(choices.choices).get(value, value))


def _declared(data: Data) -> str:
    words = _("Declared: {kind}, severity {severity}").format(
        kind=shown("kind", data["kind"]), severity=shown("severity", data["severity"])
    )
    count = len(data.get("parts", ()))
    return words + " · " + ngettext("%(n)d part", "%(n)d parts", count) % {"n": count} if count else words


def _changed(data: Data) -> str:
    parts = []
    for name, (old, new) in data["changes"].items():
        if name in ("summary", "area", "lon"):
            parts.append(field_name(name))
        else:
            parts.append(f"{field_name(name)}: {shown(name, old)} → {shown(name, new)}")
    return _("Changed: {what}").format(what=" · ".join(parts))


def _state(data: Data) -> str:
    old, new = (_label(Incident.State, state) for state in data["state"])
    return f"{old} → {new}"


def _parts(data: Data) -> str:
    return " · ".join(f"{_label(Part.Kind, part['kind'])}: {part['title']}" for part in data["parts"])


def _alert(data: Data) -> str:
    return f"{_label(AlertEvent.Kind, data['what'])}: {data['title']}"


def _report(data: Data) -> str:
    return f"{data['title']}: {_label(ReportEvent.Kind, data['what'])}"


def _task(data: Data) -> str:
    return f"{_label(TaskEvent.Kind, data['what'])}: {data['title']} ({data['agency']})"


def _role(data: Data) -> str:
    words = {"role": _label(Role.Kind, data["role"]), "person": data["person"]}
    if data.get("ended"):
        return _("{role}: {person} no longer").format(**words)
    by_decision = f" ({data['decision']})" if data.get("decision") else ""
    return "{role}: {person}".format(**words) + by_decision


def _handed_over(data: Data) -> str:
    return _("Handed over: {old} → {new}").format(old=data["from"] or ABSENT, new=data["to"])


def _link(data: Data) -> str:
    words = f"{_label(Link.Kind, data['link'])}: {data['number']} {data['title']}"
    return _("No longer linked. {words}").format(words=words) if data.get("ended") else words


def _merged(data: Data) -> str:
    said = {
        "into": _("Merged into {number} {title}"),
        "took": _("Took in {number} {title}"),
        "undone": _("No longer merged into {number} {title}"),
        "gave": _("{number} {title} stands alone again"),
    }[data["way"]]
    return said.format(number=data["number"], title=data["title"])


def _split(data: Data) -> str:
    said = _("Split off: {number} {title}") if data["way"] == "to" else _("Split from {number} {title}")
    return said.format(number=data["number"], title=data["title"])


def _warning(data: Data) -> str:
    return f"{_label(PublicWarning.State, data['state'])}: {data['headline']}"


def _stage(data: Data) -> str:
    names = {"before": str(LEVELS[data["before"]]), "level": str(LEVELS[data["level"]])}
    return _("Operating stage {n} ({level}), before: {before}").format(n=data["level"], **names)


def _reported(data: Data) -> str:
    return _("Situation report no. {number}").format(number=data["number"])


def _review(data: Data) -> str:
    if data["what"] == "signed":
        return pgettext("after-action report", "Signed")
    return pgettext("after-action report", "Begun")


_WORDED: dict[str, Callable[[Data], str]] = {
    Entry.Kind.DECLARED: _declared,
    Entry.Kind.CHANGED: _changed,
    Entry.Kind.STATE: _state,
    Entry.Kind.PART: _parts,
    Entry.Kind.PART_OUT: _parts,
    Entry.Kind.ALERT: _alert,
    Entry.Kind.REPORT: _report,
    Entry.Kind.TASK: _task,
    Entry.Kind.ROLE: _role,
    Entry.Kind.HANDED_OVER: _handed_over,
    Entry.Kind.LINK: _link,
    Entry.Kind.MERGED: _merged,
    Entry.Kind.SPLIT: _split,
    Entry.Kind.WARNING: _warning,
    Entry.Kind.STAGE: _stage,
    Entry.Kind.PAGE: _page,
    Entry.Kind.REPORTED: _reported,
    Entry.Kind.REVIEW: _review,
}
