"""Broken station files through the real servers: nothing falls over, and each file ends as readings or on the screen of
what was set aside, with its reason.
"""

import asyncio
import ftplib
import gzip
import io
import random
import socket
import struct
import zipfile
from contextlib import closing, suppress
from datetime import timedelta

import asyncssh
import pytest
from tests.e2e.conftest import eventually
from tests.e2e.doors import LOCAL, PATIENCE, ftp, now, station_lines, store
from tests.e2e.pages import forms, submit

pytestmark = pytest.mark.e2e
AT = now() - timedelta(minutes=30)
STAMP = f"{AT:%Y%m%d%H%M%S}"
GOOD = station_lines(AT, {"PM2,5": "31,5", "PM10": "52.25"})
TEXT = GOOD.decode()
BOTH = {"pm25": 31.5, "pm10": 52.25}


def line(symbol="PM2,5", value="31,5", unit="ug/m3", stamp=STAMP, status="00", end="\r\n"):
    return f"{symbol}\t{value}\t{unit}\t{stamp}\t{status}{end}"


def zipped():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("QN.txt", GOOD)
    return packed.getvalue()


LATER = f"{now() + timedelta(days=2):%Y%m%d%H%M%S}"
NOISE = random.Random(1).randbytes(4_000)

# name → content, readings that must be there (None: any), reasons that must be on the screen
CORPUS = {
    "good": (GOOD, BOTH, []),
    "lf": (GOOD.replace(b"\r\n", b"\n"), BOTH, []),
    "cr": (GOOD.replace(b"\r\n", b"\r"), BOTH, []),
    "no end of line": (GOOD.rstrip(), BOTH, []),
    "blank lines": (b"\r\n\r\n" + GOOD.replace(b"\r\n", b"\r\n\r\n \t \r\n"), BOTH, []),
    "bom": (b"\xef\xbb\xbf" + GOOD, BOTH, []),
    "utf-16": (TEXT.encode("utf-16"), BOTH, []),
    "utf-16 be": (b"\xfe\xff" + TEXT.encode("utf-16-be"), BOTH, []),
    "utf-16 without mark": (TEXT.encode("utf-16-le"), BOTH, []),
    "latin-1": (TEXT.replace("ug", "µg").encode("latin-1"), BOTH, []),
    "utf-8": (TEXT.replace("ug", "µg").encode(), BOTH, []),
    "spaces for tabs": (GOOD.replace(b"\t", b"   "), BOTH, []),
    "header": (b"Name\tValue\tUnit\tTime\tStatus\r\n" + GOOD, BOTH, []),
    "truncated": (GOOD[:-12], {"pm25": 31.5}, ["malformed"]),
    "cut in the time": (GOOD.rstrip()[:-6], {"pm25": 31.5}, ["malformed"]),
    "commas": (GOOD.replace(b"\t", b","), {}, ["malformed", "malformed"]),
    "too few columns": (f"PM10\t52\r\n{TEXT}".encode(), BOTH, ["malformed"]),
    "too many columns": (
        f"PM10\t52\tug/m3\t{STAMP}\t00\tmore\tand more\r\n{TEXT}".encode(),
        BOTH,
        ["malformed"],
    ),
    "future": ((line(stamp=LATER) + line("PM10", "52.25")).encode(), {"pm10": 52.25}, ["future"]),
    "month 13": (
        (line(stamp="20261323101010") + line("PM10", "52.25")).encode(),
        {"pm10": 52.25},
        ["bad_time"],
    ),
    "year 1026": (line(stamp="10260101000000").encode(), {}, ["bad_time"]),
    "no number": ((line(value="---") + line("PM10", "52.25")).encode(), {"pm10": 52.25}, ["bad_value"]),
    "nan": ((line(value="NaN") + line(value="1e999")).encode(), {}, ["bad_value", "bad_value"]),
    "status 09": ((line(status="09") + line("PM10", "52.25")).encode(), {"pm10": 52.25}, ["bad_quality"]),
    "unknown symbol": (
        (line("Happiness") + line("PM10", "52.25")).encode(),
        {"pm10": 52.25},
        ["unknown_property"],
    ),
    "unknown unit": (
        (line(unit="furlong") + line("PM10", "52.25")).encode(),
        {"pm10": 52.25},
        ["unknown_unit"],
    ),
    "out of range": ((line(value="-7") + line("PM10", "52.25")).encode(), {"pm10": 52.25}, ["out_of_range"]),
    "two values": ((line(value="10") + line(value="31,5") + line("PM10", "52.25")).encode(), BOTH, []),
    "the same twice": (GOOD + GOOD, BOTH, []),
    "damaged letters": (
        (line(value="3\x001,5") + line("PM10", "52.25")).encode(),
        {"pm10": 52.25},
        ["encoding"],
    ),
    "zip": (zipped(), {}, ["not_text"]),
    "gzip": (gzip.compress(GOOD), {}, ["not_text"]),
    "png": (b"\x89PNG\r\n\x1a\n" + NOISE, {}, ["not_text"]),
    "noise": (NOISE, {}, ["not_text"]),
    "nothing": (b"", {}, ["malformed"]),
    "only blank lines": (b"\r\n \r\n\t\r\n" * 100, {}, ["malformed"]),
    "zeros": (b"\0" * 5_000, {}, ["malformed"]),
    "one huge line": (b"PM10\t" + b"5" * 3_000_000, {}, ["malformed"]),
    "a huge number": (
        (line(value="9" * 400) + line("PM10", "52.25")).encode(),
        {"pm10": 52.25},
        ["bad_value"],
    ),
    "many bad lines": (("x\n" * 50_000 + line("PM10", "52.25")).encode(), {"pm10": 52.25}, ["malformed"]),
    "markup": (line("<script>alert(1)</script>").encode(), {}, ["unknown_property"]),
    "fifty megabytes": (GOOD * 600_000, None, ["too_large"]),
}


@pytest.fixture(scope="module")
def admin(product):
    with closing(product.browser("admin")) as browser:
        yield browser


def held(product, door):
    """Reasons of what is held of a source, with their files."""
    return product.rows(
        "SELECT q.reason, q.origin, q.id FROM ingest_quarantined q JOIN ingest_source s ON s.id = q.source_id"
        " WHERE s.settings->>'user' = %s AND q.state = 'held' ORDER BY q.id",
        door["user"],
    )


def starts(product):
    """Which processes run: none of them may be another one afterwards."""
    return product.children()


def put_all(door, files):
    """Put files by SFTP over one connection."""

    async def talk():
        given = {
            "username": door["user"],
            "password": door["password"],
            "known_hosts": None,
            "client_keys": [],
        }
        async with (
            asyncssh.connect(door["address"], door["port"], **given) as connection,
            connection.start_sftp_client() as client,
        ):
            for name, content in files.items():
                async with client.open(name, "wb") as file:
                    await file.write(content)

    asyncio.run(asyncio.wait_for(talk(), 4 * PATIENCE))


@pytest.mark.parametrize("kind", ["ftp", "sftp"])
def test_every_broken_file_ends_as_readings_or_with_a_reason(product, admin, kind):
    before, mark = starts(product), f"{now():%d%H%M%S}{kind}"
    door = product.source(kind, f"broken {mark}")
    stations = {case: f"QN_{mark}_KHI{n:03}" for n, case in enumerate(CORPUS)}
    files = {f"{stations[case]}_{STAMP}.txt": content for case, (content, *_expected) in CORPUS.items()}
    if kind == "sftp":
        put_all(door, files)
    else:
        with ftp(door) as client:
            for name, content in files.items():
                assert store(client, name, content), name
    found = held(product, door)
    for case, (_content, readings, reasons) in CORPUS.items():
        urn = f"urn:ngsi-ld:AirQualityObserved:{stations[case]}"
        stored = {name: product.readings(urn, name) for name in BOTH}
        if readings is not None:
            assert {name: rows[0][1] for name, rows in stored.items() if rows} == readings, case
            assert [len(rows) for rows in stored.values() if rows] == [1] * len(readings), case
            assert {rows[0][0].astimezone(LOCAL) for rows in stored.values() if rows} <= {AT}, case
        assert [reason for reason, origin, _id in found if stations[case] in origin] == reasons, case
    check_screen(admin, found)
    assert starts(product) == before


def check_screen(admin, found):
    """Each of these stands on the screen, with words for its reason, and its page opens."""
    for reason, origin, pk in found:
        page = admin.get(f"/quarantine/{pk}")
        assert page.status_code == 200, (reason, origin, page.text[:1000])
        assert origin.partition("_2")[0] in page.text
        assert "<script>alert" not in page.text
    assert admin.get("/quarantine").status_code == 200


def test_names_that_lead_elsewhere_stay_in_the_accounts_folder(product):
    door = product.source("ftp", f"climber {now():%H%M%S}")
    before = {file for file in product.home.rglob("*") if "postgres" not in file.parts}
    names = [
        f"../../../../etc/QN_UP_KHI001_{STAMP}.txt",
        f"../{STAMP}/../QN_UP_KHI002_{STAMP}.txt",
        f"/etc/QN_UP_KHI003_{STAMP}.txt",
        f"..\\..\\QN_UP_KHI004_{STAMP}.txt",
        f"QN_UP_KHI005_{STAMP}.txt/../../x_{STAMP}.txt",
        "..",
        "a" * 5_000,
        f"QN_UP_KHI006\x07_{STAMP}.txt",
        f"Trạm quan trắc số 7_{STAMP}.txt",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        ".hidden",
        f"-rf_{STAMP}.txt",
    ]
    for name in names:
        with suppress(ftplib.Error, EOFError), ftp(door) as client:  # a refusal is an answer, too
            store(client, name, GOOD + name.encode())
    after = {file for file in product.home.rglob("*") if "postgres" not in file.parts}
    assert {
        file for file in after - before if "spool" not in file.parts and "held" not in file.parts
    } == set()
    assert held(product, door)


def test_nothing_can_be_read_back(product):
    door = product.source("ftp", f"reader {now():%H%M%S}")
    with ftp(door) as client:
        store(client, f"QN_READ_KHI001_{STAMP}.txt", GOOD)
        with pytest.raises(Exception, match="550"):
            client.retrbinary(f"RETR QN_READ_KHI001_{STAMP}.txt", print)
        with pytest.raises(Exception, match="55"):
            client.cwd("/../../..//etc")


def has_begun(product):
    """Whether forty bytes of a file are there that isn't whole."""
    sizes = []
    for file in (product.home / "spool").rglob(".*"):
        with suppress(OSError):
            sizes.append(file.stat().st_size)
    return 40 in sizes


def test_an_upload_that_breaks_off_is_no_file(product, station):
    door = product.source("ftp", f"broken off {station}", entity=station)
    with ftp(door) as client:
        line = client.transfercmd(f"STOR QN_A_KHI001_{STAMP}.txt")
        line.sendall(GOOD[:40])
        eventually(lambda: has_begun(product))
        client.close()
        eventually(lambda: not has_begun(product))
        line.close()
    with ftp(door) as client:
        assert product.readings(station) == []
        assert store(client, f"QN_A_KHI001_{STAMP}.txt.part", GOOD)
        assert product.readings(station) == []
        client.rename(f"QN_A_KHI001_{STAMP}.txt.part", f"QN_A_KHI001_{STAMP}.txt")
    assert [value for _at, value, _quality in product.readings(station)] == [31.5]
    assert held(product, door) == []


def test_a_line_that_is_reset_is_no_end_of_a_file(product, station):
    door = product.source("ftp", f"reset {station}", entity=station)
    with ftp(door) as client:
        line = client.transfercmd(f"STOR QN_A_KHI001_{STAMP}.txt")
        line.sendall(GOOD[:40])
        eventually(lambda: has_begun(product))
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()
        with pytest.raises(ftplib.error_temp, match=r"^4"):
            client.voidresp()
        assert product.readings(station) == []
        assert store(client, f"QN_A_KHI001_{STAMP}.txt", GOOD)
    assert [value for _at, value, _quality in product.readings(station)] == [31.5]
    assert held(product, door) == []


def test_a_file_for_which_there_is_no_room_is_refused(product, station):
    door = product.source("ftp", f"small {station}", entity=station, quota="1000000")
    with pytest.raises(ftplib.error_temp, match="426 File too large"), ftp(door) as client:
        store(client, f"QN_A_KHI001_{STAMP}.txt", GOOD * 50_000)
    with ftp(door) as client:
        assert store(client, f"QN_A_KHI001_{STAMP}.txt", GOOD)
    assert [value for _at, value, _quality in product.readings(station)] == [31.5]
    other = product.source("sftp", f"small sftp {station}", entity=station, quota="1000000")
    with pytest.raises(asyncssh.SFTPError):
        put_all(other, {f"QN_A_KHI002_{STAMP}.txt": GOOD * 50_000})
    assert [held(product, door), held(product, other)] == [[], []]


def test_an_sftp_upload_that_breaks_off_is_no_file(product, station):
    door = product.source("sftp", f"broken off {station}", entity=station)

    async def half(how):
        given = {
            "username": door["user"],
            "password": door["password"],
            "known_hosts": None,
            "client_keys": [],
        }
        connection = await asyncssh.connect(door["address"], door["port"], **given)
        client = await connection.start_sftp_client()
        file = await client.open(f"QN_A_KHI001_{STAMP}.txt", "wb")
        await file.write(GOOD[:-20])
        if how == "abort":
            connection.abort()
        else:
            client.exit()
            await client.wait_closed()
            connection.close()
            await connection.wait_closed()

    for how in ("abort", "exit"):
        asyncio.run(asyncio.wait_for(half(how), PATIENCE))
    put_all(door, {f"QN_A_KHI001_{STAMP}.txt": GOOD})
    assert [value for _at, value, _quality in product.readings(station, "pm10")] == [52.25]
    assert held(product, door) == []


def test_what_was_set_aside_is_corrected_and_replayed(product, admin, station):
    door = product.source("ftp", f"corrected {station}", entity=station)
    with ftp(door) as client:
        assert store(
            client, f"QN_A_KHI001_{STAMP}.txt", (line(value="3l,5") + line("PM10", "52.25")).encode()
        )
    [(reason, _origin, pk)] = held(product, door)
    assert reason == "bad_value"
    page = admin.get(f"/quarantine/{pk}")
    action, values = next((action, values) for action, values in forms(page) if "payload" in values)
    assert "3l,5" in values["payload"][0]
    page = submit(admin, page, action, payload=line(value="31,5"))
    assert page.status_code == 200
    eventually(lambda: [value for _at, value, _quality in product.readings(station)] == [31.5])
    assert held(product, door) == []


def test_what_nobody_wants_is_discarded(product, admin, station):
    door = product.source("ftp", f"discarded {station}", entity=station)
    with ftp(door) as client:
        assert store(client, f"QN_A_KHI001_{STAMP}.txt", b"nonsense\r\n")
    [(_reason, _origin, pk)] = held(product, door)
    page = admin.get(f"/quarantine/{pk}")
    assert submit(admin, page, "/discard", note="Không phải số liệu").status_code == 200
    assert held(product, door) == []
