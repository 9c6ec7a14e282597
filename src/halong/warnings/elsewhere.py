"""What warnings put on pages of other modules: the search, the duty log, the hand-over note."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.core.formats import format_datetime
from halong.core.permissions import SYSTEM
from halong.core.registry import SearchHit
from halong.duty.models import LogEntry
from halong.duty.openings import Opening
from halong.warnings.models import OPEN, Warning

SCORE = 80.0


def find_warnings(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Warnings by number or headline, the newest first."""
    said = query.strip()
    if len(said) < 2:
        return []
    rows = Warning.objects.visible_to(user).filter(Q(number__icontains=said) | Q(headline_vi__icontains=said))
    return [
        SearchHit(
            row.headline,
            f"{row.number} · {row.get_state_display()}",
            reverse("warning", args=[row.pk]),
            SCORE,
        )
        for row in rows.defer("xml").order_by("-pk")[:limit]
    ]


def open_warnings(user: Any, at: datetime) -> list[Opening]:
    """What is being prepared, and what is in force: the next shift must know both."""
    rows = Warning.objects.visible_to(user if user is not None else SYSTEM)
    found = rows.filter(Q(state__in=OPEN) | Q(state="published", expires__gt=at))
    return [
        Opening(
            title=f"{row.number} {row.headline}",
            url=reverse("warning", args=[row.pk]),
            state="high" if row.state == Warning.State.PUBLISHED else "attention",
            note=f"{row.get_state_display()} · " + _("in force until") + f" {format_datetime(row.expires)}",
            kind="warning",
            simulated=row.simulated,
        )
        for row in found.exclude(state="published", msg_type="Cancel").defer("xml").order_by("-pk")[:50]
    ]


def logged(entry: LogEntry) -> str:
    """The words of an entry of the duty log."""
    words = {
        "warning-draft": pgettext("duty log", "Draft of warning {number}: {title}."),
        "warning-checked": pgettext("duty log", "Warning {number} checked: {title}."),
        "warning-approved": pgettext("duty log", "Warning {number} approved: {title}."),
        "warning-published": pgettext("duty log", "Warning {number} published: {title}. {where}"),
        "warning-updated": pgettext("duty log", "Warning {number} replaced by an update."),
        "warning-cancelled": pgettext("duty log", "Warning {number} cancelled."),
        "warning-expired": pgettext("duty log", "Warning {number} is no longer in force."),
        "warning-dropped": pgettext("duty log", "Draft of warning {number} given up."),
    }
    text = words.get(str(entry.data.get("what")), "")
    said = {name: str(entry.data.get(name, "")) for name in ("number", "title", "where")}
    marks = {"Exercise": _("EXERCISE"), "Test": _("TEST")}
    mark = marks.get(str(entry.data.get("status")), "")
    words_said = text.format(**said).strip() if text else ""
    return f"{mark}: {words_said}" if mark and words_said else words_said
