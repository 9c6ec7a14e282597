"""A report that comes in, written by one statement: report, sender's code, first entry, log, live message.

Raw SQL, because hundreds come in a second when a storm has passed, and each must be on disk before it is acknowledged.
"""

from typing import Any

from django.db import connection

from halong.citizens.models import Report

AFTER = """, reporter AS (
  INSERT INTO citizens_follower (report_id, client_id, code_digest, sender, language, created_at)
  SELECT id, client_id, %s, true, language, created_at FROM report RETURNING id
), entry AS (
  INSERT INTO citizens_reportevent (report_id, kind, at, note, public, due_at, data)
  SELECT id, 'sent', created_at, '', true, due_at, %s::jsonb FROM report RETURNING id
), logged AS (
  INSERT INTO audit_auditentry (at, actor, action, object_type, object_id, summary, hash)
  SELECT now(), %s, 'reports.sent', 'citizens.report', id::text, %s::jsonb, '' FROM report
)
SELECT report.id, reporter.id, pg_notify('halong_live', json_build_array('reports', report.id::text)::text)
FROM report, reporter, entry
"""
_FIELDS = [field for field in Report._meta.concrete_fields if not field.primary_key]
_COLUMNS = ", ".join(f'"{field.column}"' for field in _FIELDS)


def insert_report(report: Report, *, code_digest: str, actor: str, data: str) -> int:
    """Write a new report with all that belongs to it; sets its id and returns its sender's follower's.

    Raises IntegrityError when it is there already.
    """
    values = [field.get_db_prep_save(_value(report, field), connection) for field in _FIELDS]
    marks = ", ".join(["%s"] * len(values))
    head = f"WITH report AS (INSERT INTO citizens_report ({_COLUMNS}) VALUES ({marks}) RETURNING *)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(head + AFTER, [*values, code_digest, data, actor, data])
        report.pk, follower, _told = cursor.fetchone()
    report._state.adding = False
    return int(follower)


def _value(report: Report, field: Any) -> Any:
    return getattr(report, field.attname)
