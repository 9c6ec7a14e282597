"""The result of an exercise as a table and on paper."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from halong.core.formats import format_duration, local
from halong.core.language import reader_language
from halong.core.pdf import render
from halong.core.tables import write_csv
from halong.exercises.replay import replay_of

TEMPLATE = Path(__file__).parent / "result.typ"
# how the two times relate, said wherever a score is shown
TIME = gettext_lazy(
    "Only the scenario's minutes are compressed. Readings carry real times, and minutes given are minutes of the clock."
)
ON_PAPER = 400  # moments of the timeline: an exercise of a day has a few hundred


def csv_of(result: Mapping[str, Any]) -> HttpResponse:
    """What was expected and what became of it, a row each."""
    if not result:
        raise Http404
    rows = [
        (row["words"], str(row["word"]), row["points"], row["got"], row["within"], _clock(row["since"]),
         _clock(row["at"]), "" if row["seconds"] is None else round(row["seconds"]), row["by"], row["note"])
        for row in replay_of(result)["outcomes"]
    ]  # fmt: skip
    columns = (
        _("Expected"), _("State"), _("Points"), _("Reached"), _("Minutes given"),
        pgettext("counted from", "From"), _("Done at"), _("Seconds"), _("By"), pgettext("timeline", "What"),
    )  # fmt: skip
    return table_response(str(result["id"]), [columns, *rows])


def table_response(name: str, rows: Sequence[Sequence[Any]]) -> HttpResponse:
    """Rows as a CSV file that spreadsheets read as UTF-8, the first of them its heading."""
    response = HttpResponse("\ufeff" + write_csv(rows[0], rows[1:]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def pdf_of(result: Mapping[str, Any]) -> HttpResponse:
    """Score, people and timeline on A4."""
    if not result:
        raise Http404
    response = HttpResponse(
        render(TEMPLATE, sheet_data(result), timezone.now()), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="{result["id"]}.pdf"'
    return response


def sheet_data(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the template sets: JSON types only."""
    shown = replay_of(result)
    score = result.get("score")
    return {
        "language": reader_language(),
        "title": shown["title"],
        "score": "–" if score is None else f"{score} %",
        "facts": [
            [_("Begun"), _clock(shown["begun"])],
            [_("Ended"), _clock(shown["over"])],
            [_("Speed"), f"{result['speed']}×"],
            [_("Took part"), ", ".join(row["username"] for row in shown["people"] if row["entered_at"]) or "–"],
            [_("Wrongly declared"), ", ".join(row["number"] for row in result.get("wrong", ())) or "–"],
        ],
        "outcomes": [
            [row["mark"], str(row["word"]), row["words"], f"{row['got']:g}/{row['points']}", _took(row), row["by"]]
            for row in shown["outcomes"]
        ],
        "moments": [_moment(row) for row in shown["moments"][:ON_PAPER]],
        "words": {
            "score": _("Score"), "expected": _("What was expected"), "state": _("State"), "points": _("Points"),
            "took": _("Took (given)"), "by": _("By"), "timeline": _("Timeline"), "clock": _("Clock"),
            "story": _("Scenario"), "acts": _("Trainees"), "page": _("Page"),
            "time": str(TIME),
        },
    }  # fmt: skip


def _took(row: Mapping[str, Any]) -> str:
    given = format_duration(row["within_s"])
    return f"– ({given})" if row["seconds"] is None else f"{format_duration(row['seconds'])} ({given})"


def _moment(row: Mapping[str, Any]) -> list[str]:
    at = f"{local(row['at']):%H:%M:%S}"
    if "event" in row:
        return [at, f"{row['kind']}: {row['event']}", ""]
    if "reached" in row:
        return [at, "", f"{row['by']}: ✓ {row['reached']['words']}"]
    return [at, "", f"{row['by']}: {row['act']}"]


def _clock(value: datetime | None) -> str:
    return f"{local(value):%d/%m/%Y %H:%M:%S}" if value else ""
