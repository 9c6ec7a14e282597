from datetime import timedelta

import pytest
from django.utils import timezone

from halong.audit.models import AuditEntry
from halong.ingest.actions import states
from halong.ingest.models import Source
from halong.observations.models import Lookout


@pytest.fixture
def source(db):
    return Source.objects.create(kind="ftp", name="s")


def test_a_source_breaks_once_and_is_back_once(source):
    assert [states.note_broken(source.pk, "no route"), states.note_broken(source.pk, "refused")] == [
        True,
        False,
    ]
    assert Source.objects.get().state_detail == "refused"
    assert [states.note_working(source.pk), states.note_working(source.pk)] == [True, False]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "sources.broke",
        "sources.works",
    ]


def test_silence_is_noticed_when_it_is_due_and_ends_with_the_next_payload(source):
    now = timezone.now()
    Source.objects.update(
        state="ok", last_contact=now - timedelta(hours=1), due_at=now - timedelta(minutes=1)
    )

    assert states.notice_silence(["ftp"]) == ["s"]
    assert states.notice_silence(["ftp"]) == []
    assert Source.objects.get().state == "silent"
    Source.objects.update(last_contact=now, due_at=now + timedelta(minutes=15))
    states.notice_silence(["ftp"])
    assert Source.objects.get().state == "ok"


def test_a_source_that_nobody_listened_to_has_as_long_to_come_back(source):
    now = timezone.now()
    Source.objects.update(
        state="ok", last_contact=now - timedelta(hours=1), due_at=now - timedelta(minutes=45)
    )
    Lookout.objects.create(name="sources", looked_at=now - timedelta(minutes=55))

    assert states.notice_silence(["ftp"]) == []
    assert timedelta(minutes=9) < Source.objects.get().due_at - now < timedelta(minutes=11)
    Source.objects.update(due_at=now - timedelta(seconds=1))
    assert states.notice_silence(["ftp"]) == ["s"]


def test_a_source_that_is_off_or_looks_by_itself_is_never_silent(source):
    past = timezone.now() - timedelta(hours=1)
    Source.objects.update(state="ok", last_contact=past, due_at=past)

    assert states.notice_silence(["mqtt"]) == []
    Source.objects.update(enabled=False)
    assert states.notice_silence(["ftp"]) == []
