"""Polling, against servers that really answer."""

import http.server
import json
import threading
import time
from datetime import datetime, timedelta

import pytest
from tests.connectors.conftest import rows, wait_until
from tests.connectors.stationfile.test_accounts import STORED, content, name

from halong.context.models import Entity
from halong.core.errors import Conflict
from halong.ingest.models import Quarantined, Source
from halong.ingest.runner import build
from halong.observations.models import Series


class Web(http.server.BaseHTTPRequestHandler):
    answers = []
    asked = []

    def do_GET(self):
        self.asked.append((self.path, dict(self.headers)))
        status, body, tag = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if tag and self.headers.get("If-None-Match") == tag:
            status, body = 304, b""
        self.send_response(status)
        if tag:
            self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args): ...


@pytest.fixture
def web():
    handler = type("Handler", (Web,), {"answers": [], "asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    handler.url = f"http://127.0.0.1:{server.server_port}"
    yield handler
    server.shutdown()


@pytest.fixture
def station(transactional_db):
    urn = "urn:ngsi-ld:AirQualityObserved:khi001"
    entity = Entity.objects.create(urn=urn, types=["AirQualityObserved"], name="KHI001")
    Series.objects.create(entity=entity, property="pm25", unit="GQ")
    return urn


def test_an_address_is_fetched_and_asked_again_only_for_what_changed(collector, web, station):
    when = (datetime.now().astimezone() - timedelta(hours=1)).isoformat()
    body = json.dumps({"data": [{"s": "khi001", "p": "PM2.5", "v": "12,5", "t": when}]}).encode()
    web.answers.append((200, body, '"one"'))

    source, _needs = collector.add(
        "http-pull", url=web.url + "/x?from={since}", interval_s="5", allow_private="on", items="/data",
        entity="{s}", property="{p}", value="/v", time="/t", token="Bearer secret",
    )  # fmt: skip

    wait_until(lambda: len(rows()) == 1)
    wait_until(lambda: len(web.asked) >= 2, 12)
    assert web.asked[0][0] == "/x?from=1970-01-01T00:00:00Z"
    assert web.asked[0][1]["Authorization"] == "Bearer secret"
    assert web.asked[1][1]["If-None-Match"] == '"one"'
    assert web.asked[1][0] != web.asked[0][0]
    assert "secret" not in json.dumps(Source.objects.get(pk=source.pk).settings)


def test_csv_at_an_address_is_a_table(collector, web, station):
    web.answers.append((200, b"time;PM\r\n2026-11-20 10:00;7,5\r\n", ""))

    collector.add(
        "http-pull", url=web.url, format="csv", allow_private="on", entity=station, columns="PM = pm25 GQ"
    )

    wait_until(lambda: [row[2] for row in rows()] == [7.5])


def test_a_failing_address_breaks_its_source_in_words(collector, web, station):
    web.answers.append((500, b"", ""))

    source, _needs = collector.add("http-pull", url=web.url, allow_private="on")

    wait_until(lambda: Source.objects.get(pk=source.pk).state == "broken")
    assert "500" in Source.objects.get(pk=source.pk).state_detail


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://169.254.169.254/"]
)
async def test_addresses_of_private_networks_are_refused(url):
    with pytest.raises(Conflict, match="private"):
        await build("http-pull", {"url": url}, {}).probe({})


def test_files_in_a_folder_are_taken_when_nobody_writes_them_any_more(collector, tmp_path):
    folder = tmp_path / "in"
    (folder / "2026").mkdir(parents=True)
    (folder / "2026" / name()).write_text(content())
    (folder / "x.tmp").write_text("no")
    (folder / "notes.md").write_text("no")

    collector.add("folder", folder=str(folder), interval_s="2", afterwards="move")

    wait_until(lambda: rows() == STORED, 15)
    wait_until((folder / "done" / "2026" / name()).exists)
    assert sorted(path.name for path in folder.iterdir()) == ["2026", "done", "notes.md", "x.tmp"]


def test_a_file_that_stays_is_taken_once_and_again_when_it_changes(collector, tmp_path):
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / name()
    file.write_text(content())
    source, _needs = collector.add("folder", folder=str(file.parent), interval_s="2", deep="")
    wait_until(lambda: rows() == STORED, 15)

    file.write_text(content("99,0"))

    wait_until(lambda: [row[2] for row in rows()] == [52.0, 99.0], 20)
    assert Source.objects.get(pk=source.pk).state == "ok"
    assert Quarantined.objects.count() == 0


def test_files_are_fetched_from_ftp_and_sftp_servers(collector, tmp_path):
    """Against Python's and asyncssh's own servers, not ours, which can't be read from."""
    import asyncio

    import asyncssh
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import ThreadedFTPServer

    (tmp_path / "ftp").mkdir()
    (tmp_path / "sftp").mkdir()
    (tmp_path / "ftp" / name(station="KHI001")).write_text(content())
    (tmp_path / "sftp" / name(station="KHI002")).write_text(content())
    authorizer = DummyAuthorizer()
    authorizer.add_user("u", "p", str(tmp_path / "ftp"), perm="elradfmw")
    server = ThreadedFTPServer(("127.0.0.1", 0), type("Handler", (FTPHandler,), {"authorizer": authorizer}))
    threading.Thread(target=server.serve_forever, kwargs={"handle_exit": False}, daemon=True).start()

    class Anyone(asyncssh.SSHServer):
        def password_auth_supported(self):
            return True

        def validate_password(self, username, password):
            return (username, password) == ("u", "p")

    key = asyncssh.generate_private_key("ssh-ed25519")

    async def serve():
        return await asyncssh.create_server(
            Anyone, "127.0.0.1", 0, server_host_keys=[key],
            sftp_factory=lambda chan: asyncssh.SFTPServer(chan, chroot=str(tmp_path / "sftp").encode()),
        )  # fmt: skip

    listening = asyncio.run_coroutine_threadsafe(serve(), collector.loop).result(10)
    shared = {"host": "127.0.0.1", "user": "u", "password": "p", "allow_private": "on", "interval_s": "2"}
    try:
        collector.add("ftp-pull", "a", port=str(server.address[1]), tls="none", afterwards="delete", **shared)
        collector.add(
            "sftp-pull", "b", port=str(listening.get_port()), host_key=key.get_fingerprint(), **shared
        )
        wrong, _ = collector.add(
            "sftp-pull", "c", port=str(listening.get_port()), host_key="SHA256:another", **shared
        )

        wait_until(lambda: len(rows()) == 4, 20)
        wait_until(lambda: list((tmp_path / "ftp").iterdir()) == [])
        wait_until(lambda: Source.objects.get(pk=wrong.pk).state == "broken")
        assert key.get_fingerprint() in Source.objects.get(pk=wrong.pk).state_detail
    finally:
        collector.loop.call_soon_threadsafe(listening.close)
        server.close_all()
        time.sleep(0.1)
