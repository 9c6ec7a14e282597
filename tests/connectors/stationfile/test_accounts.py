import ftplib
import ssl
import subprocess
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from tests.connectors.conftest import rows, wait_until

from halong.connectors.values import LOCAL
from halong.ingest.models import Quarantined, ReceivedFile, Source, SourceMinute

WHEN = datetime.now(LOCAL) - timedelta(hours=1)


def content(value="31,5", when=WHEN):
    return f"PM2,5\t{value}\tug/Nm3\t{when:%Y%m%d%H%M%S}\t00\r\nPM10\t52\tug/Nm3\t{when:%Y%m%d%H%M%S}\t00\r\n"


def name(when=WHEN, station="KHI001"):
    return f"QN_ABCD_{station}_{when:%Y%m%d%H%M%S}.txt"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / name()
    path.write_bytes(content().encode())
    return path


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=30, check=False)


URN = "urn:ngsi-ld:AirQualityObserved:QN_ABCD_KHI001"
STORED = [(URN, "pm10", 52.0, 0), (URN, "pm25", 31.5, 0)]


def test_the_answer_names_what_a_station_needs(collector):
    _source, needs = collector.add("ftp", "Trạm Hòn Gai 1")

    assert list(needs) == ["kind", "address", "port", "user", "password", "path", "example"]
    assert needs["user"] == "tram-hon-gai-1"


def test_what_curl_puts_is_stored_when_curl_returns(collector, file):
    _source, needs = collector.add("ftp")
    url = f"ftp://127.0.0.1:{needs['port']}/station/2026/11/23/"

    done = run(
        "curl", "-sS", "--ftp-create-dirs", "-T", str(file), "-u", f"{needs['user']}:{needs['password']}", url
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert rows() == STORED
    assert ReceivedFile.objects.count() <= 1
    assert list((collector.runner._spool.folder(Source.objects.get().pk)).rglob("*.txt")) == []


def test_curl_puts_encrypted(collector, file):
    _source, needs = collector.add("ftp", require_tls="on")
    url = f"ftp://127.0.0.1:{needs['port']}/"
    user = f"{needs['user']}:{needs['password']}"

    plain = run("curl", "-sS", "-T", str(file), "-u", user, url)
    done = run("curl", "-sS", "--ssl-reqd", "-k", "-T", str(file), "-u", user, url)

    assert plain.returncode != 0
    assert (done.returncode, done.stderr) == (0, "")
    assert rows() == STORED


def test_lftp_puts_looks_and_renames(collector, file):
    _source, needs = collector.add("ftp")
    script = (
        f"set ftp:ssl-allow yes; set ssl:verify-certificate no; set net:max-retries 1; set cmd:fail-exit yes;"
        f"open -u {needs['user']},{needs['password']} -p {needs['port']} 127.0.0.1;"
        f"mkdir -p a/b; cd a/b; put {file} -o x.tmp; ls; mv x.tmp {file.name}; ls; bye"
    )

    done = run("lftp", "-c", script)

    assert done.returncode == 0, done.stderr
    assert "x.tmp" in done.stdout
    assert file.name in done.stdout
    assert rows() == STORED


def test_the_same_file_again_changes_nothing_and_another_value_corrects(collector):
    source, needs = collector.add("ftp")
    with ftplib.FTP() as ftp:
        ftp.connect("127.0.0.1", needs["port"])
        ftp.login(needs["user"], needs["password"])

        def put(text):
            from io import BytesIO

            return ftp.storbinary(f"STOR {name()}", BytesIO(text.encode()))

        put(content("31,5"))
        put(content("31,5"))
        assert ftp.size(name()) == len(content("31,5"))
        put(content("33,0"))
        put(content("31,5"))
        with pytest.raises(ftplib.error_perm):
            ftp.retrbinary(f"RETR {name()}", lambda data: None)

    assert [row[2] for row in rows()] == [52.0, 33.0]
    wait_until(SourceMinute.objects.exists)
    counts = [
        sum(column) for column in zip(*SourceMinute.objects.values_list("accepted", "corrected"), strict=True)
    ]
    assert counts == [2, 1]
    assert Source.objects.get(pk=source.pk).last_contact is not None


def test_sftp_with_a_password_and_with_a_key(collector, file, tmp_path):
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key"))
    _source, needs = collector.add("sftp", public_keys=(tmp_path / "key.pub").read_text())
    known = [
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        f"UserKnownHostsFile={tmp_path / 'hosts'}",
        "-o",
        "BatchMode=yes",
    ]

    done = run(
        "sftp", *known, "-i", str(tmp_path / "key"), "-P", str(needs["port"]), "-b", "-", f"{needs['user']}@127.0.0.1",
        text=f"mkdir d\ncd d\nput {file}\nls -l\nput {file} y.part\nrename y.part {file.name}\n",
    )  # fmt: skip
    read = run(
        "sftp", *known, "-i", str(tmp_path / "key"), "-P", str(needs["port"]), "-b", "-", f"{needs['user']}@127.0.0.1",
        text=f"put {file} z.part\nget z.part {tmp_path / 'got'}\n",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert str(file.stat().st_size) in done.stdout, done.stderr
    assert rows() == STORED
    assert read.returncode != 0


async def sftp_put(needs, text, remote):
    import asyncssh

    async with (
        asyncssh.connect(
            "127.0.0.1",
            needs["port"],
            username=needs["user"],
            password=needs["password"],
            known_hosts=None,
            client_keys=None,
        ) as ssh,
        ssh.start_sftp_client() as sftp,
    ):
        async with sftp.open(remote, "wb") as out:
            await out.write(text.encode())
        return (await sftp.stat(remote)).size


def test_sftp_says_how_large_a_file_was_that_is_taken_in(collector):
    import asyncio

    _source, needs = collector.add("sftp")

    assert asyncio.run(sftp_put(needs, content(), name())) == len(content())
    assert rows() == STORED


def test_a_wrong_password_and_a_source_that_is_off_are_refused(collector):
    from halong.core.permissions import SYSTEM
    from halong.ingest.actions import switch_source

    source, needs = collector.add("ftp")
    ftp = ftplib.FTP()
    ftp.connect("127.0.0.1", needs["port"])
    with pytest.raises(ftplib.error_perm):
        ftp.login(needs["user"], "wrong")
    ftp.login(needs["user"], needs["password"])
    switch_source(source, by=SYSTEM, on=False)
    wait_until(lambda: not collector.runner._active)

    with pytest.raises((ftplib.Error, EOFError, ConnectionError)):
        ftp.storbinary(f"STOR {name()}", BytesIO(content().encode()))
    assert rows() == []


def test_one_account_does_not_see_the_files_of_another(collector):

    _one, first = collector.add("ftp", "one")
    _two, second = collector.add("ftp", "two")
    with ftplib.FTP() as ftp:
        ftp.connect("127.0.0.1", first["port"])
        ftp.login(first["user"], first["password"])
        ftp.storbinary("STOR waits.tmp", BytesIO(b"x"))
        assert ftp.nlst() == ["waits.tmp"]
    with ftplib.FTP() as ftp:
        ftp.connect("127.0.0.1", second["port"])
        ftp.login(second["user"], second["password"])
        assert ftp.nlst() == []
        ftp.cwd("/../../..")
        assert ftp.pwd() == "/"


def test_a_file_that_is_too_large_is_kept_whole_and_held_with_its_reason(collector, home):

    _source, needs = collector.add("ftp", max_bytes="1000")
    body = content().encode() * 200
    with ftplib.FTP() as ftp:
        ftp.connect("127.0.0.1", needs["port"])
        ftp.login(needs["user"], needs["password"])
        ftp.storbinary(f"STOR {name()}", BytesIO(body))

    held = Quarantined.objects.get()
    assert held.reason == "too_large"
    assert (home / "held" / held.digest).read_bytes() == body


def test_ftps_with_pythons_client(collector):

    _source, needs = collector.add("ftp")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with ftplib.FTP_TLS(context=context) as ftp:
        ftp.connect("127.0.0.1", needs["port"])
        ftp.login(needs["user"], needs["password"])
        ftp.prot_p()
        ftp.storlines(f"STOR {name()}", BytesIO(content().encode()))

    assert rows() == STORED
