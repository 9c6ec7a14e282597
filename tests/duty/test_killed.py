"""Chains whose worker is killed in the middle: everybody is told, nobody twice by the product, gateways under one number."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone
from tests.killing import kill_at, wait_for, worker

from halong.core.permissions import SYSTEM
from halong.duty.actions.chains import ChainDraft, save_chain
from halong.duty.actions.delivering import LEASE, deliver_due
from halong.duty.actions.paging import advance_due, start_chains
from halong.duty.models import Page, Run
from halong.duty.subjects import Subject
from halong.notify.models import Notice

pytestmark = pytest.mark.django_db(transaction=True)
GAS = Subject("alert", "17", "Rò khí CH4 ở mỏ Hà Lầm", "/alerts/17", 1)
QUIET = Subject("alert", "18", "Nước dâng", "/alerts/18", 2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def gateway(monkeypatch):
    """A gateway for short messages that notes what it gets, and keeps the sender waiting until it is told not to."""
    got, answers = [], threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answers.wait(30)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HALONG_SMS_URL", f"http://127.0.0.1:{server.server_port}/send")
    yield got, answers
    answers.set()
    server.shutdown()
    server.server_close()


def begun(team, subject, *channels, administrator):
    """A run whose second step, the whole team by these channels, is due."""
    steps = [
        {"after": 0, "whom": "on-duty", "channels": ["product"], "role": "leader", "ref": None},
        {"after": 5, "whom": "on-duty", "channels": list(channels), "role": "officer", "ref": None},
    ]
    save_chain(ChainDraft(team, "Chung", steps=steps), by=administrator)
    (run,) = start_chains(subject, by=SYSTEM)
    Run.objects.filter(pk=run.pk).update(next_at=timezone.now(), started_at=run.started_at - 5 * MINUTE)
    return run


@pytest.mark.parametrize("table", ["notify_notice", "duty_run"])
def test_a_worker_killed_amid_a_step_of_a_chain_leaves_it_to_the_next_one(
    team, watch, administrator, monkeypatch, table
):
    monkeypatch.setenv("HALONG_SMS_URL", "file:")
    run = begun(team, GAS, "product", "sms", administrator=administrator)
    kill_at(table, "from halong.duty.actions.paging import advance_due; advance_due()")
    assert (Run.objects.get(pk=run.pk).step, Page.objects.filter(run=run, step=1).count()) == (1, 0)
    assert (advance_due(), advance_due()) == (1, 0)
    told = Page.objects.filter(run=run, step=1).values_list("person__username", "channel")
    assert sorted(told) == [("minh", "product"), ("minh", "sms")]
    assert Notice.objects.filter(user=watch["minh"]).count() == 1
    run.refresh_from_db()
    assert (run.step, run.state) == (2, "running")


def test_a_worker_killed_while_a_gateway_takes_a_message_sends_it_again_as_the_same(
    team, watch, administrator, gateway
):
    got, answers = gateway
    run = begun(team, QUIET, "sms", administrator=administrator)
    advance_due()
    with worker("from halong.duty.actions.delivering import deliver_due; deliver_due()"):
        wait_for(lambda: got)
    page = Page.objects.get(run=run, channel="sms")
    assert (page.state, page.attempts) == ("waiting", 1)
    assert deliver_due() == 0  # it may still be under way with the other one
    answers.set()
    Page.objects.filter(pk=page.pk).update(due_at=page.due_at - LEASE)
    assert deliver_due() == 1
    page.refresh_from_db()
    assert (page.state, page.attempts) == ("sent", 2)
    assert got == [got[0], got[0]]
    assert (got[0]["id"], got[0]["to"]) == (f"page-{page.pk}", "0912000002")
