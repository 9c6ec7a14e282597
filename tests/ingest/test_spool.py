"""Files are safe before their senders are told, whatever happens to the database and to the process."""

import asyncio

import pytest

from halong.core.errors import Overloaded
from halong.ingest.connector import Delivery
from halong.ingest.reception import Active
from halong.ingest.server import Account, Upload, is_unfinished
from halong.ingest.spool import Spool


class Settings:
    settings = {"max_bytes": 1000}


class Reception:
    """Takes files in, or can't."""

    def __init__(self):
        self.away = False
        self.taken = []

    async def take(self, source, delivery: Delivery):
        if self.away:
            raise Overloaded
        self.taken.append((delivery.origin, delivery.payload, delivery.whole_size))


@pytest.fixture
def reception():
    return Reception()


@pytest.fixture
def spool(tmp_path, reception):
    made = Spool(tmp_path / "spool", tmp_path / "held", reception)
    made.update({1: Active(id=1, name="s", kind="ftp", version=1, connector=Settings(), ref=None)})
    return made


def put(spool, name, content=b"x"):
    file = spool.folder(1) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


async def test_a_file_is_gone_once_it_is_taken(spool, reception):
    file = put(spool, "2026/a.txt")

    await spool.receive(spool._sources[1], file)

    assert reception.taken == [("2026/a.txt", b"x", None)]
    assert not file.exists()


async def test_a_file_waits_while_nothing_can_be_stored_and_is_taken_after_a_restart(
    spool, reception, tmp_path, monkeypatch
):
    monkeypatch.setattr("halong.ingest.spool.RETRY_S", 0.05)
    file = put(spool, "a.txt")
    reception.away = True
    await spool.receive(spool._sources[1], file)
    assert file.exists()

    again = Spool(tmp_path / "spool", tmp_path / "held", reception)
    again.update(spool._sources)
    reception.away = False
    work = asyncio.create_task(again.work())
    for _ in range(100):
        await asyncio.sleep(0.05)
        if reception.taken:
            break
    work.cancel()

    assert [name for name, _payload, _size in reception.taken] == ["a.txt"]
    assert not file.exists()


async def test_a_file_that_nothing_can_be_made_of_stays_and_holds_up_no_other(spool, reception, monkeypatch):
    async def take(source, delivery):
        if delivery.origin == "a.txt":
            raise RuntimeError
        reception.taken.append(delivery.origin)

    monkeypatch.setattr(reception, "take", take)
    bad, good = put(spool, "a.txt"), put(spool, "b.txt")

    assert await spool._round()
    assert await spool._round()

    assert (reception.taken, bad.exists(), good.exists()) == (["b.txt"], True, False)


async def test_what_is_unfinished_is_left_alone_and_what_was_cut_off_is_removed(spool, reception, tmp_path):
    put(spool, "a.tmp")
    put(spool, ".incoming-1")
    spool.begin()

    assert await spool._round()

    assert reception.taken == []
    assert [path.name for path in spool.folder(1).iterdir()] == ["a.tmp"]


async def test_a_large_file_is_not_read_whole_but_kept_whole(spool, reception, tmp_path):
    file = put(spool, "a.txt", b"y" * 5000)

    await spool.receive(spool._sources[1], file)

    assert reception.taken[0][2] == 5000
    [kept] = (tmp_path / "held").iterdir()
    assert kept.stat().st_size == 5000


def test_an_upload_shows_when_it_is_whole_and_stays_within_its_room(tmp_path):
    account = Account(1, "u", "", "", tmp_path, quota=10_000, receive=None)
    upload = Upload(account, tmp_path / "d" / "a.txt")
    upload.write(b"abc")
    assert list(tmp_path.glob("d/*")) == []

    upload.finish()

    assert (tmp_path / "d" / "a.txt").read_bytes() == b"abc"
    with pytest.raises(OSError, match="File too large"):
        Upload(account, tmp_path / "b.txt").write(b"x" * 20_000)


@pytest.mark.parametrize("name", ["a.tmp", "a.PART", "a.filepart", ".a.txt", "a.txt~", "d/a.tmp"])
def test_names_of_unfinished_files(name):
    assert is_unfinished(name)
    assert not is_unfinished("a.txt")
