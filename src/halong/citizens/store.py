"""A report that comes in, written by one statement: report, sender's code, first entry, log, live message.

Raw SQL, because hundreds come in a second when a storm has passed, and each must be on disk before it is acknowledged.
"""

from typing import Any

from django.db import connection
from django.db.models import Model

from halong.citizens.models import Report

HEAD = """WITH report AS (
  INSERT INTO citizens_report ({columns}) VALUES ({marks}) ON CONFLICT (client_id) DO NOTHING RETURNING *
), reporter AS (
  INSERT INTO citizens_follower (report_id, client_id, code_digest, sender, language, created_at)
  SELECT id, client_id, %s, true, language, created_at FROM report RETURNING id
), entry AS (
  INSERT INTO citizens_reportevent (report_id, kind, at, note, public, due_at, data)
  SELECT id, 'sent', created_at, '', true, due_at, %s::jsonb FROM report
), logged AS (
  INSERT INTO audit_auditentry (at, actor, action, object_type, object_id, summary, hash)
  SELECT now(), %s, 'reports.sent', 'citizens.report', id::text, %s::jsonb, '' FROM report
)"""
OF_SENDER = """, sealed AS (
  INSERT INTO {table} (follower_id, {columns}) SELECT id, {marks} FROM reporter
)"""
TAIL = """
SELECT report.id, reporter.id, pg_notify('halong_live', json_build_array('reports', report.id::text)::text)
FROM report, reporter
"""


def insert_report(
    report: Report, *, code_digest: str, actor: str, data: str, sealed: Model | None = None
) -> int | None:
    """Write a new report with all that belongs to it; sets its id and returns its sender's follower's. ``sealed``: a row
    that hangs on the follower.

    None when a report with its client's number is there already: nothing is written then.
    """
    columns, values = _columns(report)
    sql = HEAD.format(columns=columns, marks=_marks(values))
    values += [code_digest, data, actor, data]
    if sealed is not None:
        columns, more = _columns(sealed, besides=("follower",))
        sql += OF_SENDER.format(table=sealed._meta.db_table, columns=columns, marks=_marks(more))
        values += more
    with connection.cursor() as cursor:
        cursor.execute(sql + TAIL, values)
        written = cursor.fetchone()
    if written is None:
        return None
    report.pk, follower, _told = written
    report._state.adding = False
    return int(follower)


def _columns(row: Model, besides: tuple[str, ...] = ()) -> tuple[str, list[Any]]:
    """The names of a row's columns but its id's, quoted, and what stands in them. Left out is what is NULL anyway: psycopg
    keeps no statement with more than 50 values and would take each apart anew.
    """
    fields = [
        field for field in row._meta.concrete_fields if not field.primary_key and field.name not in besides
    ]
    given = [(field, value) for field in fields if (value := getattr(row, field.attname)) is not None]
    values = [field.get_db_prep_save(value, connection) for field, value in given]
    return ", ".join(f'"{field.column}"' for field, _value in given), values


def _marks(values: list[Any]) -> str:
    return ", ".join(["%s"] * len(values))
