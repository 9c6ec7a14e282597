"""The score and the replay as pages and paper show them: from a result alone, so that both instances show the same."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import pgettext_lazy

from halong.audit.words import action_words
from halong.core.language import said_in
from halong.exercises.criteria import criteria

STATES = {
    "met": ("normal", pgettext_lazy("expectation", "In time")),
    "late": ("attention", pgettext_lazy("expectation", "Late")),
    "missed": ("critical", pgettext_lazy("expectation", "Missed")),
    "open": ("high", pgettext_lazy("expectation", "Expected now")),
    "void": ("stale", pgettext_lazy("expectation", "No occasion")),
    "ahead": ("stale", pgettext_lazy("expectation", "Still ahead")),
}
KINDS = {
    "bulletin": pgettext_lazy("exercise event", "Bulletin"),
    "message": pgettext_lazy("exercise event", "Message"),
    "call": pgettext_lazy("exercise event", "Telephone call"),
    "report": pgettext_lazy("exercise event", "Citizen's report"),
    "silence": pgettext_lazy("exercise event", "Falls silent"),
    "restore": pgettext_lazy("exercise event", "Reports again"),
    "reading": pgettext_lazy("exercise event", "Reading"),
}


def replay_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """Context of a page: ``result``, ``outcomes`` worded, ``moments`` of events beside actions in order, ``people``."""
    outcomes = [outcome_row(row) for row in result.get("outcomes", ())]
    begun = datetime.fromisoformat(result["begun_at"])
    return {
        "result": result,
        "begun": begun,
        "over": datetime.fromisoformat(result["over_at"]),
        "title": said_in(result["title"], result["title_en"]),
        "outcomes": outcomes,
        "counts": {state: sum(row["state"] == state for row in outcomes) for state in STATES},
        "moments": _moments(result, outcomes, begun),
        "people": result.get("people", ()),
    }


def outcome_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """One expectation as it is shown."""
    mark, word = STATES[row["state"]]
    criterion = criteria.get(row["criterion"])
    return {
        **row,
        "words": said_in(row["title"], row["title_en"]),
        "mark": mark,
        "word": word,
        "label": criterion.label if criterion else row["criterion"],
        "since": _time(row["since"]),
        "at": _time(row["at"]),
        "within_s": row["within"] * 60,
    }


def _moments(
    result: Mapping[str, Any], outcomes: Iterable[Mapping[str, Any]], begun: datetime
) -> list[dict[str, Any]]:
    """Everything in order of the clock; an action that fulfilled something says what."""
    moments = [
        {
            "at": _time(row["at"]),
            "kind": KINDS.get(row["kind"], row["kind"]),
            "event": said_in(row["title"], row["title_en"]),
            "minute": row["minute"],
            "by": row["by"],
            "trouble": row["trouble"],
        }
        for row in result.get("events", ())
    ]
    for row in result.get("acts", ()):
        at = _time(row["at"])
        moments.append(
            {"at": at, "act": action_words(row["action"]), "by": row["by"], "number": row["number"]}
        )
    moments += [{"at": row["at"], "reached": row, "by": row["by"]} for row in outcomes if row["at"]]
    moments.sort(key=lambda moment: moment["at"])
    for moment in moments:
        seconds = max(0, int((moment["at"] - begun).total_seconds()))
        moment["offset"] = f"{seconds // 60}:{seconds % 60:02d}"
    return _joined(moments)


def _joined(moments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same action of the same person several times in a row is one line with how often."""
    lines: list[dict[str, Any]] = []
    for moment in moments:
        before = lines[-1] if lines else {}
        same = "act" in moment and all(before.get(name) == moment[name] for name in ("act", "by", "number"))
        if same:
            before["times"] = before.get("times", 1) + 1
        else:
            lines.append(moment)
    return lines


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
