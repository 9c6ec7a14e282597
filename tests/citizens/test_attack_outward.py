"""What strangers typed leads to no machine inside, to nothing huge, and holds nobody up."""

import socket
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from halong.citizens import channels, outward
from halong.citizens.actions import following, triage
from halong.citizens.actions.partners import fetch_media
from halong.citizens.models import Message, PushAddress, Report, ReportEvent
from halong.citizens.telling import tell_about


@pytest.mark.parametrize("url", [
    "http://127.0.0.1/", "http://localhost/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "http://0x7f000001/",
    "http://2130706433/", "http://127.1/", "https://user@10.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "https://",
    "https://[::1", "https://" + "a" * 70 + ".vn/", "https://a b/", "//x", "",
])  # fmt: skip
def test_no_address_inside_is_called(url, monkeypatch):
    monkeypatch.setattr(outward, "_client", lambda seconds: pytest.fail("called"))
    with pytest.raises(outward.OutwardError):
        outward.call("GET", url)


def test_a_name_is_looked_up_once_and_called_by_what_was_judged(monkeypatch):
    answers = iter([[("203.162.4.190", 80)], [("127.0.0.1", 80)]])

    def look_up(host, port, **more):
        return [(0, 0, 0, "", row) for row in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    target = outward.pinned("https://rebind.example:8443/x?y=1")
    assert (str(target.url), target.host, target.authority) == (
        "https://203.162.4.190:8443/x?y=1",
        "rebind.example",
        "rebind.example:8443",
    )


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    rows = [(0, 0, 0, "", (address, 80)) for address in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: rows)
    with pytest.raises(outward.OutwardError) as refused:
        outward.pinned("http://two.example/")
    assert refused.value.never


def test_a_name_server_that_is_away_is_no_verdict(monkeypatch):
    def away(*given, **more):
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", away)
    with pytest.raises(outward.OutwardError) as refused:
        outward.pinned("http://some.example/")
    assert not refused.value.never


@contextmanager
def serving(answer):
    """A machine that answers as it likes; its address."""

    class Taker(BaseHTTPRequestHandler):
        def do_GET(self):
            with suppress(OSError):
                answer(self)

        do_POST = do_GET

        def log_message(self, *args):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taker) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/x"
        server.shutdown()


@pytest.fixture
def trusting(monkeypatch):
    monkeypatch.setattr(outward, "is_public", lambda address: True)


def _redirect(door):
    door.send_response(302)
    door.send_header("Location", "http://127.0.0.1:1/inside")
    door.end_headers()


def _endless(door):
    door.send_response(200)
    door.end_headers()
    for _ in range(10_000):
        door.wfile.write(b"x" * 65536)


def _drip(door):
    door.send_response(200)
    door.end_headers()
    for _ in range(200):
        door.wfile.write(b"x")
        time.sleep(0.05)


def _drip_headers(door):
    door.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(200):
        door.wfile.write(b"x")
        time.sleep(0.05)


def test_redirects_are_not_followed(trusting):
    with serving(_redirect) as url:
        assert outward.call("GET", url, most=100) == outward.Reply(302, b"")


def test_endless_answers_end(trusting):
    with serving(_endless) as url, pytest.raises(outward.OutwardError) as refused:
        outward.call("GET", url, most=1_000_000)
    assert refused.value.never


@pytest.mark.parametrize("how", [_drip, _drip_headers])
def test_an_answer_that_drips_is_cut_off(trusting, how):
    with serving(how) as url, pytest.raises(outward.OutwardError):
        outward.call("GET", url, most=1_000_000, seconds=0.5)


def test_a_partner_can_make_us_fetch_nothing_inside(send, key, monkeypatch):
    monkeypatch.setattr(outward, "_client", lambda seconds: pytest.fail("called"))
    report = send(api_key=key).report
    assert fetch_media(report, "http://169.254.169.254/latest/meta-data/", by=key) is None


def test_one_broken_address_holds_up_nobody(send, staff, settings):
    """A push service that can't be an address, and a message that fails in an unforeseen way, beside a good one."""
    settings.HALONG_MAIL = True
    sent = send()
    for number, endpoint in enumerate(("https://[::1", "https://" + "a" * 70 + ".vn/", "https://a:99999/x")):
        following.add_push_address(
            sent.follower, endpoint=endpoint, p256dh="AAAA", auth=f"{number}", by=sent.follower
        )
    PushAddress.objects.filter(pk=PushAddress.objects.latest("pk").pk).update(sealed=b"broken")
    triage.route_report(Report.objects.get(pk=sent.report.pk), by=staff["duty"])
    tell_about(ReportEvent.objects.get(report=sent.report, kind="routed"))
    channels.deliver_due()
    states = dict(Message.objects.exclude(channel="sms").values_list("channel", "state").distinct())
    assert states["email"] == "sent"
    assert not Message.objects.filter(channel="push", attempts=0).exists()
