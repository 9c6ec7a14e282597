"""Which reports were open at a moment, now or in the past: the timeline says what the row no longer does."""

from datetime import datetime
from typing import Any

from django.db import connection

from halong.citizens.models import OPEN
from halong.core.registry import Cell

# Entries that open a report or end it; whose it is; until when it was promised. A wish for more time promises nothing.
TURNS = (
    "sent",
    "reopened",
    "unmerged",
    "restored",
    "resolved",
    "closed",
    "merged",
    "declined",
    "handed-over",
)
ENDS = ("resolved", "closed", "merged", "declined", "handed-over")
OWNERS = ("routed", "returned", "reopened")
PROMISES = ("sent", "routed", "accepted", "extended", "extension-refused", "reopened")

# What hasn't changed since stands as its row says. Of the rest, what was resolved before and never opened again was over.
_STANDING = """
WITH standing AS (
  SELECT place_id, agency_id, due_at FROM citizens_report
  WHERE created_at <= %(at)s AND changed_at <= %(at)s AND state = ANY(%(open)s)
  UNION ALL
  SELECT r.place_id, CASE WHEN owner.kind <> 'returned' THEN owner.agency_id END, coalesce(promise.due_at, r.due_at)
  FROM citizens_report r
  LEFT JOIN LATERAL (SELECT e.kind FROM citizens_reportevent e WHERE e.report_id = r.id AND e.at <= %(at)s
    AND e.kind = ANY(%(turns)s) ORDER BY e.at DESC, e.id DESC LIMIT 1) turn ON true
  LEFT JOIN LATERAL (SELECT e.kind, e.agency_id FROM citizens_reportevent e WHERE e.report_id = r.id AND e.at <= %(at)s
    AND e.kind = ANY(%(owners)s) ORDER BY e.at DESC, e.id DESC LIMIT 1) owner ON true
  LEFT JOIN LATERAL (SELECT e.due_at FROM citizens_reportevent e WHERE e.report_id = r.id AND e.at <= %(at)s
    AND e.due_at IS NOT NULL AND e.kind = ANY(%(promises)s) ORDER BY e.at DESC, e.id DESC LIMIT 1) promise ON true
  WHERE r.created_at <= %(at)s AND r.changed_at > %(at)s
    AND NOT (r.state IN ('resolved', 'closed') AND coalesce(r.resolved_at <= %(at)s, false))
    AND coalesce(turn.kind <> ALL(%(ends)s), true)
)
SELECT place_id, agency_id, count(*) FILTER (WHERE due_at < %(at)s), count(*) FROM standing GROUP BY 1, 2
"""


def standing_at(at: datetime) -> list[Cell]:
    """(place, agency, how many were late, how many were open) at a moment, by the agency that had them then (None: the
    duty officer). One statement.
    """
    given: dict[str, Any] = {
        "at": at, "open": list(OPEN), "turns": list(TURNS), "ends": list(ENDS), "owners": list(OWNERS),
        "promises": list(PROMISES),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, given)
        return [(place, agency, float(late), float(every)) for place, agency, late, every in cursor]
