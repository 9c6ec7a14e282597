"""The words of what the timeline holds about steps, in the present language."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from halong.core.formats import format_number, format_time
from halong.core.language import said_in
from halong.incidents.models import Entry

Data = dict[str, Any]


def said(entry: Entry) -> str:
    """What an entry of kind "step" or "action" says; people's own words are ``entry.text``."""
    data = entry.data
    title = _title(data)
    words = _WORDS.get(str(data.get("what", "")))
    return words(title, data) if words else title


def _title(data: Data) -> str:
    return said_in(data.get("title", ""), data.get("title_en", ""))


def _done(title: str, data: Data) -> str:
    words = _("Done: {title}").format(title=title)
    answers = data.get("answers") or {}
    numbers = [
        format_number(v) for v in answers.values() if isinstance(v, (int, float)) and not isinstance(v, bool)
    ]
    open_ones = sum(value is None or value is False for value in answers.values())
    if numbers:
        words += " · " + ", ".join(numbers)
    return words + (" · " + _("{n} left open").format(n=open_ones) if open_ones else "")


def _did(title: str, data: Data) -> str:
    about = _ACTED.get(str(data.get("action", "")))
    return _("Done by Halong: {title}").format(title=title) + (f" · {about(data)}" if about else "")


def _still_late(title: str, data: Data) -> str:
    if data.get("commander", True):
        return _("Still late, reported to the commander: {title}").format(title=title)
    return _("Still late, and no commander is named: {title}").format(title=title)


def _late(title: str, data: Data) -> str:
    due = data.get("due_at")
    if not due:
        return _("Late: {title}").format(title=title)
    return _("Late (due {time}): {title}").format(title=title, time=format_time(datetime.fromisoformat(due)))


_ACTED: dict[str, Callable[[Data], str]] = {
    "notify-team": lambda data: _("{team} is being called").format(team=data.get("team", "")),
    "raise-stage": lambda data: _("stage {level} proposed, an approver decides").format(
        level=data.get("level", "")
    ),
    "open-task": lambda data: _("task for {agency}: {task}").format(
        agency=data.get("agency", ""), task=data.get("task_title", "")
    ),
    "draft-warning": lambda data: _("draft of a warning: {headline}").format(
        headline=data.get("headline", "")
    ),
}
_WORDS: dict[str, Callable[[str, Data], str]] = {
    "playbook": lambda title, data: _("Playbook: {title}, version {n}").format(
        title=title, n=data.get("number", "")
    ),
    "started": lambda title, _data: _("Begun: {title}").format(title=title),
    "done": _done,
    "skipped": lambda title, _data: _("Left out: {title}").format(title=title),
    "unneeded": lambda title, _data: _("Not needed: {title}").format(title=title),
    "retried": lambda title, _data: _("Tried again: {title}").format(title=title),
    "failed": lambda title, data: _("Failed: {title}: {reason}").format(
        title=title, reason=data.get("reason", "")
    ),
    "did": _did,
    "begun": lambda title, data: _("Calling {host}: {title}").format(title=title, host=data.get("host", "")),
    "sent": lambda title, _data: _("The system outside has taken it: {title}").format(title=title),
    "late": _late,
    "still-late": _still_late,
}
