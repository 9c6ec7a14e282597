"""The verbs as an administrator types them, on an embedded database that starts and ends with each."""

import os
import re
import subprocess
import sys

import pytest

from halong.supervisor import only_one


@pytest.fixture
def halong(place):
    def run(home, *words):
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        environment["HALONG_HOME"] = str(place / home)
        command = [sys.executable, "-m", "halong", *words]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env=environment, cwd=place
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_backup_restore_and_doctor(halong, place):
    assert halong("one", "migrate")[0] == 0
    status, said = halong("one", "backup", "all.backup")
    assert status == 0, said
    assert re.search(r"all\.backup: [\d.]+ MB, \d+ tables, \d+ rows\.", said)
    status, said = halong("two", "restore", "all.backup")
    assert status == 0, said
    assert "all counted" in said
    assert (place / "two" / "secrets" / "django").read_text() == (
        place / "one" / "secrets" / "django"
    ).read_text()
    status, said = halong("two", "doctor")
    assert status == 0, said
    assert "product       is stopped" in said
    assert "ok  Database tables" in said
    status, said = halong("two", "restore", "all.backup")
    assert (status, "data here already" in said) == (1, True)
    assert halong("two", "restore", "all.backup", "--replace")[0] == 0


def test_doctor_fails_when_something_is_wrong(halong):
    status, said = halong("fresh", "doctor")
    assert status == 1
    assert "steps of the tables are missing: run halong migrate" in said


def test_no_restore_into_a_running_product(halong, place):
    (place / "three").mkdir()
    with only_one(place / "three"):
        status, said = halong("three", "restore", "nothing.backup")
    assert (status, said) == (1, "halong: Halong is running here. Stop it first: halong stop\n")
