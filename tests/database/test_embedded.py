import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

import psycopg
import pytest

from halong.database import account, binaries, cluster, embedded

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be another user")


def ask(url, query="SELECT 1"):
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchone()[0] if cursor.description else None


def pid_of(home):
    return embedded._cluster(home).pid()


def gone(pid, within=15):
    until = time.monotonic() + within
    while time.monotonic() < until:
        if not cluster._is_postmaster(pid, Path("/")) and not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


def test_starts_keeps_data_and_stops(place):
    with embedded.start(place) as server:
        pid = pid_of(place)
        ask(server.url, "CREATE TABLE kept AS SELECT 42 AS n")
        assert server.url == embedded.database_url(place)
        assert embedded.is_running(place)
    assert not embedded.is_running(place)
    assert gone(pid)
    with embedded.start(place) as server:
        assert ask(server.url, "SELECT n FROM kept") == 42


def test_what_the_server_is(place):
    with embedded.start(place) as server:
        assert ask(server.url, "SHOW server_encoding") == "UTF8"
        assert ask(server.url, "SHOW listen_addresses") == ""
        assert ask(server.url, "SHOW data_checksums") == "on"
        assert ask(server.url, "SHOW fsync") == "on"
        assert ask(server.url, "SELECT upper('đặng ỷ')") == "ĐẶNG Ỷ"
        assert ask(server.url, "SELECT array_agg(w ORDER BY w) FROM unnest('{b,B,a,đ}'::text[]) w") == [
            "B",
            "a",
            "b",
            "đ",
        ]
    private = [place / "postgres", place / "postgres" / "run", place / "postgres" / "18" / "data"]
    assert [folder.stat().st_mode & 0o777 for folder in private] == [0o700] * 3


def test_a_long_home_gets_a_short_private_socket_folder(place):
    home = place / ("x" * 90)
    with embedded.start(home) as server:
        assert ask(server.url) == 1
        sockets = embedded._cluster(home)._socket_folder()
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert len(str(sockets)) < 80
    shutil.rmtree(sockets)


@root_only
def test_a_socket_folder_of_somebody_else_is_refused(place):
    home = place / ("y" * 90)
    sockets = embedded._cluster(home)._socket_folder()
    sockets.mkdir(mode=0o777)
    try:
        with pytest.raises(embedded.ClusterError, match="must be the database user's alone"):
            embedded.start(home)
    finally:
        sockets.rmdir()


@root_only
def test_a_parent_in_the_way_is_refused_and_left_as_it_is(place):
    parent = place / "closed"
    parent.mkdir(mode=0o700)
    (parent / "other").touch()
    with pytest.raises(embedded.ClusterError, match=f"can't pass through {parent}"):
        embedded.start(parent / "home")
    assert parent.stat().st_mode & 0o777 == 0o700


@root_only
def test_rights_of_parents_are_left(place):
    place.chmod(0o751)
    with embedded.start(place / "home"):
        assert place.stat().st_mode & 0o777 == 0o751
        assert (place / "home").stat().st_mode & 0o777 == 0o711


@root_only
def test_runs_as_an_ordinary_user(place, python_as):
    home = place / "theirs"
    home.mkdir()
    shutil.chown(home, "nobody")
    code = f"""
from pathlib import Path
from halong.database import embedded
import psycopg
with embedded.start(Path({str(home)!r})) as server, psycopg.connect(server.url) as connection:
    print(connection.execute("SELECT 6 * 7").fetchone()[0])
"""
    assert python_as(code, "nobody").communicate(timeout=60)[0] == "42\n"
    assert home.stat().st_mode & 0o777 == 0o755
    with embedded.running(home) as server:  # root, too, runs the database as the one who owns the data
        assert ask(server.url) == 1
    assert {p.owner() for p in (home / "postgres" / "18").iterdir()} == {"nobody"}


def owner_code(home, then):
    return f"""
import time
from pathlib import Path
from halong.database import embedded
server = embedded.start(Path({str(home)!r}))
print(server.url, flush=True)
{then}
"""


def test_sigkill_of_the_parent_ends_the_database_soon(place, python_as):
    process = python_as(owner_code(place, "time.sleep(60)"))
    process.stdout.readline()
    pid = pid_of(place)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert gone(pid)


def test_an_orphan_that_nobody_ended_is_settled_at_the_next_start(place, python_as):
    process = python_as(
        owner_code(place, "import os; os.kill(server._cluster._watch.pid, 9)\ntime.sleep(60)")
    )
    url = process.stdout.readline().strip()
    orphan = pid_of(place)
    ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
    time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    time.sleep(0.3)
    assert embedded.is_running(place)
    said = []
    with embedded.start(place, said.append) as server:
        assert ask(server.url, "SELECT n FROM kept") == 7
        assert pid_of(place) != orphan
    assert said[0].startswith("Ending the database that an earlier Halong left behind")


def test_sigkill_of_the_postmaster_is_noticed_and_recovered(place):
    with embedded.start(place) as server:
        ask(server.url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        assert not server.died()
        os.kill(pid_of(place), signal.SIGKILL)
        until = time.monotonic() + 5
        while not server.died() and time.monotonic() < until:
            time.sleep(0.01)
        assert server.died()
        server.relaunch()
        assert ask(server.url, "SELECT count(*) FROM kept") == 1000
        assert not server.died()


def test_a_stale_pid_file_with_a_number_used_again_does_not_matter(place):
    with embedded.start(place):
        stale = (place / "postgres" / "18" / "data" / "postmaster.pid").read_text()
    lines = stale.splitlines()
    lines[0] = str(os.getpid())
    (place / "postgres" / "18" / "data" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    assert pid_of(place) is None
    with embedded.start(place) as server:
        assert ask(server.url) == 1


def test_a_guest_uses_the_server_that_runs_and_leaves_it(place):
    with embedded.start(place) as server:
        with embedded.running(place) as guest:
            assert not guest.owned
            assert ask(guest.url) == 1
        assert ask(server.url) == 1


def test_many_start_at_once_and_the_last_one_ends_it(place, python_as):
    code = f"""
import random, time
from pathlib import Path
import psycopg
from halong.database import embedded
with embedded.running(Path({str(place)!r})) as server:
    for _ in range(3):
        with psycopg.connect(server.url) as connection:
            connection.execute("SELECT 1")
        time.sleep(random.random() / 5)
    print("owner" if server.owned else "guest")
"""
    running = [python_as(code) for _ in range(6)]
    answers = [process.communicate(timeout=90)[0].strip() for process in running]
    assert [process.returncode for process in running] == [0] * 6
    assert set(answers) <= {"owner", "guest"}
    assert answers.count("owner") >= 1
    assert not embedded.is_running(place)


def test_data_of_another_major_are_refused_with_the_way_out(place):
    other = place / "postgres" / "17" / "data"
    other.mkdir(parents=True)
    (other / "PG_VERSION").write_text("17\n")
    (place / "postgres").chmod(0o755)
    with pytest.raises(embedded.ClusterError, match="belong to PostgreSQL 17"):
        embedded.start(place)


def test_settings_of_the_administrator_win(place):
    with embedded.start(place):
        pass
    (place / "postgres" / "18" / "data" / "local.conf").write_text("work_mem = '9MB'\n")
    (place / "postgres" / "18" / "data" / "local.conf").chmod(0o644)
    with embedded.start(place) as server:
        assert ask(server.url, "SHOW work_mem") == "9MB"


def test_a_server_that_can_not_start_says_why(place):
    with embedded.start(place):
        pass
    (place / "postgres" / "18" / "data" / "local.conf").write_text("no_such_thing = 1\n")
    (place / "postgres" / "18" / "data" / "local.conf").chmod(0o644)
    with pytest.raises(embedded.ClusterError, match="no_such_thing"):
        embedded.start(place)
    with contextlib.suppress(FileNotFoundError):
        (place / "postgres" / "18" / "data" / "local.conf").unlink()
    with embedded.start(place) as server:
        assert ask(server.url) == 1


@root_only
def test_programs_out_of_reach_are_copied_once(place, monkeypatch):
    source = binaries.wheel()
    hidden = place / "root-only"
    hidden.mkdir(mode=0o700)
    shutil.copytree(source, hidden / source.name, ignore=shutil.ignore_patterns("pginstall", "include"))
    shutil.copytree(source.with_name(f"{source.name}.libs"), hidden / f"{source.name}.libs")
    monkeypatch.setattr(binaries, "wheel", lambda: hidden / source.name)
    with embedded.start(place / "home") as server:
        assert ask(server.url) == 1
    copies = list((place / "home" / "postgres").glob("programs-*"))
    made = copies[0].stat().st_mtime_ns
    with embedded.start(place / "home") as server:
        assert ask(server.url) == 1
    assert [copy.stat().st_mtime_ns for copy in copies] == [made]
    assert hidden.stat().st_mode & 0o777 == 0o700


def test_temporary_cluster_leaves_nothing():
    with embedded.temporary_cluster() as url:
        folder = Path(psycopg.conninfo.conninfo_to_dict(url)["host"])
        assert ask(url, "SHOW fsync") == "off"
    assert not folder.parents[1].exists()


@root_only
def test_account_is_never_root(place):
    assert account.account_for(place / "nothing").uid != 0
    assert account.unprivileged().uid != 0
    assert account.named("root") is None
    assert account.named("nobody-of-this-name") is None
