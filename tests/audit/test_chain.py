import threading
from datetime import timedelta

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.utils import timezone

from halong.audit import actions, chain, jobs
from halong.audit.models import AuditEntry
from halong.core.errors import Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.core.registry import health_checks

REFUSED = (ProgrammingError, InternalError)


@pytest.fixture(autouse=True)
def fresh_memory():
    chain._Memory.link, chain._Memory.full_at = None, float("-inf")


def write(count, action="test.write"):
    return [
        actions.record(SYSTEM, action, number=number, ratio=0.1, name="Đông Triều") for number in range(count)
    ]


def tamper(sql, parameters=()):
    """What a superuser could do: past the trigger."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        cursor.execute(sql, parameters)
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")


def test_entries_are_sealed_without_a_gap(db):
    write(5)
    assert actions.seal_everything() == 5
    write(3)
    assert actions.seal_everything() == 3
    assert list(AuditEntry.objects.order_by("pk").values_list("seq", flat=True)) == list(range(1, 9))
    assert chain.verify_chain() == chain.Report(8, chain.head())
    assert chain.check_chain() is None


def test_sealing_goes_on_over_several_rounds(db, monkeypatch):
    monkeypatch.setattr(actions, "SEAL_AT_ONCE", 4)
    write(10)
    assert actions.seal_everything() == 10
    assert chain.verify_chain().checked == 10


def test_an_empty_log_is_whole(db):
    assert chain.verify_chain() == chain.Report(0, chain.Link())
    assert chain.check_chain() is None


@pytest.mark.parametrize(
    ("sql", "broken_at"),
    [
        ("UPDATE audit_auditentry SET actor = 'somebody' WHERE seq = 3", 3),
        ("UPDATE audit_auditentry SET summary = '{}' WHERE seq = 4", 4),
        ("UPDATE audit_auditentry SET at = at - interval '1 hour' WHERE seq = 1", 1),
        ("UPDATE audit_auditentry SET address = '10.0.0.1' WHERE seq = 2", 2),
        ("DELETE FROM audit_auditentry WHERE seq = 3", 3),
        ("DELETE FROM audit_auditentry WHERE seq = 1", 1),
        ("UPDATE audit_auditentry SET hash = repeat('0', 64) WHERE seq = 5", 5),
    ],
)
def test_tampering_is_found_at_the_first_broken_entry(db, sql, broken_at):
    write(6)
    actions.seal_everything()
    tamper(sql)
    assert chain.verify_chain().broken_at == broken_at
    assert str(broken_at) in health_checks["audit"].check()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditentry SET actor = 'somebody'",
        "UPDATE audit_auditentry SET seq = 9, hash = repeat('0', 64)",
        "DELETE FROM audit_auditentry",
        "SET LOCAL halong.audit_may_be_emptied = off; TRUNCATE audit_auditentry",
    ],
)
def test_sealed_entries_cannot_be_changed(db, sql):
    write(2)
    actions.seal_everything()
    with pytest.raises(REFUSED, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert chain.verify_chain().checked == 2


def test_unsealed_entries_cannot_be_changed_or_removed(db):
    [entry] = write(1)
    for sql in (
        "UPDATE audit_auditentry SET action = 'x'",
        f"DELETE FROM audit_auditentry WHERE id = {entry.pk}",
    ):
        with pytest.raises(REFUSED, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_concurrent_writers_and_sealers_keep_one_chain(transactional_db):
    def work(number):
        try:
            for _round in range(15):
                with transaction.atomic():
                    write(2, f"test.{number}")
                actions.seal_entries()
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    actions.seal_everything()
    report = chain.verify_chain()
    assert (report.whole, report.checked, report.head.seq) == (True, 120, 120)


def test_late_seal_is_reported(db):
    AuditEntry.objects.bulk_create([AuditEntry(actor="a", action="b")])
    tamper("UPDATE audit_auditentry SET at = now() - interval '10 minutes'")
    assert "1" in chain.check_chain()


def age(days):
    """Make what was just written look old."""
    fresh = "seq IS NULL AND at > now() - interval '1 day'"
    tamper(f"UPDATE audit_auditentry SET at = now() - make_interval(days => %s) WHERE {fresh}", [days])


def test_pruning_keeps_the_rest_verifiable(db):
    write(4)
    age(500)
    write(3)
    actions.seal_everything()
    assert actions.prune_log(by=SYSTEM, before=timezone.now() - timedelta(days=400)) == 4
    assert chain.verify_chain().whole
    actions.seal_everything()
    assert list(AuditEntry.objects.order_by("seq").values_list("seq", flat=True)) == [5, 6, 7, 8]
    assert chain.verify_chain().checked == 4
    tamper("UPDATE audit_auditentry SET actor = 'x' WHERE seq = 5")
    assert chain.verify_chain().broken_at == 5


def test_pruning_everything_lets_the_chain_go_on(db):
    write(2)
    age(500)
    actions.seal_everything()
    actions.prune_log(by=SYSTEM, before=timezone.now() - timedelta(days=400))
    actions.seal_everything()
    assert (chain.head().seq, chain.verify_chain().checked) == (3, 1)


def test_retention_is_off_until_it_is_set_and_never_below_a_year(db, monkeypatch):
    write(1)
    age(500)
    write(1)
    age(300)
    actions.seal_everything()
    jobs.let_go(0)
    assert AuditEntry.objects.count() == 2
    monkeypatch.setenv("HALONG_KEEP_AUDIT_DAYS", "10")
    jobs.let_go(0)
    assert AuditEntry.objects.exclude(seq=None).count() == 1


def test_jobs_seal_and_note_the_head(db, caplog):
    write(3)
    jobs.seal(0)
    with caplog.at_level("INFO"):
        jobs.note_head(0)
    assert chain.head().hash in caplog.text


def test_nothing_younger_than_a_year_is_pruned(db):
    with pytest.raises(Invalid):
        actions.prune_log(by=SYSTEM, before=timezone.now() - timedelta(days=300))
    with pytest.raises(Forbidden):
        actions.prune_log(by=None, before=timezone.now() - timedelta(days=500))
