"""The command line as an administrator types it beside the running product: what is fixed in words must hold."""

import ftplib
import json
import re
import subprocess
import tarfile
import threading
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.e2e.brokers import PASSWORD, USER, broker
from tests.e2e.conftest import Product, eventually, free_port
from tests.e2e.doors import ask, file_name, ftp, now, post, reading, station_lines, store

pytestmark = pytest.mark.e2e
VERBS = [
    "run",
    "stop",
    "prepare",
    "migrate",
    "web",
    "worker",
    "collect",
    "simulate",
    "user",
    "key",
    "display",
    "audit",
    "source",
    "places",
    "profile",
    "go-live",
    "backup",
    "restore",
    "doctor",
    "bench",
]
SERVED = {"kind", "address", "port", "user", "password", "path", "example"}


def test_help_names_every_verb(product):
    text = product.halong("--help")
    assert [verb for verb in VERBS if not re.search(rf"^ +{verb}\b", text, re.MULTILINE)] == []
    assert product.halong() == text


@pytest.mark.parametrize("verb", ["run", "source add", "user add", "backup", "profile new", "go-live"])
def test_every_verb_explains_itself(product, verb):
    text = product.halong(*verb.split(), "--help")
    assert text.startswith(f"usage: halong {verb}")
    assert len(text.splitlines()) > 4


@pytest.mark.parametrize(
    "words", [["sing"], ["source"], ["source", "add"], ["user", "add", "x", "--role", "king"]]
)
def test_what_is_no_command_is_refused_with_its_usage(product, words):
    done = product.command(*words)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: halong")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["source", "add", "telex", "x"], "telex"),
        (["source", "add", "ftp", "x", "--set", "colour=red"], "colour"),
        (["source", "add", "ftp", "x", "--set", "entity"], "KEY=VALUE"),
        (["source", "add", "ftp", "x", "--set", "pattern=("], "pattern"),
        (["source", "add", "ftp", "x", "--set", "entity=station 7"], "entity"),
        (["source", "add", "ftp", "x", "--place", "nowhere"], "nowhere"),
        (["user", "add", "nobody", "--role", "officer", "--place", "nowhere"], "nowhere"),
        (["source", "remove", "never heard of it"], "never heard of it"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(product, words, said):
    done = product.command(*words)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def added(product, kind, name, **settings):
    """What ``halong source add`` printed: one JSON object in one line."""
    sets = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    text = product.halong("source", "add", kind, name, *sets)
    assert text.count("\n") == 1
    return json.loads(text)


def test_ftp(product, station):
    door = added(product, "ftp", f"Trạm khí Bãi Cháy {station}", entity=station)
    assert set(door) == SERVED
    assert (door["kind"], door["port"]) == ("ftp", int(product.env["HALONG_FTP_PORT"]))
    with ftp(door) as client:
        client.cwd(door["path"])
        assert store(client, door["example"], station_lines(now(), {"PM2,5": "31,5"}))
    assert [value for _at, value, _quality in product.readings(station)] == [31.5]


def test_a_name_is_taken_once(product):
    name = f"once {now():%H%M%S}"
    product.source("ftp", name)
    done = product.command("source", "add", "sftp", name)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


def test_sftp(product):
    door = added(product, "sftp", f"sftp {now():%H%M%S}")
    assert set(door) == SERVED
    assert (door["kind"], door["port"]) == ("sftp", int(product.env["HALONG_SFTP_PORT"]))


def test_mqtt(product, station, tmp_path):
    with broker(tmp_path) as port:
        given = {"url": f"mqtt://127.0.0.1:{port}", "user": USER, "password": PASSWORD}
        door = added(product, "mqtt", f"mqtt {station}", **given)
        product.halong("source", "disable", f"mqtt {station}")
    assert (door["kind"], door["address"], door["port"]) == ("mqtt", "127.0.0.1", port)
    assert {"topic", "example"} <= set(door)
    assert PASSWORD not in json.dumps(door)


def test_http_push(product, station):
    door = added(product, "http-push", f"push {station}")
    assert {"kind", "address", "port", "key", "path", "example"} <= set(door)
    headers = {"Authorization": f"Bearer {door['key']}", "Content-Type": "application/json"}
    items = json.loads(door["example"])
    for item in items:  # of a day when no other test reads that station
        item["time"] = (datetime.fromisoformat(item["time"]) - timedelta(days=3)).isoformat()
    status, _headers, answer = ask(product, "POST", door["path"], json.dumps(items).encode(), headers)
    assert status == 200
    outcome = json.loads(answer)
    assert outcome["accepted"] + outcome["duplicate"] + outcome["corrected"] == len(items) > 0
    assert outcome["quarantined"] == 0


def test_folder(product, station, tmp_path):
    tmp_path.chmod(0o755)
    door = added(product, "folder", f"folder {station}", folder=tmp_path, entity=station, interval_s="2")
    assert {"kind", "path", "example"} <= set(door)
    (tmp_path / f"{file_name(door, now())}.tmp").write_bytes(b"half a fi")
    (tmp_path / file_name(door, now())).write_bytes(station_lines(now(), {"PM2,5": 17}))
    eventually(lambda: [value for _at, value, _quality in product.readings(station)] == [17.0], within=30)
    held = "SELECT q.origin FROM ingest_quarantined q JOIN ingest_source s ON s.id = q.source_id WHERE s.name = %s"
    assert product.rows(held, f"folder {station}") == []


def test_sources_are_switched_off_and_on_and_removed(product, station):
    door = product.source("ftp", f"switched {station}", entity=station)

    def may_enter():
        try:
            with ftp(door, tries=1):
                return True
        except ftplib.error_perm:
            return False

    eventually(may_enter)
    product.halong("source", "disable", f"switched {station}")
    eventually(lambda: not may_enter(), within=30)
    product.halong("source", "enable", f"switched {station}")
    eventually(may_enter, within=30)
    product.halong("source", "remove", f"switched {station}")
    eventually(lambda: not may_enter(), within=30)
    assert f"switched {station}" not in product.halong("source", "list")


def test_user_add(product):
    name = f"canbo{now():%H%M%S}"
    [(place,)] = product.rows(
        "SELECT code FROM places_place WHERE kind = 'ward' AND valid_to IS NULL LIMIT 1"
    )
    made = json.loads(product.halong("user", "add", name, "--role", "officer", "--place", place))
    assert made == {"user": name, "password": made["password"], "role": "officer", "place": place}
    product.passwords[name] = made["password"]
    with closing(product.browser(name)) as browser:
        assert browser.get("/alerts").status_code == 200
        assert browser.get("/sources").status_code == 403
    again = product.command("user", "add", name, "--role", "officer")
    assert (again.returncode, again.stdout) == (1, "")
    assert made["password"] not in product.halong("user", "list")


def test_doctor_and_the_audit_log(product):
    done = product.command("doctor")
    lines = done.stdout.splitlines()
    troubles = [line for line in lines if line.startswith("!!")]
    assert done.returncode == bool(troubles)
    assert [line for line in troubles if "MB" not in line] == []  # this machine's disk may be full
    assert sum(line.startswith("ok") for line in lines) > 5
    product.halong("audit", "verify")


def test_profile_new(product, tmp_path):
    folder = tmp_path / "lang_son"
    product.halong("profile", "new", folder)
    assert {"profile.toml", "stations.csv"} <= {file.name for file in folder.iterdir()}
    assert "no fault" in product.halong("profile", "check", folder)
    assert "no fault" in product.halong("profile", "check", "quang_ninh")


STABLE = [
    "accounts_grant",
    "context_entity",
    "context_attribute",
    "observations_series",
    "places_place",
    "places_agency",
    "rules_rule",
    "programme_project",
]


def content(rows):
    """A checksum of the rows of tables that nobody writes to meanwhile, and the earlier readings."""
    found = {}
    for table in STABLE:
        found[table] = rows(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t.id)) FROM {table} t")
    found["people"] = rows("SELECT username, password FROM accounts_user ORDER BY id")
    return found


@pytest.fixture(scope="module")
def saved(product, new_station, tmp_path_factory):
    """A backup made while readings stream in: the file, what must be in it, and a station with its acknowledged readings."""
    file = tmp_path_factory.mktemp("backup") / "halong.backup"
    urn, key, over, sent = new_station(), product.key("ingest.write"), threading.Event(), []

    def stream():
        for n in range(100_000):
            at = now() - timedelta(hours=30) + timedelta(seconds=n)
            assert post(product, key, [reading(urn, "pm25", at, 5.0)])[0] == 200
            sent.append(at)
            if over.wait(0.02):
                return

    client = threading.Thread(target=stream, daemon=True)
    client.start()
    try:
        eventually(lambda: len(sent) > 10, within=30)
        known, before = content(product.rows), list(sent)
        assert "MB" in product.halong("backup", file)
        after = list(sent)
    finally:
        over.set()
        client.join(30)
    assert len(after) > len(before)
    return {"file": file, "known": known, "before": before, "after": after, "urn": urn}


def test_a_backup_is_one_private_file_and_never_written_over(product, saved):
    assert saved["file"].stat().st_mode & 0o777 == 0o600
    with tarfile.open(saved["file"]) as tar:
        names = tar.getnames()
    assert names[0] == "manifest.json"
    assert "database.dump" in names
    done = product.command("backup", saved["file"])
    assert (done.returncode, done.stdout) == (1, "")
    assert "exists already" in done.stderr


@pytest.fixture(scope="module")
def restored(product, saved):
    """A product of its own, brought back from the backup and not yet started."""
    folder = Path(str(product.home.parent) + "-restored")
    folder.mkdir(mode=0o755)
    ports = {name: str(free_port()) for name in ("HALONG_PORT", "HALONG_FTP_PORT", "HALONG_SFTP_PORT")}
    other = Product(folder / "home", {**product.env, **ports, "HALONG_HOME": str(folder / "home")})
    assert "all counted" in other.halong("restore", saved["file"])
    yield other
    other.discard()


def test_a_restore_brings_back_every_row_and_key(product, saved, restored):
    from halong.database.embedded import running

    with running(restored.home) as server, psycopg.connect(server.url, autocommit=True) as connection:
        brought = content(lambda sql: connection.execute(sql).fetchall())
        restored_times = {
            at
            for (at,) in connection.execute(
                "SELECT o.time FROM observation o JOIN observations_series s ON s.id = o.series_id"
                " JOIN context_entity e ON e.id = s.entity_id WHERE e.urn = %s",
                [saved["urn"]],
            )
        }
    assert brought == saved["known"]
    assert set(saved["before"]) <= restored_times
    for folder in ("secrets", "files"):
        assert tree(restored.home / folder) == tree(product.home / folder)


def tree(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_restore_refuses_what_holds_data_and_what_is_damaged(product, saved, restored, tmp_path):
    running = product.command("restore", saved["file"])
    assert running.returncode == 1
    assert "halong stop" in running.stderr
    again = restored.command("restore", saved["file"])
    assert again.returncode == 1
    assert "--replace" in again.stderr
    damaged = tmp_path / "damaged"
    content = bytearray(saved["file"].read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged.write_bytes(content)
    assert restored.command("restore", damaged, "--replace").returncode == 1
    assert restored.command("restore", "/dev/null", "--replace").returncode == 1


def test_the_restored_product_goes_live_and_lets_the_same_people_in(product, saved, restored):
    refused = restored.command("go-live", stdin=subprocess.DEVNULL)
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    said = restored.halong("go-live", "--yes")
    assert re.search(r"^removed: \d+ ", said, re.MULTILINE)
    restored.passwords = product.passwords
    start(restored)
    with closing(restored.browser("admin")) as browser:
        assert browser.get("/").status_code == 200
    kept = "SELECT count(*) FROM context_entity WHERE (simulated OR illustrative) AND deleted_at IS NULL"
    assert restored.rows(kept) == [(0,)]
    assert len(restored.readings(saved["urn"])) >= len(saved["before"])
    pids = restored.children()
    assert restored.halong("stop").strip() == "Halong has stopped."
    restored.process.wait(30)
    assert [name for name, pid in pids.items() if Path(f"/proc/{pid}").exists()] == []
    assert "isn't running" in restored.halong("stop")


def start(product):
    """Start without first passwords: the people are those of the backup."""
    (product.home / "initial-passwords.txt").touch()
    passwords = product.passwords
    product.start()
    product.passwords = passwords
