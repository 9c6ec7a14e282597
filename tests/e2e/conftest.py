"""The whole product, started as a newcomer starts it, in a folder and on ports of its own."""

import ftplib
import io
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import sync_playwright
from tests.browser import CHROMIUM

STARTS_WITHIN = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Verbs one after the other in one process: what matters to a test is the source or key that it gets.
VERBS_BY_LINE = """
import contextlib, io, json, sys
from halong.cli import main
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(json.loads(line))
        except SystemExit as ended:
            status = ended.code
    print(json.dumps([status, out.getvalue(), err.getvalue()]), flush=True)
"""


@dataclass
class Product:
    """A running Halong."""

    home: Path
    env: dict
    process: subprocess.Popen | None = None
    passwords: dict = field(default_factory=dict)
    helper: subprocess.Popen | None = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.env['HALONG_PORT']}"

    def start(self):
        log = (self.home.parent / "run.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "halong", "run"],
            env=self.env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.wait_until_ready()
        text = (self.home / "initial-passwords.txt").read_text()
        self.passwords = dict(re.findall(r"^\s*(\S+)\s+(\S+)\s", text, re.MULTILINE))
        return self

    def wait_until_ready(self, within=STARTS_WITHIN):
        until = time.monotonic() + within
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"Halong did not start:\n{(self.home.parent / 'run.log').read_text()[-4000:]}")

    def stop(self):
        if self.helper:
            self.helper.communicate()
            self.helper = None
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=40)

    def halong(self, *words):
        """Run a verb of the command line, which must succeed; its standard output."""
        done = self.command(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def command(self, *words, **given):
        """Run a verb of the command line: how it ended, what it said."""
        return subprocess.run(
            [sys.executable, "-m", "halong", *map(str, words)],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **given,
        )

    def discard(self):
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.home.parent, ignore_errors=True)

    def quickly(self, *words):
        """A verb that prints JSON, in a process that has Django loaded already: what it printed."""
        if self.helper is None:
            self.helper = subprocess.Popen(
                [sys.executable, "-c", VERBS_BY_LINE],
                env=self.env,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        self.helper.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self.helper.stdin.flush()
        status, out, err = json.loads(self.helper.stdout.readline())
        assert status == 0, out + err
        return json.loads(out)

    def source(self, kind, name, **settings):
        """What a client of a new source needs."""
        sets = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
        needs = self.quickly("source", "add", kind, name, *sets)
        time.sleep(
            0.3
        )  # the servers hear of it within a moment; who comes before that is made to wait for two seconds
        return needs

    def key(self, *permissions):
        """An API key with these permissions."""
        words = [part for permission in permissions for part in ("--permission", permission)]
        return self.quickly("key", "add", f"e2e {time.time()}", *words)["key"]

    def browser(self, user):
        """An HTTP client that has signed in."""
        client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=20)
        page = client.get("/login").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        form = {"username": user, "password": self.passwords[user], "csrfmiddlewaretoken": token}
        answer = client.post("/login", data=form, headers={"Referer": self.url}, follow_redirects=False)
        assert answer.status_code == 302, answer.text[:3000]
        assert "/login" not in answer.headers["Location"]
        return client

    def rows(self, sql, *values):
        """What the product's own database answers, asked past the product."""
        from halong.database.embedded import database_url

        with psycopg.connect(database_url(self.home), autocommit=True) as connection:
            return connection.execute(sql, values or None).fetchall()

    def readings(self, urn, name="pm25", since="2020-02-01"):
        """(time, value, quality) of a series, ascending, as the database has them."""
        return self.rows(
            "SELECT o.time, o.value, o.quality FROM observation o JOIN observations_series s ON s.id = o.series_id"
            " JOIN context_entity e ON e.id = s.entity_id"
            " WHERE e.urn = %s AND s.property = %s AND o.time > %s ORDER BY o.time",
            urn,
            name,
            since,
        )

    def children(self):
        """Process ids of the product by name: its own processes, and ``database`` for the postmaster."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            ours = f"HALONG_HOME={self.home}\0".encode() in environment
            if ours and words[1:3] == ["-m", "halong"] and int(folder.name) != os.getpid():
                found[words[3]] = int(folder.name)
        for file in self.home.glob("postgres/*/data/postmaster.pid"):
            with suppress(OSError, ValueError):
                found["database"] = int(file.read_text().split("\n", 1)[0])
        return found


def make_product(**env):
    folder = Path(tempfile.mkdtemp(prefix="halong-e2e-"))
    folder.chmod(0o755)
    settings = {
        "HALONG_HOME": str(folder / "home"),
        "HALONG_PORT": str(free_port()),
        "HALONG_FTP_PORT": str(free_port()),
        "HALONG_SFTP_PORT": str(free_port()),
        "HALONG_SIMULATE": "0",
    }
    clean = {k: v for k, v in os.environ.items() if not k.startswith("HALONG_") and k != "DATABASE_URL"}
    return Product(folder / "home", {**clean, **settings, **env})


@pytest.fixture(scope="module")
def playwright():
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(playwright):
    browser = playwright.chromium.launch(**CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def product():
    """A product without simulated devices, shared by the tests that don't harm it."""
    product = make_product().start()
    yield product
    product.discard()


@pytest.fixture(scope="module")
def own_product():
    """A product of a module's own: it will be harmed."""
    product = make_product().start()
    yield product
    product.discard()


@pytest.fixture(scope="session")
def new_station(product):
    """Make air stations: a file under a name that nobody knows opens one; its first reading is of 2020."""
    door = product.source("ftp", f"stations of the tests {time.time()}")
    numbers = itertools.count(int(time.time()))

    def make():
        name = f"QN_TEST_KHI{next(numbers)}"
        content = "".join(f"{symbol}\t1\tug/m3\t20200101000000\t00\r\n" for symbol in ("PM2,5", "PM10"))
        with ftplib.FTP() as client:
            client.connect(door["address"], door["port"], timeout=60)
            client.login(door["user"], door["password"])
            client.storbinary(f"STOR {name}_20200101000000.txt", io.BytesIO(content.encode()))
        return f"urn:ngsi-ld:AirQualityObserved:{name}"

    return make


@pytest.fixture
def station(new_station):
    """An air station of its own for one test: its URN."""
    return new_station()


def eventually(what, within=10.0, every=0.1):
    """The first true answer of ``what`` in this time; fails with its last answer."""
    until = time.monotonic() + within
    while True:
        found = what()
        if found or time.monotonic() > until:
            assert found, f"not within {within} s: {found!r}"
            return found
        time.sleep(every)
