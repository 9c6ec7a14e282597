"""What is published and written down of people who were told."""

from datetime import timedelta

import pytest
from django.utils import translation
from tests.duty.conftest import NOW

from halong.core import events
from halong.core.permissions import SYSTEM
from halong.duty.actions import paging
from halong.duty.actions.chains import ChainDraft, save_chain
from halong.duty.actions.delivering import _failed
from halong.duty.events import PageChanged
from halong.duty.log_subscribers import on_page
from halong.duty.models import LogEntry, Page
from halong.duty.subjects import Subject
from halong.duty.wording import said

SUBJECT = Subject("incident", "17", "SC-2026-0001 Tàu mắc cạn", "/incidents/17", 1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def published(monkeypatch):
    """What is published of people who were told, in order."""
    found, publish = [], events.publish

    def keep(happened):
        found.append(happened)
        publish(happened)

    monkeypatch.setattr("halong.duty.told.publish", keep)
    return found


def step(after, role, *channels):
    return {
        "after": after,
        "whom": "on-duty",
        "channels": list(channels) or ["product"],
        "role": role,
        "ref": None,
    }


@pytest.fixture
def run(team, watch, administrator, published):
    """Officers at once, the leader after five minutes."""
    rows = [step(0, "officer"), step(5, "leader")]
    save_chain(ChainDraft(team, "Chung", steps=rows), by=administrator)
    (made,) = paging.start_chains(SUBJECT)
    return made


def written(published):
    """Deliver everything twice, as the outbox may; the words of the log, oldest first."""
    for happened in [*published, *published]:
        on_page(happened)
    return [said(entry) for entry in LogEntry.objects.filter(kind="page").order_by("pk")]


def test_told_and_answered(run, watch, published):
    assert published == [PageChanged(run.pk, "told", 0, 0, "incident", "17", published[0].at)]
    paging.acknowledge_page(run.pages.get(), by=watch["minh"])
    assert [one.what for one in published] == ["told", "answered"]
    first, second = written(published)
    assert first == "SC-2026-0001 Tàu mắc cạn: Told: Lê Quang Minh (In Halong) · Trực ban IOC."
    assert second.startswith("SC-2026-0001 Tàu mắc cạn: Lê Quang Minh (In Halong) answered after ")
    entry = LogEntry.objects.filter(kind="page").last()
    assert (entry.by, entry.about_kind, entry.about_ref) == (watch["minh"], "page", str(run.pk))


def test_step_by_step_to_the_end(run, published):
    for minutes in (6, 30):
        paging.advance_run(run.pk, now=run.started_at + minutes * MINUTE)
    assert [(one.what, one.step) for one in published] == [("told", 0), ("told", 1), ("exhausted", 0)]
    words = written(published)
    assert "Told: Vũ Thị Lan (In Halong)" in words[1]
    assert words[2].endswith("Nobody of Trực ban IOC answered within 30 minutes: call by telephone.")


def test_what_could_not_be_delivered(run, published):
    page = Page.objects.create(
        run=run, step=0, person=run.pages.get().person, channel="sms", at=NOW, due_at=NOW, attempts=4
    )
    _failed(page, "No such number.", gone=True)
    assert ("failed", page.pk) in [(one.what, one.page_id) for one in published]
    assert any(
        words.endswith("Lê Quang Minh couldn't be told by SMS. No such number.")
        for words in written(published)
    )


def test_nobody_to_tell(team, published):
    run = paging.page_team(team, subject=SUBJECT, by=SYSTEM, key="k")
    assert [one.what for one in published if one.run_id == run.pk] == ["nobody"] * 3 + ["exhausted"]
    assert "Nobody of Trực ban IOC could be told." in written(published)[0]


def test_a_test_is_nobody_elses_news(team, watch, published):
    run = paging.test_alarm(team, by=watch["lan"])
    paging.acknowledge_page(run.pages.filter(person=watch["minh"]).first(), by=watch["minh"])
    assert published == []
