"""The timeline of an incident as a page of it is drawn: filtered by kind, older ones by their place in it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import pgettext

from halong.incidents import queries
from halong.incidents.forms.choices import number_of
from halong.incidents.models import Entry, Incident
from halong.incidents.words import said

A_PAGE = 50
MOST = 500  # of a page that somebody keeps open while much happens
GROUPS: dict[str, tuple[str, ...]] = {
    "people": ("note", "decision", "handed-over", "reported"),
    "steps": ("step", "action", "task"),
    "signals": ("alert", "report", "part", "part-out", "stage", "warning"),
    "changes": ("declared", "changed", "state", "role", "link", "merged", "split", "page", "review"),
}
ICONS = {
    "declared": "flag", "changed": "edit", "state": "status-change", "part": "plus", "part-out": "minus", "alert": "bell",
    "report": "message-report", "role": "user-check", "handed-over": "switch-horizontal", "note": "note",
    "decision": "gavel", "task": "clipboard-check", "step": "checkbox", "action": "bolt", "link": "link",
    "merged": "git-merge", "split": "git-branch", "stage": "stairs-up", "warning": "speakerphone", "page": "phone-call",
    "reported": "file-text", "review": "book",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One entry as it is drawn: ``words`` are Halong's, ``entry.text`` a person's."""

    entry: Entry
    words: str
    icon: str

    @property
    def loud(self) -> bool:
        """Whether people wrote it, so that it stands out."""
        return self.entry.kind in GROUPS["people"]


def context(request: HttpRequest, incident: Incident) -> dict[str, Any]:
    """A page of the timeline. ``before``: entries older than this one; ``top`` and ``shown``: what stands there already,
    so that a refresh takes nothing away from who reads further down.
    """
    group = request.GET.get("show", "")
    kinds = GROUPS.get(group, ())
    q = request.GET.get("q", "")[:100]
    before = number_of(request.GET.get("before", ""))
    found = queries.timeline(incident, before=before, kinds=kinds, q=q, size=_size(request, incident))
    lines = [Line(entry, said(entry), ICONS.get(entry.kind, "circle")) for entry in found.entries]
    return {
        "incident": incident,
        "lines": lines,
        "has_more": found.has_more,
        "last": lines[-1].entry.pk if lines else None,
        "top": lines[0].entry.pk if lines else 0,
        "older": before is not None,
        "show": group if kinds else "",
        "q": q,
        "groups": _groups(group if kinds else ""),
    }


def _size(request: HttpRequest, incident: Incident) -> int:
    top = number_of(request.GET.get("top", ""))
    if top is None:
        return A_PAGE
    shown = number_of(request.GET.get("shown", "")) or A_PAGE
    return min(MOST, shown + incident.entries.filter(pk__gt=top).count())


def _groups(current: str) -> list[dict[str, Any]]:
    labels = {
        "": pgettext("timeline", "All"),
        "people": pgettext("timeline", "Notes and decisions"),
        "steps": pgettext("timeline", "Steps and tasks"),
        "signals": pgettext("timeline", "Alerts and reports"),
        "changes": pgettext("timeline", "Changes"),
    }
    return [{"key": key, "label": label, "current": key == current} for key, label in labels.items()]
