"""Nothing leaves an instance under exercise: every door is walked, and what would have left lies in files."""

import asyncio
import json
import subprocess
import sys

import pytest
from django.core.mail import EmailMessage, get_connection
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from halong.core import outbox
from halong.core.middleware import Exercise


@pytest.fixture
def bound(settings, tmp_path, monkeypatch):
    """This process as one of an instance under exercise; the files of its outbox."""
    monkeypatch.setenv("HALONG_HOME", str(tmp_path))
    settings.HALONG_EXERCISE = True

    def files():
        return [
            json.loads(file.read_text()) for file in sorted((tmp_path / "files" / "outbox").glob("*.json"))
        ]

    return files


def test_mails_become_files(bound):
    connection = get_connection("halong.core.outbox.MailOutbox")
    EmailMessage("Báo cáo", "Nội dung", to=["lan@example.vn"], connection=connection).send()
    assert [(row["channel"], row["to"], row["subject"]) for row in bound()] == [
        ("email", "lan@example.vn", "Báo cáo")
    ]


@pytest.mark.parametrize("channel", ["sms", "zalo"])
def test_short_messages_become_files_whatever_gateway_is_named(bound, monkeypatch, channel):
    from halong.notify.gateways import gateway

    monkeypatch.setenv(f"HALONG_{channel.upper()}_URL", "https://user:secret@gateway.example/send")
    gateway(channel).send("0900000000", "Sơ tán", "k1")
    assert [(row["channel"], row["to"], row["text"]) for row in bound()] == [
        (channel, "0900000000", "Sơ tán")
    ]


def test_web_push_and_webhooks_become_files(bound):
    from halong.citizens import outward

    assert outward.call("POST", "https://push.example/abc", content=b"sealed").good
    assert [(row["channel"], row["to"], row["size"]) for row in bound()] == [("call", "push.example", 6)]


def test_linked_pictures_are_not_fetched(bound):
    from halong.citizens import outward

    with pytest.raises(outward.OutwardError):
        outward.call("GET", "https://example.org/a.jpg", most=1000)


def test_other_servers_of_open311_get_nothing(bound):
    from halong.connectors.http.fetch import Limits, NotSentError, post

    with pytest.raises(NotSentError):
        asyncio.run(
            post("https://open311.example/requests.json?key=s", Limits(1000), fields={"a": "b"}, headers={})
        )
    assert [(row["channel"], row["to"], row["fields"]) for row in bound()] == [
        ("post", "https://open311.example/requests.json", {"a": "b"})
    ]


def test_sources_that_fetch_from_elsewhere_ask_nobody(bound):
    from halong.connectors.network import resolve
    from halong.core.errors import Conflict

    with pytest.raises(Conflict):
        asyncio.run(resolve("example.org", 443, allow_private=True))


GUARDED = """
import socket, sys
from halong.core.outbox import guard
guard(refused_ports=frozenset({9}))
def tried(act):
    try: act()
    except OSError as e: return "refused" if "under exercise" in str(e) else "let through"
    return "let through"
def to(host, port):
    with socket.socket() as s:
        s.settimeout(0.2)
        s.connect((host, port))
import httpx, smtplib, urllib.request
print([
    tried(lambda: to("192.0.2.1", 80)), tried(lambda: to("127.0.0.1", 9)), tried(lambda: to("127.0.0.1", 1)),
    tried(lambda: socket.getaddrinfo("example.org", 80)), tried(lambda: socket.getaddrinfo("localhost", 80)),
    tried(lambda: smtplib.SMTP("192.0.2.1", 25, timeout=0.2)),
    tried(lambda: urllib.request.urlopen("http://192.0.2.1/", timeout=0.2)),
])
try: httpx.get("http://192.0.2.1/", timeout=0.2)
except Exception as e: print("exercise" in str(e))
"""


def test_beneath_every_door_the_guard_refuses_other_machines():
    done = subprocess.run(
        [sys.executable, "-c", GUARDED], capture_output=True, text=True, timeout=60, check=True
    )
    kinds, by_httpx = done.stdout.strip().splitlines()
    assert kinds == str(["refused", "refused", "let through", "refused", "let through", "refused", "refused"])
    assert by_httpx == "True"


def test_every_answer_and_every_file_says_that_it_is_an_exercise(bound, client, db):
    answer = client.get("/login")
    assert answer["X-Halong-Exercise"] == "1"
    assert ("DIỄN TẬP" in answer.content.decode(), "<title>DIỄN TẬP" in answer.content.decode()) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        (
            content_disposition_header(True, "kết.csv"),
            "attachment; filename*=utf-8''DIEN-TAP-k%E1%BA%BFt.csv",
        ),
        (content_disposition_header(False, "a b.pdf"), 'inline; filename="DIEN-TAP-a b.pdf"'),
        ("attachment", "attachment"),
    ],
)
def test_every_name_of_a_file_says_that_it_is_an_exercise(bound, rf, said, marked):
    answer = Exercise(lambda _request: HttpResponse(headers={"Content-Disposition": said}))(rf.get("/"))
    assert answer["Content-Disposition"] == marked


def test_outside_of_an_exercise_nothing_of_it_is_said(client, db):
    answer = client.get("/login")
    assert ("X-Halong-Exercise" in answer, "DIỄN TẬP" in answer.content.decode()) == (False, False)


def test_the_same_key_is_written_once(bound):
    for _time in range(3):
        outbox.put("post", "a", key="k", text="x")
    assert len(bound()) == 1
