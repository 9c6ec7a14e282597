"""The clients against a real FTP server and a real HTTP server that keep what they get."""

import http.server
import json
import threading

import pytest
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import ThreadedFTPServer

from halong.simulation.clients import FtpClient, NotTaken, Parcel, PushClient, Refused
from halong.simulation.sources import Access
from halong.simulation.stationfile import file_name

NOW = 1_795_400_100
PASSWORD = "right"


@pytest.fixture
def ftp(tmp_path):
    folder = tmp_path / "ftp"
    folder.mkdir()
    users = DummyAuthorizer()
    users.add_user("station", PASSWORD, str(folder), perm="elafdmwT")
    handler = type("Handler", (FTPHandler,), {"authorizer": users, "auth_failed_timeout": 0.1, "timeout": 1})
    server = ThreadedFTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, server.address[1]
    server.close_all()


def access(kind, **needs):
    return Access("1@0", kind, needs, {})


def parcel(province, place=0, times=(NOW,)):
    member = province.stations[place]
    return Parcel(member.device, tuple((time, province.readings(member, time, NOW)) for time in times))


async def test_every_parcel_is_a_file_named_after_its_last_time(ftp, province):
    folder, port = ftp
    client = FtpClient("127.0.0.1", access("ftp", port=port, user="station", password=PASSWORD))
    parcels = [parcel(province, place, (NOW - 300, NOW)) for place in range(9)]
    await client.send(parcels)
    await client.close()
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        file_name(sent.device, NOW) for sent in parcels
    )
    lines = (folder / file_name(parcels[0].device, NOW)).read_bytes().split(b"\r\n")
    assert len(lines) == 2 * len(parcels[0].device.channels) + 1
    assert all(line.count(b"\t") == 4 for line in lines[:-1])


async def test_a_wrong_password_is_told_from_a_door_that_is_away(ftp, province):
    _folder, port = ftp
    wrong = FtpClient("127.0.0.1", access("ftp", port=port, user="station", password="wrong"))
    with pytest.raises(Refused):
        await wrong.send([parcel(province)])
    away = FtpClient("127.0.0.1", access("ftp", port=1, user="station", password=PASSWORD))
    with pytest.raises(NotTaken):
        await away.send([parcel(province)])


async def test_a_connection_that_the_server_closed_is_replaced(ftp, province):
    folder, port = ftp
    client = FtpClient("127.0.0.1", access("ftp", port=port, user="station", password=PASSWORD))
    await client.send([parcel(province, 0)])
    for idle in client._idle:
        idle.stream.writer.transport.abort()
    await client.send([parcel(province, 1)])
    await client.close()
    assert len(list(folder.iterdir())) == 2


@pytest.fixture
def web():
    taken, answers = [], []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = answers.pop(0) if answers else 200
            if status == 200:
                taken.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *rest):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", taken, answers
    server.shutdown()
    server.server_close()


async def test_readings_are_posted_in_batches_with_the_key(web, province):
    base, taken, _answers = web
    client = PushClient(base, access("http-push", key="K"))
    times = tuple(NOW - 300 * n for n in range(149, -1, -1))
    sent = parcel(province, 0, times)
    await client.send([sent])
    await client.close()
    assert [(path, key) for path, key, _ in taken] == [("/ingest/v1/observations", "Bearer K")] * len(taken)
    assert len(taken[0][2]) == 1000
    assert sum(len(items) for _, _, items in taken) == sum(len(readings) for _, readings in sent.readings)


@pytest.mark.parametrize(
    ("status", "raised"), [(401, Refused), (403, Refused), (503, NotTaken), (500, NotTaken)]
)
async def test_refusal_and_overload_are_told_apart(web, province, status, raised):
    base, taken, answers = web
    answers.append(status)
    client = PushClient(base, access("http-push", key="K"))
    with pytest.raises(raised):
        await client.send([parcel(province)])
    await client.close()
    assert taken == []
