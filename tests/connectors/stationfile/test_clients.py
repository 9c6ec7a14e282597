"""Fetching station files, from servers that aren't ours: pyftpdlib's and asyncssh's own."""

import asyncio
import os
import ssl
import threading
from pathlib import PurePosixPath

import asyncssh
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import ThreadedFTPServer

from halong.connectors.stationfile import remote
from halong.connectors.stationfile.certificate import _write
from halong.connectors.stationfile.clients import FolderForm, SftpPullForm
from halong.connectors.stationfile.remote import Entry, Plan, load, mark_of, save
from halong.core.errors import Conflict
from halong.ingest.runner import build

GOOD = b"PM2,5\t31,5\tug/Nm3\t20261123100000\t00\r\n"
NAME = "QN_ABCD_KHI001_20261123100000.txt"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(remote, "SETTLE_S", 0.05)


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir(mode=0o755)
    return folder


async def take(connector, cursor=""):
    """One look as the runner makes it: (path, payload, whole_size) of each file, and the cursor after it."""
    taken = []
    async for delivery in connector.poll(cursor):
        taken.append((delivery.origin, delivery.payload, delivery.whole_size))
        if delivery.done:
            await delivery.done()
        cursor = delivery.cursor or cursor
    return taken, cursor


def folder(files, **settings):
    return build("folder", {"folder": str(files), **settings}, {})


def put(files, path, content=GOOD):
    place = files / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


async def test_files_are_found_in_day_folders_and_unfinished_or_foreign_ones_left(files):
    for path in (
        "KHI001/2026/11/23/" + NAME,
        NAME + ".tmp",
        NAME + ".part",
        ".hidden.txt",
        "notes.md",
        "b.TXT",
    ):
        put(files, path)
    (files / "link.txt").symlink_to("/etc/hostname")
    os.mkfifo(files / "pipe.txt")

    taken, _cursor = await take(folder(files))

    assert taken == [("KHI001/2026/11/23/" + NAME, GOOD, None), ("b.TXT", GOOD, None)]


async def test_what_was_taken_is_not_taken_again_unless_it_changes(files):
    first = put(files, "a.txt")
    put(files, "b.txt")
    connector = folder(files)
    _taken, cursor = await take(connector)

    again, same = await take(connector, cursor)
    first.write_bytes(GOOD * 2)
    changed, _cursor = await take(connector, same)

    assert again == []
    assert changed == [("a.txt", GOOD * 2, None)]


async def test_a_file_that_grows_is_taken_when_it_has_stopped(files, monkeypatch):
    place = put(files, "a.txt")
    real = asyncio.sleep

    async def grow(seconds):
        place.write_bytes(place.read_bytes() + GOOD)
        await real(seconds)

    connector = folder(files)
    monkeypatch.setattr(remote.asyncio, "sleep", grow)
    growing, cursor = await take(connector)
    monkeypatch.setattr(remote.asyncio, "sleep", real)
    done, _cursor = await take(connector, cursor)

    assert growing == []
    assert done == [("a.txt", GOOD * 2, None)]


async def test_taken_files_are_moved_and_earlier_ones_of_the_same_name_stay(files):
    connector = folder(files, afterwards="move")
    for content in (GOOD, GOOD * 2):
        put(files, "2026/a.txt", content)
        assert len((await take(connector))[0]) == 1

    assert sorted(path.name for path in (files / "done/2026").iterdir()) == ["a-2.txt", "a.txt"]
    assert (await take(connector))[0] == []


async def test_a_file_that_is_too_large_is_told_once_and_left(files):
    place = put(files, "a.txt", b"x" * 1000)
    connector = folder(files, max_bytes=500, afterwards="delete")

    taken, cursor = await take(connector)

    assert [(path, size) for path, _payload, size in taken] == [("a.txt", 1000)]
    assert place.exists()
    assert (await take(connector, cursor))[0] == []


async def test_old_day_folders_can_be_left_out(files):
    put(files, "KHI001/2019/11/28/a.txt")
    put(files, "KHI001/2019/b.txt")
    put(files, "KHI001/c.txt")

    taken, _cursor = await take(folder(files, recent_days=30))

    assert [path for path, _payload, _size in taken] == ["KHI001/c.txt"]


async def test_a_test_of_a_folder_shows_the_last_files_and_changes_nothing(files):
    for number in range(5):
        put(files, f"QN_ABCD_KHI001_2026112310000{number}.txt")

    probe = await folder(files, afterwards="delete").probe({})

    assert len(probe.batch.observations) == 3
    assert "5" in probe.messages[0]
    assert len(list(files.iterdir())) == 5


@pytest.mark.parametrize("place", ["relative", "/tmp/../etc", "/proc", "/sys/class", "/"])
def test_folders_that_are_none_for_station_files_are_refused(place, tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path / "home"))

    assert "folder" in FolderForm({**FolderForm.defaults(), "folder": place}).errors


def test_the_data_folder_of_halong_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path / "home"))

    for place in (tmp_path, tmp_path / "home", tmp_path / "home/secrets"):
        assert "folder" in FolderForm({**FolderForm.defaults(), "folder": str(place)}).errors


class Ftp:
    """pyftpdlib's server over a folder."""

    def __init__(self, files, base=FTPHandler, perm="elradfmw", **options):
        authorizer = DummyAuthorizer()
        authorizer.add_user("u", "p", str(files), perm=perm)
        handler = type("Handler", (base,), {"authorizer": authorizer, **options})
        self.server = ThreadedFTPServer(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"timeout": 0.1, "handle_exit": False}, daemon=True
        )
        self.thread.start()

    def __enter__(self):
        self.settings = {
            "host": "127.0.0.1", "port": self.server.address[1], "user": "u", "folder": "/",
            "allow_private": True, "tls": "none",
        }  # fmt: skip
        return self

    def __exit__(self, *_):
        self.server.close_all()
        self.thread.join(5)


async def test_ftp_files_are_fetched_and_deleted_below_any_folder(files):
    put(files, "in/2026/11/23/" + NAME)
    put(files, "in/Trạm Hòn Gai.txt")
    put(files, "in/large.txt", b"x" * 500_000)
    with Ftp(files) as server:
        connector = build(
            "ftp-pull",
            {**server.settings, "folder": "/in", "afterwards": "delete", "max_bytes": 100_000},
            {"password": "p"},
        )
        taken, cursor = await take(connector)

        assert sorted((PurePosixPath(path).name, size) for path, _payload, size in taken) == sorted(
            [(NAME, None), ("Trạm Hòn Gai.txt".encode().decode("latin-1"), None), ("large.txt", 500_000)]
        )
        assert [path.name for path in files.rglob("*.txt")] == ["large.txt"]
        assert (await take(connector, cursor))[0] == []


async def test_ftp_files_are_moved_and_a_server_without_mlsd_serves_too(files):
    put(files, "2026/" + NAME)
    known = {
        name: what for name, what in FTPHandler.proto_cmds.items() if name not in {"MLSD", "MLST", "EPSV"}
    }
    with Ftp(files, proto_cmds=known) as server:
        connector = build("ftp-pull", {**server.settings, "afterwards": "move"}, {"password": "p"})

        assert [path for path, _payload, _size in (await take(connector))[0]] == ["2026/" + NAME]
        assert (files / "done/2026" / NAME).exists()
        assert (await take(connector))[0] == []


@pytest.mark.parametrize(("perm", "taken"), [("elr", ["a.txt", "b.txt"]), ("el", [])])
async def test_what_is_refused_of_one_file_does_not_hold_up_the_others(files, perm, taken):
    put(files, "a.txt")
    put(files, "b.txt")
    with Ftp(files, perm=perm) as server:
        connector = build("ftp-pull", {**server.settings, "afterwards": "delete"}, {"password": "p"})
        found = []

        async def look():
            async for delivery in connector.poll(""):
                found.append(delivery.origin)
                await delivery.done()

        with pytest.raises(Conflict, match=r"2 files, first: a\.txt: Not enough privileges"):
            await look()

    assert found == taken


async def test_ftps_checks_the_certificate_for_control_and_data(files, tmp_path):
    put(files, NAME)
    pem = tmp_path / "ftp.pem"
    _write(pem, "127.0.0.1")
    text = pem.read_text()
    options = {"certfile": str(pem), "tls_control_required": True, "tls_data_required": True}
    with Ftp(files, TLS_FTPHandler, **options) as server:
        settings = {**server.settings, "tls": "explicit"}
        with pytest.raises(Conflict, match="certificate"):
            await take(build("ftp-pull", settings, {"password": "p"}))
        trusting = {**settings, "ca": text[text.index("-----BEGIN CERT") :]}
        taken, _cursor = await take(build("ftp-pull", trusting, {"password": "p"}))

    assert taken == [(NAME, GOOD, None)]
    assert ssl.HAS_TLSv1_3


async def test_what_ftp_servers_refuse_is_said_in_words(files):
    with Ftp(files) as server:
        with pytest.raises(Conflict, match="refuses user name or password"):
            await take(build("ftp-pull", server.settings, {"password": "wrong"}))
        with pytest.raises(Conflict, match="private network"):
            await take(build("ftp-pull", {**server.settings, "allow_private": False}, {"password": "p"}))


class Anyone(asyncssh.SSHServer):
    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == ("u", "p")


KEY = asyncssh.generate_private_key("ssh-ed25519")
OTHER = asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
async def sftp(files):
    server = await asyncssh.create_server(
        Anyone, "127.0.0.1", 0, server_host_keys=[KEY],
        sftp_factory=lambda chan: asyncssh.SFTPServer(chan, chroot=str(files).encode()),
    )  # fmt: skip
    yield {"host": "127.0.0.1", "port": server.get_port(), "user": "u", "folder": "/", "allow_private": True}
    server.close()


@pytest.mark.parametrize(
    "pin",
    [
        KEY.get_fingerprint(),
        KEY.export_public_key().decode(),
        "station.example " + KEY.export_public_key().decode(),
        OTHER.get_fingerprint() + "\n" + KEY.get_fingerprint(),
    ],
    ids=["fingerprint", "public key", "known_hosts line", "one of two"],
)
async def test_sftp_files_are_fetched_from_the_server_whose_key_is_pinned(files, sftp, pin):
    put(files, "2026/11/23/" + NAME)
    put(files, "large.txt", b"x" * 500_000)
    connector = build(
        "sftp-pull",
        {**sftp, "host_key": pin, "afterwards": "move", "max_bytes": 100_000},
        {"password": "p"},
    )

    taken, cursor = await take(connector)

    assert sorted((path, size) for path, _payload, size in taken) == [
        ("2026/11/23/" + NAME, None),
        ("large.txt", 500_000),
    ]
    assert (files / "done/2026/11/23" / NAME).exists()
    assert (await take(connector, cursor))[0] == []


@pytest.mark.parametrize(
    "pin",
    ["", OTHER.get_fingerprint(), OTHER.export_public_key().decode()],
    ids=["none", "another fingerprint", "another key"],
)
async def test_sftp_servers_with_another_key_get_no_password_and_theirs_is_shown(sftp, pin):
    with pytest.raises(Conflict) as refused:
        await take(build("sftp-pull", {**sftp, "host_key": pin}, {"password": "p"}))

    assert KEY.get_fingerprint() in str(refused.value)


async def test_a_wrong_sftp_password_is_said_in_words(sftp):
    with pytest.raises(Conflict, match="refuses"):
        await take(build("sftp-pull", {**sftp, "host_key": KEY.get_fingerprint()}, {"password": "no"}))


def test_host_keys_are_checked_when_they_are_set():
    bad = SftpPullForm({**SftpPullForm.defaults(), "host": "a", "host_key": "abc"})
    good = SftpPullForm({**SftpPullForm.defaults(), "host": "a", "host_key": KEY.get_fingerprint()})

    assert list(bad.errors) == ["host_key"]
    assert good.is_valid()


@given(st.text(max_size=80))
def test_any_cursor_is_read(text):
    assert all(len(mark) <= 8 for mark in load(text))


@given(st.lists(st.builds(Entry, st.text(), st.just(False), st.integers(0), st.text()), max_size=20))
def test_a_cursor_remembers_what_it_was_made_of(entries):
    marks = [mark_of(entry) for entry in entries]

    assert load(save(marks)) == set(marks)


def test_plans_of_settings_that_nobody_chose_take_text_files():
    assert build("folder", {"folder": "/data"}, {}).plan == Plan(move_to="done")
