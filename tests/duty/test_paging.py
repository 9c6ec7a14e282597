"""Chains: who is told when, until one answers; what can't be delivered; killed workers; tests."""

import json
import os
import threading
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.urls import reverse
from tests.duty.conftest import NOW

from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.duty import links
from halong.duty.actions import paging
from halong.duty.actions.chains import ChainDraft, end_chain, save_chain
from halong.duty.actions.contacts import ContactDraft, save_contact
from halong.duty.actions.delivering import deliver_due
from halong.duty.actions.paging import (
    acknowledge_by_link,
    acknowledge_page,
    advance_due,
    advance_run,
    end_run,
    end_runs,
    page_team,
    start_chains,
)
from halong.duty.models import Page, Run
from halong.duty.steps import quiet_until, read_steps
from halong.duty.subjects import Subject
from halong.notify.models import Notice

CRITICAL = Subject("alert", "17", "Mực nước vượt ngưỡng", "/alerts/17", 1)
HIGH = Subject("alert", "18", "Trạm mất tín hiệu", "/alerts/18", 2)
MINUTE = timedelta(minutes=1)


def step(after, whom="on-duty", channels=("product",), role="", ref=None):
    return {"after": after, "whom": whom, "channels": list(channels), "role": role, "ref": ref}


@pytest.fixture
def chain(team, administrator):
    """Officers at once, the leader after five minutes, every way that there is."""

    def make(steps=None, **more):
        rows = steps or [step(0, role="officer"), step(5, role="leader")]
        return save_chain(ChainDraft(team, more.pop("name", "Chung"), steps=rows, **more), by=administrator)

    return make


@pytest.fixture
def gateways(monkeypatch, tmp_path):
    """SMS goes into files."""
    monkeypatch.setenv("HALONG_SMS_URL", "file:")
    outbox = Path(os.environ["HALONG_HOME"]) / "files" / "outbox"
    for old in outbox.glob("*.json"):
        old.unlink()
    return lambda: sorted(
        (json.loads(one.read_text()) for one in outbox.glob("*.json")), key=lambda row: row["to"]
    )


def states(run):
    rows = Page.objects.filter(run=run).order_by("step", "person__username", "channel")
    return [(p.step, p.person and p.person.username, p.channel, p.state) for p in rows]


def test_steps_by_time_until_one_answers(team, watch, chain):
    chain()
    (run,) = start_chains(CRITICAL)
    assert states(run) == [(0, "minh", "product", "sent")]
    assert Notice.objects.filter(user=watch["minh"], kind="page").count() == 1
    advance_run(run.pk, now=run.started_at + 4 * MINUTE)
    assert len(states(run)) == 1
    advance_run(run.pk, now=run.started_at + 5 * MINUTE)
    assert states(run) == [(0, "minh", "product", "sent"), (1, "lan", "product", "sent")]
    acknowledge_page(Page.objects.get(run=run, person=watch["lan"]), by=watch["lan"])
    run.refresh_from_db()
    assert (run.state, run.over_by, run.next_at) == ("acknowledged", watch["lan"], None)
    with pytest.raises(Conflict):
        acknowledge_page(Page.objects.get(run=run, person=watch["minh"]), by=watch["minh"])


def test_the_same_occasion_begins_once(team, watch, chain):
    chain()
    first, second = start_chains(CRITICAL), start_chains(CRITICAL)
    assert [run.pk for run in first] == [run.pk for run in second]
    end_runs("alert", "17", by=SYSTEM)
    assert [run.pk for run in start_chains(CRITICAL)] == [run.pk for run in first]  # told twice by the queue
    assert [run.pk for run in start_chains(CRITICAL, key="alert:17:again")] != [run.pk for run in first]


def test_the_most_particular_chain_of_a_team(team, watch, chain):
    chain()
    special = chain(name="Môi trường", sector="environment")
    chain(name="Cháy", kind="fire")
    (run,) = start_chains(CRITICAL, sector="environment")
    assert run.chain == special
    end_chain(special, by=SYSTEM)
    (other,) = start_chains(HIGH, sector="environment")
    assert other.chain.name == "Chung"


def test_a_chain_for_critical_ones_only(team, watch, chain):
    chain(priority=1)
    assert start_chains(HIGH) == []
    assert len(start_chains(CRITICAL)) == 1


def test_quiet_hours_hold_back_what_is_not_critical():
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    night, morning, day = (NOW.astimezone(zone).replace(hour=h, minute=0, second=0) for h in (23, 5, 12))
    hours = time(22, 0), time(6, 0)
    assert quiet_until(*hours, 2, night, zone) == (night + timedelta(days=1)).replace(hour=6)
    assert quiet_until(*hours, 2, morning, zone) == morning.replace(hour=6)
    assert quiet_until(*hours, 2, day, zone) is None
    assert quiet_until(*hours, 1, night, zone) is None
    assert quiet_until(None, None, 2, night, zone) is None


def test_a_run_waits_for_the_end_of_quiet_hours(team, watch, chain):
    now = NOW.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    around = ((now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time())
    chain(quiet_from=around[0], quiet_to=around[1])
    (held,) = start_chains(HIGH)
    assert (states(held), held.next_at) == ([], held.quiet_until)
    (told,) = start_chains(CRITICAL)
    assert len(states(told)) == 1


def test_messages_leave_once(team, watch, chain, gateways):
    chain([step(0, channels=("product", "sms"))])
    (run,) = start_chains(CRITICAL)
    assert deliver_due() == 2
    assert deliver_due() == 0
    sent = gateways()
    assert [row["to"] for row in sent] == ["0912000001", "0912000002"]
    assert sent[0]["text"].startswith("Mực nước vượt ngưỡng\n/duty/answer/")
    assert [state for _s, _p, channel, state in states(run) if channel == "sms"] == ["sent", "sent"]


def test_what_cannot_be_delivered_leads_to_the_next_at_once(team, watch, chain, monkeypatch):
    monkeypatch.setenv("HALONG_SMS_URL", "ftp://nowhere")
    chain([step(0, role="officer", channels=("product", "sms")), step(30, role="leader")])
    (run,) = start_chains(CRITICAL)
    assert deliver_due() == 1
    assert states(run) == [
        (0, "minh", "product", "sent"),
        (0, "minh", "sms", "failed"),
        (1, "lan", "product", "sent"),
    ]
    assert Notice.objects.filter(user=watch["lan"], kind="page-failed").count() == 1


def test_nobody_without_number_is_waited_for(team, watch, chain, gateways):
    watch["minh"].phone = ""
    watch["minh"].save()
    chain([step(0, role="officer", channels=("sms",)), step(30, role="leader")])
    (run,) = start_chains(CRITICAL)
    assert [row[:2] + row[3:] for row in states(run)] == [(0, "minh", "failed"), (1, "lan", "sent")]


def test_nobody_on_duty_leads_on_and_is_said(team, watch, chain):
    chain([step(0, role="technician"), step(10, role="leader")])
    (run,) = start_chains(CRITICAL)
    assert states(run) == [(0, None, "product", "failed"), (1, "lan", "product", "sent")]


def test_nobody_answers(team, watch, chain):
    chain([step(0, role="officer")])
    (run,) = start_chains(CRITICAL)
    run.refresh_from_db()
    advance_run(run.pk, now=run.next_at)
    run.refresh_from_db()
    assert run.state == "exhausted"
    assert Notice.objects.filter(user=watch["lan"], kind="page-unanswered").count() == 1
    acknowledge_page(run.pages.get(), by=watch["minh"])  # late is better than never
    run.refresh_from_db()
    assert run.state == "acknowledged"


def test_the_directory_and_people_by_name(team, watch, chain, gateways, administrator):
    contact = save_contact(ContactDraft("Trực ban Sở", "0203 3835 000"), by=administrator)
    chain(
        [
            step(0, whom="contact", ref=contact.pk, channels=("sms",)),
            step(5, whom="person", ref=watch["hoa"].pk),
        ]
    )
    (run,) = start_chains(CRITICAL)
    deliver_due()
    assert [row["to"] for row in gateways()] == ["02033835000"]
    page = run.pages.get()
    assert (page.contact, page.state) == (contact, "sent")
    token = gateways()[0]["text"].rpartition("/")[2]
    assert acknowledge_by_link(token).state == "acknowledged"


def test_links_of_messages(team, watch, chain, gateways, client):
    chain([step(0, role="officer", channels=("sms",))])
    (run,) = start_chains(CRITICAL)
    deliver_due()
    path = "/duty/answer/" + gateways()[0]["text"].rpartition("/")[2]
    assert client.get(path).status_code == 200
    run.refresh_from_db()
    assert (run.state, run.pages.get().state) == ("running", "delivered")  # looking isn't answering
    assert client.post(path).status_code == 200
    run.refresh_from_db()
    assert (run.state, run.over_by) == ("acknowledged", watch["minh"])
    assert client.get(path[:-1] + ("a" if path[-1] != "a" else "b")).status_code == 404
    assert client.get("/duty/answer/" + links.token("calendar", run.pages.get().pk)).status_code == 404


def test_who_may_answer(team, watch, chain, person):
    chain()
    (run,) = start_chains(CRITICAL)
    page = run.pages.get()
    with pytest.raises(Forbidden):
        acknowledge_page(page, by=person("khach", "auditor"))
    acknowledge_page(page, by=watch["hoa"])  # an operator answers for the team
    with pytest.raises(Conflict):
        end_run(run, by=watch["hoa"])


def test_two_people_answer_at_once(transactional_db, team, watch, chain):
    chain([step(0)])
    (run,) = start_chains(CRITICAL)
    pages, outcomes = list(run.pages.select_related("run__team", "person")), []

    def answer(page):
        try:
            acknowledge_page(page, by=page.person)
            outcomes.append("first")
        except Conflict:
            outcomes.append("second")
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=(page,)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["first", "second"]


def test_a_job_that_runs_twice_tells_once(transactional_db, team, watch, chain, gateways):
    chain([step(0, channels=("product", "sms"))])
    (run,) = start_chains(CRITICAL)

    def work():
        try:
            advance_due()
            deliver_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Page.objects.filter(run=run).count() == 4
    assert len(gateways()) == 2
    assert {page.attempts for page in Page.objects.filter(run=run, channel="sms")} == {1}


def test_a_worker_killed_between_sending_and_noting_sends_again_under_the_same_number(
    team, watch, chain, gateways
):
    chain([step(0, role="officer", channels=("sms",))])
    (run,) = start_chains(CRITICAL)
    deliver_due()
    first = gateways()
    Page.objects.filter(run=run).update(state="waiting", due_at=NOW - MINUTE)  # as the killed worker left it
    deliver_due()
    assert gateways() == first  # the same number: one message at a good gateway
    assert run.pages.get().state == "sent"


def test_answered_meanwhile_nothing_leaves(team, watch, chain, gateways):
    chain([step(0, channels=("product", "sms"))])
    (run,) = start_chains(CRITICAL)
    acknowledge_page(run.pages.filter(person=watch["lan"], channel="product").get(), by=watch["lan"])
    assert deliver_due() == 0
    assert gateways() == []
    assert {page.state for page in run.pages.filter(channel="sms")} == {"dropped"}


def test_a_test_is_marked_and_everybody_answers_for_himself(team, watch, gateways, client):
    run = paging.test_alarm(team, by=watch["lan"])
    deliver_due()
    titles = [row["text"].partition("\n")[0] for row in gateways()]
    assert titles == ["THỬ NGHIỆM · trực ban Trực ban IOC · đề nghị trả lời"] * 2
    with pytest.raises(Conflict):
        paging.test_alarm(team, by=watch["lan"])
    acknowledge_page(run.pages.get(person=watch["lan"], channel="product"), by=watch["lan"])
    run.refresh_from_db()
    assert run.state == "running"
    acknowledge_page(run.pages.get(person=watch["minh"], channel="product"), by=watch["minh"])
    run.refresh_from_db()
    assert run.state == "ended"


def test_an_exercise_goes_into_files_only(team, watch, chain, settings, monkeypatch):
    outbox = Path(os.environ["HALONG_HOME"]) / "files" / "outbox"
    before = set(outbox.glob("*.json"))
    settings.HALONG_EXERCISE = True
    monkeypatch.setenv("HALONG_SMS_URL", "https://gateway.example.invalid/send")
    chain([step(0, role="officer", channels=("sms", "email", "zalo"))])
    start_chains(CRITICAL)
    deliver_due()
    made = [json.loads(one.read_text()) for one in set(outbox.glob("*.json")) - before]
    assert sorted(row["channel"] for row in made) == ["email", "sms", "zalo"]
    assert {row["text"].partition("\n")[0] for row in made} == {"DIỄN TẬP · Mực nước vượt ngưỡng"}


def test_in_an_exercise_nobody_needs_a_number_to_be_reached(team, watch, chain, settings):
    settings.HALONG_EXERCISE = True
    type(watch["minh"]).objects.filter(pk=watch["minh"].pk).update(phone="", email="")
    chain([step(0, role="officer", channels=("product", "sms", "email")), step(30, role="leader")])
    (run,) = start_chains(CRITICAL)
    deliver_due()
    run.refresh_from_db()
    assert (run.step, {row[3] for row in states(run)}) == (1, {"sent"})


def test_what_is_simulated_stays_in_the_product(team, watch, chain, gateways):
    chain([step(0, channels=("sms",))])
    (run,) = start_chains(Subject("alert", "9", "mô phỏng", "/alerts/9", 1, simulated=True))
    deliver_due()
    assert (gateways(), {row[2] for row in states(run)}) == ([], {"product"})


def test_a_team_is_called_by_hand(team, watch, person):
    run = page_team(team, subject=CRITICAL, by=watch["lan"], key="x")
    assert page_team(team, subject=CRITICAL, by=watch["lan"], key="x").pk == run.pk
    assert {row[1] for row in states(run)} == {"lan", "minh"}
    with pytest.raises(Forbidden):
        page_team(team, subject=CRITICAL, by=person("khach", "auditor"), key="y")


def test_reading_is_noticed(team, watch, chain, client):
    chain()
    (run,) = start_chains(CRITICAL)
    client.force_login(watch["minh"])
    assert b"/duty/pages/" in client.get(reverse("duty-bell")).content
    assert run.pages.get().state == "delivered"
    assert client.get(reverse("duty-run", args=[run.pk])).status_code == 200
    assert run.pages.get().state == "read"
    answered = client.post(reverse("duty-page-answer", args=[run.pages.get().pk]))
    assert (answered.status_code, answered["Location"]) == (302, "/alerts/17")
    assert Run.objects.get(pk=run.pk).state == "acknowledged"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        "x",
        [{"after": -1, "whom": "on-duty", "channels": ["sms"]}],
        [{"after": 0, "whom": "somebody", "channels": ["sms"]}],
        [{"after": 0, "whom": "contact", "channels": ["sms"]}],
        [{"after": 0, "whom": "on-duty", "channels": []}],
        [{"after": 0, "whom": "on-duty", "channels": ["pigeon"]}],
        [{"after": 0, "whom": "on-duty", "role": "cook", "channels": ["sms"]}],
        [7],
    ],
)
def test_steps_that_cannot_be(rows):
    with pytest.raises(Invalid):
        read_steps(rows)


def test_two_people_change_a_chain(team, chain, administrator):
    made = chain()
    draft = ChainDraft(team, "Mới", steps=[step(0)])
    save_chain(draft, by=administrator, chain=made, edits=1)
    with pytest.raises(Conflict):
        save_chain(draft, by=administrator, chain=made, edits=1)
