import os
import subprocess
import sys

import pytest

from halong import home

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def mode(place):
    return place.stat().st_mode & 0o777


def test_path_follows_the_environment_and_creates_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path / "a" / "b"))
    assert home.path() == tmp_path / "a" / "b"
    assert not (tmp_path / "a").exists()


def test_default_path_of_root_and_of_others(monkeypatch):
    monkeypatch.delenv("HALONG_HOME")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert str(home.path()) == "/var/lib/halong"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/lan")
    assert str(home.path()) == "/home/lan/.halong"


def test_missing_parents_are_made_and_existing_ones_left(tmp_path):
    tmp_path.chmod(0o750)
    place = home.prepare(tmp_path / "new" / "home")
    assert place.is_dir()
    assert mode(tmp_path) == 0o750


@root_only
def test_rights_of_a_folder_that_holds_other_things_are_left(tmp_path):
    tmp_path.chmod(0o700)
    (tmp_path / "diary.txt").touch()
    home.prepare(tmp_path)
    assert mode(tmp_path) == 0o700


@root_only
def test_an_empty_folder_becomes_ours(tmp_path):
    tmp_path.chmod(0o700)
    home.prepare(tmp_path)
    assert mode(tmp_path) == 0o711


def test_a_file_is_refused(tmp_path):
    (tmp_path / "home").touch()
    with pytest.raises(home.HomeError, match="not a folder"):
        home.prepare(tmp_path / "home")


def test_secret_is_private_and_stays(tmp_path):
    first = home.secret("django", tmp_path)
    assert len(first) == 43
    assert home.secret("django", tmp_path) == first
    assert home.secret("other", tmp_path) != first
    assert mode(tmp_path / "secrets") == 0o700
    assert mode(tmp_path / "secrets" / "django") == 0o600
    assert sorted(p.name for p in (tmp_path / "secrets").iterdir()) == ["django", "other"]


def test_processes_that_ask_together_get_one_secret(tmp_path):
    code = (
        f"from pathlib import Path\nfrom halong import home\nprint(home.secret('x', Path({str(tmp_path)!r})))"
    )
    asking = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(6)]
    answers = {process.communicate()[0] for process in asking}
    assert len(answers) == 1
