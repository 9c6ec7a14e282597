"""The log as a table."""

import json
from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from halong.audit.models import AuditEntry
from halong.core.formats import local
from halong.core.tables import write_csv

COLUMNS = ("seq", "at", "actor", "action", "object_type", "object_id", "address", "summary", "hash")


def csv_response(found: QuerySet[AuditEntry]) -> StreamingHttpResponse:
    """A download of any size in flat memory; times in Vietnam's zone, ISO 8601; marked as UTF-8 for spreadsheets."""
    response = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _lines(found: QuerySet[AuditEntry]) -> Iterator[str]:
    heading = write_csv(COLUMNS, [])
    yield "\ufeff" + heading
    for entry in found.iterator(chunk_size=2000):
        said = json.dumps(entry.summary, ensure_ascii=False, sort_keys=True)
        row = (
            entry.seq,
            local(entry.at).isoformat(),
            entry.actor,
            entry.action,
            entry.object_type,
            entry.object_id,
        )
        yield write_csv(COLUMNS, [(*row, entry.address, said, entry.hash)])[len(heading) :]
