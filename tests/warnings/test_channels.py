"""Hand-overs: at least once, tried again, shown; a real HTTP server and the file outbox stand at the other end."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from halong.core.errors import Invalid
from halong.home import private
from halong.warnings import actions, channels, queries, sms
from halong.warnings.cap.signing import verify
from halong.warnings.models import Dispatch


@pytest.fixture
def server():
    """A webhook that notes what it gets and answers what it is told to."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.got.append((self.headers["Content-Type"], self.headers["Idempotency-Key"], body))
            self.server.goes_on.wait(30)
            self.send_response(self.server.answer)
            self.end_headers()

        def log_message(self, *_args):
            """Say nothing."""

    made = HTTPServer(("127.0.0.1", 0), Handler)
    made.got, made.answer, made.goes_on = [], 200, threading.Event()
    made.goes_on.set()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def outlet(world, server, **given):
    said = {
        "channel": "webhook",
        "name": "Loa",
        "target": f"http://127.0.0.1:{server.server_port}/x",
        "place": None,
        "inside": True,
    }
    return actions.add_outlet(**said | given, by=world.admin)


def test_a_webhook_gets_the_signed_message_once(world, server):
    hook = outlet(world, server)
    warning = world.published()
    assert (channels.deliver_due(), channels.deliver_due()) == (1, 0)
    media_type, key, body = server.got[0]
    assert (media_type, key) == ("application/cap+xml", f"{warning.identifier}:{hook.pk}")
    assert verify(body).findtext("{*}identifier") == warning.identifier
    state = next(row for row in queries.channel_states(warning) if row.channel == "webhook")
    assert (state.sent, state.waiting, state.failed, state.attempts) == (1, 0, 0, 1)


def test_what_fails_is_tried_again_and_shown(world, server):
    outlet(world, server)
    server.answer = 503
    warning = world.published()
    for n in range(1, 9):
        Dispatch.objects.filter(state="waiting").update(due_at=timezone.now())
        assert channels.deliver_due() == 1
        row = Dispatch.objects.get(channel="webhook")
        assert (row.attempts, row.error) == (n, "HTTP 503")
    assert row.state == "failed"
    assert [one.outlet.name for one in queries.troubled(warning)] == ["Loa"]
    assert "HTTP 503" in channels.trouble()


def test_what_can_never_work_fails_at_once(world, server):
    outlet(world, server)
    outlet(world, server, channel="sms", target="0900")
    server.answer = 404
    world.published()
    channels.deliver_due()
    assert sorted(Dispatch.objects.filter(state="failed").values_list("channel", "error")) == [
        ("sms", "no gateway is set up"),
        ("webhook", "HTTP 404"),
    ]


def test_a_machine_inside_gets_nothing_unless_the_outlet_says_so(world, server):
    with pytest.raises(Invalid):
        outlet(world, server, inside=False)
    outlet(world, server, inside=False, target=f"https://127.0.0.1:{server.server_port}/x")
    world.published()
    channels.deliver_due()
    row = Dispatch.objects.get(channel="webhook")
    assert (row.state, row.error, server.got) == ("failed", "not a public address", [])


def test_a_lost_worker_sends_once_more(world, server):
    outlet(world, server)
    world.published()
    row = Dispatch.objects.get(channel="webhook")
    Dispatch.objects.filter(pk=row.pk).update(
        due_at=timezone.now() + channels.LEASE, attempts=1
    )  # claimed, then killed
    assert channels.deliver_due() == 0
    Dispatch.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    assert channels.deliver_due() == 1
    assert len(server.got) == 1


@pytest.mark.parametrize(("where", "told"), [("ward", 1), ("province", 1), ("other", 0)])
def test_an_outlet_hears_of_its_place(world, server, where, told):
    outlet(world, server, place=getattr(world, where))
    world.published()
    assert Dispatch.objects.filter(channel="webhook").count() == told


def test_short_messages_go_through_the_gateway(world, server, monkeypatch):
    monkeypatch.setenv("HALONG_SMS_URL", "file:")
    outlet(world, server, channel="sms", target="0900000001")
    warning = world.published()
    channels.deliver_due()
    row = Dispatch.objects.get(channel="sms")
    assert (row.state, row.attempts) == ("sent", 1)
    written = [json.loads(file.read_text()) for file in private("outbox", private("files")).glob("*.json")]
    assert {
        "channel": "sms",
        "to": "0900000001",
        "text": sms.text_of(warning),
        "id": f"warning-{row.pk}",
    } in written


def test_an_exercise_is_written_to_the_outbox(world):
    world.give(world.leader, world.province, practice=True)
    warning = world.published(status="Exercise")
    channels.deliver_due()
    folder = private("warnings", private("outbox", private("files")))
    assert (folder / f"{warning.identifier}.xml").read_text() == warning.xml
    assert json.loads((folder / f"{warning.identifier}.json").read_text())["text"].startswith("DIỄN TẬP. ")


def test_under_exercise_nothing_leaves_any_more(world, server, settings):
    outlet(world, server)
    world.published()
    settings.HALONG_EXERCISE = True
    channels.deliver_due()
    assert (server.got, Dispatch.objects.get(channel="webhook").state) == ([], "failed")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("GSM-7", 0, 1)),
        ("a" * 160, ("GSM-7", 160, 1)),
        ("a" * 161, ("GSM-7", 161, 2)),
        ("a" * 306, ("GSM-7", 306, 2)),
        ("a" * 307, ("GSM-7", 307, 3)),
        ("€" * 80, ("GSM-7", 160, 1)),
        ("a" * 152 + "€" + "a" * 10, ("GSM-7", 164, 2)),
        ("a" * 152 + "€" + "a" * 151, ("GSM-7", 305, 2)),
        ("a" * 152 + "€" + "a" * 152, ("GSM-7", 306, 3)),
        ("ế" * 70, ("UCS-2", 70, 1)),
        ("ế" * 71, ("UCS-2", 71, 2)),
        ("ế" * 134, ("UCS-2", 134, 2)),
        ("ế" * 135, ("UCS-2", 135, 3)),
        ("ế" * 66 + "🌀" + "ế" * 66, ("UCS-2", 134, 3)),
    ],
)
def test_how_many_short_messages(text, expected):
    found = sms.length(text)
    assert (found.alphabet, found.places, found.parts) == expected


@given(st.text(alphabet="abcđăâêôơưếạỹ ĐẾẠ–“”…0123456789.,:", max_size=400))
def test_without_accents_it_never_takes_more(text):
    plain = sms.bare(text)
    assert sms.length(plain).alphabet == "GSM-7"
    assert (
        sms.length(plain).parts <= sms.length(text.replace("…", "...")).parts
    )  # one sign that becomes three
