"""What indicators count of things that measure."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from halong.core.registry import RecordMeasure, record_measures

_LIVE = """
SELECT place_id, agency_id, count(*) FILTER (WHERE live)::float8, count(*)::float8 FROM (
    SELECT e.place_id, e.agency_id, bool_or(coalesce(
        l.time > %(end)s - greatest(2 * s.interval_s, 900) * interval '1 second', false)) AS live
    FROM context_entity e JOIN observations_series s ON s.entity_id = e.id AND s.derived = ''
    LEFT JOIN latest l ON l.series_id = s.id
    WHERE e.deleted_at IS NULL AND (%(sector)s = '' OR e.sector = %(sector)s) GROUP BY e.id
) thing GROUP BY place_id, agency_id
"""


def live(
    start: datetime, end: datetime, *, sector: str = ""
) -> Iterator[tuple[int | None, int | None, float, float]]:
    """How many of the things that measure have reported something within twice its interval (at least 15 minutes), by place
    and agency. The past isn't kept.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, {"end": end, "sector": sector})
        yield from cursor.fetchall()


def register() -> None:
    """Offer the measure."""
    record_measures.register(
        "things.live",
        RecordMeasure("things.live", _("Things that report"), "C62", live, as_of=True, looks_back=False),
    )
