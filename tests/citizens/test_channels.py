"""Messages to followers: by which channels, encrypted for one browser, tried again, without the report's text."""

import base64
import json
import os
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import mail
from django.utils import timezone

from halong.citizens import channels, outward, push
from halong.citizens.actions import following, triage
from halong.citizens.actions.arriving import look_at_new
from halong.citizens.models import Contact, Message, PushAddress, Report, ReportEvent
from halong.citizens.telling import tell_about
from halong.core.errors import Invalid


@pytest.fixture
def service():
    """Takes what is posted, and answers with ``service.status``."""

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.taken.append((self.path, dict(self.headers), body))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taker) as server:
        server.taken, server.status = [], 201
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def browser(service, monkeypatch):
    monkeypatch.setattr(outward, "is_public", lambda address: True)
    real = outward.pinned

    def plain(url, *, inside=False):
        return real(url.replace("https:", "http:"), inside=inside)

    monkeypatch.setattr(outward, "pinned", plain)
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    auth = os.urandom(16)
    text = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (point, auth)]
    endpoint = f"https://127.0.0.1:{service.server_address[1]}/push/1"
    return {"endpoint": endpoint, "p256dh": text[0], "auth": text[1]}, private, auth


def routed(sent, staff):
    report = triage.route_report(Report.objects.get(pk=sent.report.pk), by=staff["duty"])
    entry = ReportEvent.objects.get(report=report, kind="routed")
    tell_about(entry)
    tell_about(entry)  # at least once: nobody hears it twice
    return report


def test_a_browser_and_only_it_can_read(send, staff, browser, service):
    keys, private, auth = browser
    sent = send(contact=None)
    following.add_push_address(sent.follower, by=sent.follower, **keys)
    report = routed(sent, staff)
    assert channels.deliver_due() == 1
    [(path, headers, body)] = service.taken
    said = json.loads(http_ece.decrypt(body, private_key=private, auth_secret=auth, version="aes128gcm"))
    assert (path, headers["Content-Encoding"], headers["Authorization"].startswith("vapid t=")) == (
        "/push/1",
        "aes128gcm",
        True,
    )
    assert (report.number in said["body"], report.text in said["body"]) == (True, False)
    assert Message.objects.get().state == "sent"


def test_a_browser_that_left_is_forgotten(send, staff, browser, service):
    sent = send(contact=None)
    following.add_push_address(sent.follower, by=sent.follower, **browser[0])
    routed(sent, staff)
    service.status = 410
    channels.deliver_due()
    assert not PushAddress.objects.exists()


def test_our_key_is_a_point():
    assert len(base64.urlsafe_b64decode(push.public_key() + "=")) == 65


def test_push_addresses_are_checked(send):
    sent = send()
    for wrong in ("http://push.example/1", "https://" + "a" * 1000, "file:///etc/passwd"):
        with pytest.raises(Invalid):
            following.add_push_address(sent.follower, endpoint=wrong, p256dh="a", auth="b", by=sent.follower)


def test_mail_and_sms(send, staff, settings, monkeypatch, service):
    settings.HALONG_MAIL = True
    monkeypatch.setenv(
        "HALONG_SMS_URL", f"http://user:secret@127.0.0.1:{service.server_address[1]}/sms?to=phone&brand=QN"
    )
    report = routed(send(), staff)
    assert channels.deliver_due() == 2
    [message] = mail.outbox
    assert (message.to, report.number in message.body, report.text in message.body) == (
        ["bi.mat@example.vn"],
        True,
        False,
    )
    [(path, headers, body)] = service.taken
    assert (path, headers["Authorization"][:6], set(json.loads(body))) == (
        "/sms",
        "Basic ",
        {"phone", "text", "id", "brand"},
    )
    assert json.loads(body)["phone"] == "0912345678"


def test_a_gateway_that_fails_is_tried_again(send, staff, monkeypatch, service):
    monkeypatch.setenv("HALONG_SMS_URL", f"http://127.0.0.1:{service.server_address[1]}/sms")
    service.status = 503
    routed(send(), staff)
    channels.deliver_due()
    sms = Message.objects.get(channel="sms")
    assert (sms.state, sms.attempts, sms.error, sms.due_at > timezone.now()) == (
        "waiting",
        1,
        "HTTP 503",
        True,
    )
    service.status = 200
    Message.objects.filter(pk=sms.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    channels.deliver_due()
    sms.refresh_from_db()
    assert sms.state == "sent"
    assert Message.objects.get(channel="email").state == "failed"  # no mail server is set up


def test_trials_write_files(send, staff, monkeypatch):
    monkeypatch.setenv("HALONG_SMS_URL", "file:")
    routed(send(), staff)
    outbox = Path(os.environ["HALONG_HOME"]) / "files/outbox"
    before = set(outbox.glob("*.json"))  # other tests leave theirs
    channels.deliver_due()
    [file] = set(outbox.glob("*.json")) - before
    assert json.loads(file.read_text())["to"] == "0912345678"
    file.unlink()


def test_who_takes_his_address_back_hears_no_more(send, staff):
    sent = send()
    following.unfollow(sent.follower, by=sent.follower)
    routed(sent, staff)
    assert (Contact.objects.count(), Message.objects.count()) == (0, 0)


def test_what_came_in_gets_a_proposal_once(send, staff, agencies):
    report = send(text="Đèn đường trước chợ không sáng").report
    assert (look_at_new(), look_at_new()) == (1, 0)
    report.refresh_from_db()
    assert report.proposal["agency"] == agencies["power"].pk
    [done] = triage.route_many([report], by=staff["duty"]).done
    assert (done.category.code, done.agency) == ("light", agencies["power"])
