"""Numbers of incidents: ``SC-2026-0042``, one series a year, without gaps."""

from datetime import datetime

from django.db import connection

from halong.core.formats import local

_NEXT = """
INSERT INTO incidents_incidentnumber (year, last) VALUES (%s, 1)
ON CONFLICT (year) DO UPDATE SET last = incidents_incidentnumber.last + 1 RETURNING last
"""


def next_number(now: datetime) -> str:
    """The next number of this year; the row is held until the transaction ends, so that none is left out or given twice."""
    year = local(now).year
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [year])
        (last,) = cursor.fetchone()
    return f"SC-{year}-{last:04d}"
