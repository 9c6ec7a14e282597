"""The supervisor with real, small processes instead of the product's."""

import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from halong import supervisor
from halong.core.command import CommandError
from halong.home import running_pid

FOLLOW = "from halong.core.process import follow_parent; follow_parent()"
WEB = (
    FOLLOW
    + """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b"{}")
    def log_message(self, *rest): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
)
RUN = """
import sys
from pathlib import Path
from halong import home, supervisor
folder = home.home()
children = eval(sys.argv[2])
with supervisor.only_one(folder):
    supervisor.Supervisor(folder, children, ("127.0.0.1", int(sys.argv[1]))).run()
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def home():
    """In a folder that the database's user can pass, as pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="halong-t-"))
    folder.chmod(0o755)
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def product(home):
    """Starts a supervisor of the given children in a process of its own; ends it after the test."""
    started = []

    def start(children, database="postgresql:///unused", number=None):
        number = number or free_port()
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {
            "HALONG_HOME": str(home)
        }
        if database:
            environment["DATABASE_URL"] = database
        commands = {"web": ["-c", f"import sys; sys.argv = ['', '{number}']\n{WEB}"]} | children
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(number), repr(commands)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def read_until(process, word, within=60):
    said = []
    timer = threading.Timer(within, process.kill)
    timer.start()
    for line in process.stdout:
        said.append(line)
        if word in line:
            timer.cancel()
            return said
    pytest.fail(f"{word!r} was never said:\n{''.join(said)}")


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pids, within=10):
    until = time.monotonic() + within
    while any(alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(alive(pid) for pid in pids)


SLEEP = ["-c", f"{FOLLOW}; import os, time; print('pid', os.getpid()); time.sleep(100)"]
STUBBORN = ["-c", f"import signal; signal.signal(15, signal.SIG_IGN); {SLEEP[1]}"]


def pid_said(said, name):
    return int(next(line for line in said if line.startswith(name) and "pid" in line).split()[-1])


def ready_with_worker(process):
    """The process id of its worker, once the product is ready: which of them is said first is not decided."""
    said = read_until(process, "Halong is ready: http://127.0.0.1:")
    return pid_said([*said, *([] if any("pid" in x for x in said) else read_until(process, "pid"))], "worker")


def test_starts_tells_the_address_and_ends_on_sigterm(product, home):
    process = product({"worker": SLEEP})
    pid = ready_with_worker(process)
    began = time.monotonic()
    process.terminate()
    rest = process.communicate(timeout=15)[0]
    assert process.returncode == 0
    assert rest.endswith("Stopping…\nHalong has stopped.\n")
    assert time.monotonic() - began < 3
    assert gone([pid])
    assert "pid" in (home / "logs" / "worker.log").read_text()
    assert (home / "logs" / "worker.log").stat().st_mode & 0o777 == 0o600


def test_a_process_that_ends_is_started_again_with_a_growing_delay(product):
    process = product({"worker": ["-c", "print('hello'); raise SystemExit(3)"]})
    said = read_until(process, "new start in 2 s")
    told = [line.strip() for line in said if "new start" in line]
    assert told == [f"worker ended with status 3; new start in {delay} s." for delay in ("0.5", "1", "2")]


def test_a_process_that_was_killed_is_started_again(product):
    process = product({"worker": SLEEP})
    first = pid_said(read_until(process, "pid"), "worker")
    os.kill(first, signal.SIGKILL)
    said = read_until(process, "pid")
    assert "worker was ended by SIGKILL; new start in 0.5 s.\n" in said
    assert pid_said(said, "worker") != first


def test_a_stubborn_process_does_not_keep_us_longer_than_ten_seconds(product):
    process = product({"worker": STUBBORN})
    pid = pid_said(read_until(process, "pid"), "worker")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert time.monotonic() - began < 10
    assert gone([pid], 1)


def test_a_second_ctrl_c_ends_at_once(product):
    process = product({"worker": STUBBORN})
    read_until(process, "pid")
    process.send_signal(signal.SIGINT)
    read_until(process, "Stopping")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert time.monotonic() - began < 2


def test_sigkill_of_the_supervisor_ends_all_and_blocks_nothing(product, home):
    number = free_port()
    process = product({"worker": SLEEP}, database=None, number=number)
    pid = ready_with_worker(process)
    postmaster = int((home / "postgres" / "18" / "data" / "postmaster.pid").read_text().split()[0])
    process.kill()
    process.communicate()
    assert gone([pid, postmaster])
    subprocess.run(
        ["fuser", "-k", f"{number}/tcp"], check=False, capture_output=True
    )  # WEB doesn't follow its parent
    again = product({"worker": SLEEP}, database=None)
    read_until(again, "Halong is ready")
    again.terminate()
    again.communicate(timeout=15)
    assert again.returncode == 0
    assert not (home / "postgres" / "18" / "data" / "postmaster.pid").exists()


def test_a_database_that_was_killed_is_started_again(product, home):
    process = product({}, database=None)
    read_until(process, "Halong is ready")
    postmaster = int((home / "postgres" / "18" / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    read_until(process, "The database is ready again")
    process.terminate()
    process.communicate(timeout=15)
    assert process.returncode == 0


def test_only_one_at_a_time_and_a_stale_file_does_not_matter(home, monkeypatch):
    home.mkdir()
    monkeypatch.setenv("HALONG_HOME", str(home))
    (home / "halong.pid").write_text("1\n")
    assert running_pid() is None
    with supervisor.only_one(home):
        assert running_pid() == os.getpid()
        with pytest.raises(CommandError, match=f"runs already in {home} \\(process {os.getpid()}\\)"):
            supervisor.only_one(home).__enter__()
    assert running_pid() is None


def test_stop_ends_the_running_product(product, home, monkeypatch, capsys):
    monkeypatch.setenv("HALONG_HOME", str(home))
    process = product({"worker": SLEEP})
    read_until(process, "is ready")
    supervisor.stop(None)
    process.communicate(timeout=5)
    assert process.returncode == 0
    assert capsys.readouterr().out == "Halong has stopped.\n"
    supervisor.stop(None)
    assert capsys.readouterr().out == f"Halong isn't running in {home}.\n"


def test_a_port_in_use_is_told_before_anything_starts():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(
            CommandError, match=f"can't listen on 127.0.0.1 port {number}: Address already in use"
        ):
            supervisor.require_free(("127.0.0.1", number))
    supervisor.require_free(("127.0.0.1", number))


def test_why_it_is_not_ready():
    number = free_port()
    assert "refused" in supervisor.not_ready(("0.0.0.0", number))

    class Waiting(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(503)
            self.end_headers()
            self.wfile.write(b"3 migrations wait")

        def log_message(self, *rest):
            pass

    with http.server.HTTPServer(("127.0.0.1", number), Waiting) as server:
        threading.Thread(target=server.handle_request).start()
        assert supervisor.not_ready(("127.0.0.1", number)) == "/readyz answers 503 3 migrations wait"


@pytest.mark.parametrize(("value", "there"), [("0", False), ("1", True), (None, True)])
def test_the_simulator_can_be_left_out(monkeypatch, value, there):
    monkeypatch.delenv("HALONG_SIMULATE", raising=False)
    if value is not None:
        monkeypatch.setenv("HALONG_SIMULATE", value)
    installed = (Path(supervisor.__file__).parent / "simulation" / "commands.py").exists()
    assert ("simulator" in supervisor.commands()) == (there and installed)
