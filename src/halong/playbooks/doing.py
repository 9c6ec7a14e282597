"""What Halong can do by itself in a step: the kinds of automatic action and what each has to be told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Setting:
    """A thing to be told. ``kind``: text, lines, minutes, choice, url (https), agency (code), team (name)."""

    key: str
    label: "StrPromise"
    kind: str = "text"
    needed: bool = False
    most: int = 300
    choices: tuple[tuple[str, "StrPromise"], ...] = ()
    help: "StrPromise | str" = ""


@dataclass(frozen=True)
class Doing:
    """A kind of automatic action."""

    key: str
    label: "StrPromise"
    icon: str
    says: "StrPromise"
    settings: tuple[Setting, ...]


STAGES = tuple(
    (str(level), words)
    for level, words in (
        (2, pgettext_lazy("operating stage", "2 Closer watch")),
        (3, pgettext_lazy("operating stage", "3 Mobilised")),
        (4, pgettext_lazy("operating stage", "4 Response")),
        (5, pgettext_lazy("operating stage", "5 Highest response")),
    )
)
SEVERITY = (
    ("Minor", pgettext_lazy("severity of a warning", "Minor")),
    ("Moderate", pgettext_lazy("severity of a warning", "Moderate")),
    ("Severe", pgettext_lazy("severity of a warning", "Severe")),
    ("Extreme", pgettext_lazy("severity of a warning", "Extreme")),
)
URGENCY = (
    ("Immediate", pgettext_lazy("urgency of a warning", "At once")),
    ("Expected", pgettext_lazy("urgency of a warning", "Soon (within an hour)")),
    ("Future", pgettext_lazy("urgency of a warning", "Later")),
)
CERTAINTY = (
    ("Observed", pgettext_lazy("certainty of a warning", "Observed")),
    ("Likely", pgettext_lazy("certainty of a warning", "Likely")),
    ("Possible", pgettext_lazy("certainty of a warning", "Possible")),
)
ACTIONS: dict[str, Doing] = {
    doing.key: doing
    for doing in (
        Doing(
            "notify-team", gettext_lazy("Notify a duty team"), "bell-ringing",
            gettext_lazy("Calls whoever is on duty, until somebody acknowledges."),
            (
                Setting("team", gettext_lazy("Team"), "team", needed=True, most=60),
                Setting("message", gettext_lazy("What they are told"), "lines", most=500,
                        help=gettext_lazy("Empty: number and title of the incident.")),
            ),
        ),
        Doing(
            "raise-stage", gettext_lazy("Propose an operating stage"), "flag",
            gettext_lazy("A proposal only: it is in force when a named approver agrees."),
            (
                Setting("level", gettext_lazy("Stage"), "choice", needed=True, choices=STAGES),
                Setting("reason", gettext_lazy("Reason"), "lines", needed=True, most=500),
            ),
        ),
        Doing(
            "open-task", gettext_lazy("Give a task"), "checkbox",
            gettext_lazy("A task for an agency, with a deadline, in everybody's one list of tasks."),
            (
                Setting("title", gettext_lazy("Task"), needed=True, most=200),
                Setting("text", gettext_lazy("What is to be done"), "lines", most=2000),
                Setting("agency", gettext_lazy("Agency"), "agency", most=60,
                        help=gettext_lazy("Empty: the agency in charge of the incident.")),
                Setting("due_minutes", gettext_lazy("Deadline in minutes"), "minutes", needed=True),
            ),
        ),
        Doing(
            "draft-warning", gettext_lazy("Draft a warning to the people"), "speakerphone",
            gettext_lazy("A draft only: two people check and approve it before anybody outside sees it."),
            (
                Setting("headline_vi", gettext_lazy("Headline"), needed=True, most=160),
                Setting("headline_en", gettext_lazy("Headline in English"), needed=True, most=160),
                Setting("description_vi", gettext_lazy("Description"), "lines", most=2000),
                Setting("description_en", gettext_lazy("Description in English"), "lines", most=2000),
                Setting("instruction_vi", gettext_lazy("Advice"), "lines", needed=True, most=2000),
                Setting("instruction_en", gettext_lazy("Advice in English"), "lines", needed=True, most=2000),
                Setting("severity", gettext_lazy("Severity"), "choice", needed=True, choices=SEVERITY),
                Setting("urgency", gettext_lazy("Urgency"), "choice", needed=True, choices=URGENCY),
                Setting("certainty", gettext_lazy("Certainty"), "choice", needed=True, choices=CERTAINTY),
                Setting("expires_minutes", gettext_lazy("Ends after how many minutes"), "minutes", needed=True),
            ),
        ),
        Doing(
            "call-webhook", gettext_lazy("Call a system outside"), "send",
            gettext_lazy("Sends number, kind, severity and place of the incident, at least once, with the same key."),
            (
                Setting("url", gettext_lazy("Address"), "url", needed=True, most=500),
                Setting("message", pgettext_lazy("to send", "Message"), "lines", most=500),
            ),
        ),
    )
}  # fmt: skip


def read_settings(kind: str, data: object) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of an action of this kind, and what is wrong with them by field."""
    if not isinstance(data, Mapping):
        return {}, {"": _("This isn't readable.")}
    known = {setting.key: setting for setting in ACTIONS[kind].settings}
    found: dict[str, Any] = {}
    faults = {str(name): _("This action knows no such setting.") for name in data if name not in known}
    for setting in known.values():
        value = data.get(setting.key)
        if value is None or value == "":
            if setting.needed:
                faults[setting.key] = _("This must not be empty.")
            continue
        read, fault = _READERS.get(setting.kind, _text)(value, setting)
        if fault:
            faults[setting.key] = fault
        else:
            found[setting.key] = read
    return found, faults


def _text(value: Any, setting: Setting) -> tuple[Any, str]:
    if not isinstance(value, str):
        return None, _("Write text.")
    value = value.strip()
    if len(value) > setting.most:
        return None, _("At most %(n)d characters.") % {"n": setting.most}
    return value, ""


def _minutes(value: Any, setting: Setting) -> tuple[Any, str]:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 43_200:
        return value, ""
    return None, _("Whole minutes, from 1 to 43,200 (30 days).")


def _choice(value: Any, setting: Setting) -> tuple[Any, str]:
    if str(value) in {key for key, _label in setting.choices}:
        return str(value), ""
    return None, _("Choose one of the list.")


def _url(value: Any, setting: Setting) -> tuple[Any, str]:
    text, fault = _text(value, setting)
    if fault:
        return None, fault
    try:
        parts = urlsplit(text)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
        good = good and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    return (
        (text, "") if good else (None, _("An address that begins with https://, without a name or password."))
    )


_READERS: dict[str, Callable[[Any, Setting], tuple[Any, str]]] = {
    "minutes": _minutes,
    "choice": _choice,
    "url": _url,
}
