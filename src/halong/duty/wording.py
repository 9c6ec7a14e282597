"""The words of entries that Halong wrote by itself, in the language of whoever reads them."""

from collections.abc import Callable

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.core.formats import format_duration, format_time
from halong.core.registry import Registry
from halong.duty.kinds import kind_label
from halong.duty.models import LogEntry
from halong.duty.told import said as said_of_page
from halong.stages.models import LEVELS

Words = Callable[[LogEntry], str]
wordings: Registry[Words] = Registry()  # kind of entry → its words, where a later module knows them
PLACES_OF = {
    "source": "source",
    "page": "duty-run",
    "handover": "duty-handover",
    "call": "duty-call",
    "quick": "duty-quick",
}


def said(entry: LogEntry) -> str:
    """What an entry says: people's own words, or those that belong to its kind and data."""
    worded = wordings.get(entry.kind) or _OWN.get(entry.kind)
    words = worded(entry) if worded is not None and entry.data else ""
    if words and entry.text:
        return f"{words} {entry.text}"
    return words or entry.text or str(entry.data.get("title", ""))


def address_of(entry: LogEntry) -> str:
    """Where the thing that an entry is about stands; empty where there is no page of it."""
    if not entry.about_kind:
        return ""
    try:
        return reverse(PLACES_OF.get(entry.about_kind, entry.about_kind), args=[entry.about_ref])
    except NoReverseMatch:
        return ""


def _alert(entry: LogEntry) -> str:
    words = {
        "raised": pgettext("duty log", "{priority} alert: {title}."),
        "acknowledged": pgettext("duty log", "{person} acknowledged: {title}."),
        "closed": pgettext("duty log", "Closed: {title}."),
        "flood": pgettext(
            "duty log", "More than {n} alerts in ten minutes: not each of them is written down here."
        ),
    }
    data = {"person": entry.by_name or pgettext("actor", "Halong")} | entry.data
    priority = {1: _("Critical"), 2: pgettext("priority", "High")}.get(
        entry.data.get("priority", 0), pgettext("priority", "Attention")
    )
    text = words.get(str(entry.data.get("what")))
    return text.format_map(_Lenient(data | {"priority": priority})) if text else ""


def _source(entry: LogEntry) -> str:
    words = {
        "raised": pgettext("duty log", "{title}."),
        "closed": pgettext("duty log", "Data comes again ({title})."),
    }
    text = words.get(str(entry.data.get("what")))
    return text.format_map(_Lenient(entry.data)) if text else ""


def _stage(entry: LogEntry) -> str:
    level, before = (LEVELS.get(int(entry.data.get(key, 0)), "") for key in ("level", "before"))
    words = _("Operating stage {level} {name}, before it {before}; approved by {person}.")
    return words.format(
        level=entry.data.get("level"), name=level, before=before, person=entry.data.get("person", "")
    )


def _call(entry: LogEntry) -> str:
    data = entry.data
    if data.get("what") == "became":
        words = {
            "incident": _("An incident was made of the call {call}: {number}."),
            "report": _("A citizen's report was made of the call {call}: {number}."),
            "alert": _("The call {call} was added to the alert: {number}."),
        }.get(str(data.get("became")), "{call} → {number}")
        return words.format(call=data.get("call", ""), number=data.get("number", ""))
    head = " · ".join(
        part for part in (kind_label(str(data.get("kind", ""))), str(data.get("where", ""))) if part
    )
    words = _("Call: {what}.").format(what=head) if head else _("Call.")
    if "took_s" in data:
        words += " " + _("Taken in within {time}.").format(time=format_duration(float(data["took_s"])))
    return words


def _handover(entry: LogEntry) -> str:
    words = {
        "taken": _("{incoming} took the shift over from {outgoing}; {n} things open."),
        "missing": _("The shift of {at} began without a hand-over: {title}."),
    }
    text = words.get(str(entry.data.get("what")))
    return text.format_map(_Lenient(entry.data)) if text else ""


def _report(entry: LogEntry) -> str:
    words = {
        "made": _("Quick report of {hour} made."),
        "sent": _("{person} sent the quick report of {hour} to {n} leaders."),
    }
    text = words.get(str(entry.data.get("what")))
    return text.format_map(_Lenient({"person": entry.by_name} | entry.data)) if text else ""


def _page(entry: LogEntry) -> str:
    return f"{entry.data.get('title', '')}: {said_of_page(entry.data)}"


def _correction(entry: LogEntry) -> str:
    corrected = entry.corrects
    if corrected is None:
        return ""
    return _("Correction of the entry of {time}:").format(time=format_time(corrected.at))


class _Lenient(dict[str, object]):
    """A word that an older entry doesn't have is left empty."""

    def __missing__(self, key: str) -> str:
        return ""


_OWN: dict[str, Words] = {
    LogEntry.Kind.ALERT: _alert,
    LogEntry.Kind.SOURCE: _source,
    LogEntry.Kind.STAGE: _stage,
    LogEntry.Kind.CALL: _call,
    LogEntry.Kind.CORRECTION: _correction,
    LogEntry.Kind.HANDOVER: _handover,
    LogEntry.Kind.REPORT: _report,
    LogEntry.Kind.PAGE: _page,
}
