"""The sheets of duty: a day of the log for signature, the hand-over note, the quick report."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.core import pdf
from halong.core.formats import format_date, format_datetime, format_day, format_time, local
from halong.core.language import reader_language, text_of
from halong.duty.models import Handover, LogEntry, QuickReport
from halong.duty.wording import said
from halong.stages.models import LEVELS

TEMPLATE = Path(__file__).resolve().parent / "sheet.typ"


def log_pdf(day: date, entries: Sequence[LogEntry], language: str) -> bytes:
    """One day of the duty log, with the line for its signature."""
    with translation.override(language):
        rows = [_row(entry) for entry in entries]
        table = {
            "title": _("Entries"),
            "kind": "table",
            "widths": [0, 0, 5, 1.6],
            "head": [
                _("Time"),
                pgettext("duty log", "Kind"),
                _("What happened"),
                pgettext("duty log", "Written by"),
            ],
            "rows": rows,
        }
        nothing = {"title": _("Entries"), "kind": "none", "text": _("Nothing was written on this day.")}
        data = _sheet(
            title=_("Duty log"),
            lead=format_day(day),
            facts=[[_("Entries"), str(len(rows))]],
            sections=[table if rows else nothing],
            signatures=[
                {
                    "role": pgettext("signature", "Officer on duty"),
                    "note": _("(signature, full name)"),
                    "name": "",
                },
                {
                    "role": pgettext("signature", "Shift leader"),
                    "note": _("(signature, full name)"),
                    "name": "",
                },
            ],
            simulated=any(entry.simulated for entry in entries),
            made_at=timezone.now(),
        )
        return pdf.render(TEMPLATE, data, timezone.now())


def _row(entry: LogEntry) -> list[str]:
    late = ""
    if entry.late_reason:
        late = "\n" + _("Written down at {time}: {reason}").format(
            time=format_datetime(entry.written_at), reason=entry.late_reason
        )
    who = entry.by_name or pgettext("actor", "Halong")
    return [format_time(entry.at), entry.get_kind_display(), f"{said(entry)}{late}", who]


def handover_pdf(note: Handover, language: str) -> bytes:
    """The hand-over note with both names and hours."""
    with translation.override(language):
        content = note.content.get(language) or note.content.get("vi", {})
        facts = [
            [pgettext("hand-over", "Team"), str(note.team or _("The centre"))],
            [pgettext("hand-over", "Shift from"), format_datetime(note.since)],
            [_("State"), note.get_state_display()],
        ]
        done = content.get("done", {})
        sections = [
            _lines(_("Open at the hand-over"), content.get("open", []), _("Nothing is open.")),
            *_orders(done.get("orders", [])),
            _words(pgettext("hand-over", "Added by the outgoing person"), note.additions),
            *(
                [_words(pgettext("hand-over", "Remark of the incoming person"), note.remark)]
                if note.remark
                else []
            ),
        ]
        data = _sheet(
            title=_("Hand-over note"),
            lead="",
            facts=facts + [[label, str(n)] for label, n in done.get("counts", [])],
            sections=sections,
            signatures=[
                _signature(_("Hands over"), note.outgoing_name, note.offered_at),
                _signature(_("Takes over"), note.incoming_name, note.taken_at),
            ],
            simulated=any(row.get("simulated") for row in content.get("open", [])),
            made_at=note.taken_at or note.offered_at or note.made_at,
        )
        return pdf.render(TEMPLATE, data, note.taken_at or note.offered_at or note.made_at)


def quick_pdf(report: QuickReport, language: str) -> bytes:
    """The quick report of an hour."""
    with translation.override(language):
        content = report.content.get(language) or report.content.get("vi", {})
        sections = [_lines(part["title"], part["lines"], "") for part in content.get("sections", [])]
        if report.text:
            sections.insert(0, _words(_("Assessment of the officer on duty"), report.text))
        data = _sheet(
            title=_("Quick report"),
            lead=f"{format_time(report.hour)}, {format_day(local(report.hour).date())}",
            facts=[
                [_("Operating stage"), f"{report.stage} · {LEVELS.get(report.stage, '')}"],
                [_("Figures as of"), format_datetime(report.made_at)],
            ],
            sections=sections,
            signatures=[
                _signature(pgettext("signature", "Officer on duty"), report.sent_by_name, report.sent_at)
            ],
            simulated=report.simulated,
            made_at=report.made_at,
        )
        return pdf.render(TEMPLATE, data, report.sent_at or report.made_at)


def quick_name(report: QuickReport) -> str:
    """The name of its file."""
    return f"bao-cao-nhanh-{local(report.hour):%Y-%m-%d-%H%M}.pdf"


def _signature(role: str, name: str, at: datetime | None) -> dict[str, str]:
    return {"role": role, "name": name, "note": format_datetime(at) if at else ""}


def _lines(title: str, rows: Sequence[dict[str, Any]], nothing: str) -> dict[str, Any]:
    if not rows:
        return {"title": title, "kind": "none", "text": nothing}
    shown = [
        {
            "state": row["state"],
            "text": row.get("title") or row.get("text", ""),
            "value": row.get("value", ""),
            "note": row["note"],
        }
        for row in rows
    ]
    return {"title": title, "kind": "lines", "rows": shown}


def _orders(orders: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    if not orders:
        return []
    rows = [
        {
            "state": "normal",
            "text": f"{format_time(datetime.fromisoformat(row['at']))} · {row['kind']}: {row['text']}",
            "value": "",
            "note": row["by"],
        }
        for row in orders
    ]
    return [{"title": _("Orders of the shift"), "kind": "lines", "rows": rows}]


def _words(title: str, text: str) -> dict[str, Any]:
    return {"title": title, "kind": "text" if text else "none", "text": text or "–"}


def _sheet(
    *,
    title: str,
    lead: str,
    facts: list[list[str]],
    sections: list[dict[str, Any]],
    signatures: list[dict[str, str]],
    simulated: bool,
    made_at: datetime,
) -> dict[str, Any]:
    centre = text_of(settings.PROFILE["province"]["short_name"])
    return {
        "title": title,
        "lead": lead,
        "facts": facts,
        "sections": sections,
        "signatures": signatures,
        "simulated": _("contains simulated data") if simulated else "",
        "banner": _("EXERCISE") if settings.HALONG_EXERCISE else "",
        "centre": centre,
        "foot": f"{centre} · {title} · {format_date(local(made_at).date())}",
        "page": _("page"),
        "language": reader_language(),
    }
