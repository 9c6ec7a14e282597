import os
from pathlib import Path

import pytest

from halong.database import backup, schedule


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HALONG_BACKUP_DIR", raising=False)
    monkeypatch.delenv("HALONG_BACKUP_KEEP", raising=False)
    return tmp_path / "home"


def url():
    return os.environ["DATABASE_URL"]


def test_a_backup_is_made_and_written_down(home):
    assert schedule.last_backup() is None
    last = schedule.make_scheduled_backup(url())
    assert schedule.backups() == [home / "backups" / Path(last.file).name]
    assert schedule.last_backup() == last
    assert last.error == ""
    assert last.size == schedule.backups()[0].stat().st_size
    assert backup.read_manifest(schedule.backups()[0])["format"] == 1


def test_only_so_many_are_kept(home, monkeypatch, tmp_path):
    monkeypatch.setenv("HALONG_BACKUP_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("HALONG_BACKUP_KEEP", "2")
    (tmp_path / "elsewhere").mkdir()
    for day in (1, 2, 3):
        (tmp_path / "elsewhere" / f"halong-2026010{day}-190000.backup").touch()
    (tmp_path / "elsewhere" / "mine.tar").touch()
    schedule.make_scheduled_backup(url())
    assert schedule.backups()[0].name == "halong-20260103-190000.backup"
    assert len(schedule.backups()) == 2
    assert (tmp_path / "elsewhere" / "mine.tar").exists()


def test_none_when_switched_off(monkeypatch):
    monkeypatch.setenv("HALONG_BACKUP_KEEP", "0")
    assert schedule.make_scheduled_backup(url()) is None
    assert schedule.backups() == []


def test_a_failure_is_written_down_and_raised(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HALONG_BACKUP_DIR", str(tmp_path / "file"))
    with pytest.raises(FileExistsError):
        schedule.make_scheduled_backup(url())
    assert "File exists" in schedule.last_backup().error
