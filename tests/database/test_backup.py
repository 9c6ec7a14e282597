import io
import json
import os
import tarfile
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from halong.database import backup

pytestmark = pytest.mark.postgres15


@pytest.fixture
def databases():
    """Makes empty databases beside that of the tests; their URLs."""
    url = os.environ["DATABASE_URL"]
    made = []

    def make():
        name = f"backup_{os.getpid()}_{len(made)}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
            connection.execute(f'CREATE DATABASE "{name}"')
        made.append(name)
        return make_conninfo(**conninfo_to_dict(url) | {"dbname": name})

    yield make
    with psycopg.connect(url, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def fill(url):
    with psycopg.connect(url) as connection:
        connection.execute(
            """
            CREATE TABLE station (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, raw bytea, doc jsonb);
            INSERT INTO station (name, raw, doc)
              SELECT 'Trạm ' || n, decode(md5(n::text), 'hex'), jsonb_build_object('n', n) FROM generate_series(1, 500) n;
            CREATE TABLE observation (time timestamptz, value float8, series int) PARTITION BY RANGE (time);
            CREATE TABLE observation_1 PARTITION OF observation FOR VALUES FROM ('2026-01-01') TO ('2026-01-02');
            INSERT INTO observation
              SELECT '2026-01-01'::timestamptz + n * interval '1 s', 'NaN', n FROM generate_series(1, 90) n;
            CREATE TABLE entry (seq int);
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'append only'; END $$;
            CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse();
            INSERT INTO entry VALUES (1);
            CREATE VIEW named AS SELECT name FROM station;
            """
        )


def content(url):
    """Every table's rows as text, the sequences, the triggers."""
    with psycopg.connect(url) as connection:
        known = {}
        for name in backup.count_rows(url, connection):
            query = f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t"
            known[name] = connection.execute(query).fetchone()[0]
        known["sequence"] = connection.execute("SELECT last_value FROM station_id_seq").fetchone()[0]
        known["triggers"] = connection.execute("SELECT tgname FROM pg_trigger ORDER BY 1").fetchall()
        known["view"] = connection.execute("SELECT count(*) FROM named").fetchone()[0]
        return known


@pytest.fixture
def original(tmp_path, databases):
    home = tmp_path / "original"
    (home / "secrets").mkdir(parents=True)
    (home / "secrets" / "django").write_text("key")
    (home / "files" / "2026").mkdir(parents=True)
    (home / "files" / "2026" / "ảnh.jpg").write_bytes(os.urandom(5000))
    url = databases()
    fill(url)
    return home, url


@pytest.fixture
def empty(tmp_path, databases):
    home = tmp_path / "empty"
    home.mkdir()
    return home, databases()


def test_restored_into_an_empty_place_all_is_the_same(original, empty, tmp_path):
    file = tmp_path / "all.backup"
    backup.make_backup(file, home=original[0], url=original[1])
    assert file.stat().st_mode & 0o777 == 0o600
    manifest = backup.restore_backup(file, home=empty[0], url=empty[1])
    assert manifest["tables"] == {"entry": 1, "observation_1": 90, "station": 500}
    assert content(empty[1]) == content(original[1])
    for name in ("secrets/django", "files/2026/ảnh.jpg"):
        assert (empty[0] / name).read_bytes() == (original[0] / name).read_bytes()
        assert (empty[0] / name).stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in empty[0].iterdir()) == ["files", "secrets"]


def test_a_dump_is_one_moment_although_others_write(original, empty, tmp_path, monkeypatch):
    run = backup._run

    def write_then_run(program, url):
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO entry SELECT generate_series(2, 50)")
        run(program, url)

    monkeypatch.setattr(backup, "_run", write_then_run)
    backup.make_backup(tmp_path / "b", home=original[0], url=original[1])
    assert backup.restore_backup(tmp_path / "b", home=empty[0], url=empty[1])["tables"]["entry"] == 1


def test_nothing_is_restored_over_data_unless_asked(original, empty, tmp_path):
    file = tmp_path / "b"
    backup.make_backup(file, home=original[0], url=original[1])
    before = content(original[1])
    with psycopg.connect(original[1]) as connection:
        connection.execute("DELETE FROM station WHERE id > 10; CREATE TABLE later (n int)")
    with pytest.raises(backup.BackupError, match="data here already"):
        backup.restore_backup(file, home=original[0], url=original[1])
    (original[0] / "files" / "later.txt").touch()
    backup.restore_backup(file, home=original[0], url=original[1], replace=True)
    assert content(original[1]) == before
    assert [p.name for p in (original[0] / "files").rglob("*") if p.is_file()] == ["ảnh.jpg"]


def test_an_existing_file_is_not_written_over(original, tmp_path):
    (tmp_path / "b").write_text("mine")
    with pytest.raises(backup.BackupError, match="exists already"):
        backup.make_backup(tmp_path / "b", home=original[0], url=original[1])
    assert (tmp_path / "b").read_text() == "mine"


def test_a_failed_backup_leaves_nothing(original, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(psycopg.OperationalError):
        backup.make_backup(tmp_path / "out" / "b", home=original[0], url="host=/nowhere dbname=x")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("at", [0.2, 0.5, 0.7])
def test_a_damaged_file_changes_nothing(original, empty, tmp_path, at):
    file = tmp_path / "b"
    backup.make_backup(file, home=original[0], url=original[1])
    body = bytearray(file.read_bytes())
    start = int(len(body) * at)
    body[start : start + 600] = bytes(b ^ 0xFF for b in body[start : start + 600])
    file.write_bytes(body)
    with pytest.raises(backup.BackupError, match=r"damaged|can't be read"):
        backup.restore_backup(file, home=empty[0], url=empty[1])
    assert backup.count_rows(empty[1]) == {}
    assert list(empty[0].iterdir()) == []


def test_a_truncated_file_is_refused(original, empty, tmp_path):
    file = tmp_path / "b"
    backup.make_backup(file, home=original[0], url=original[1])
    file.write_bytes(file.read_bytes()[:12000])
    with pytest.raises(backup.BackupError, match=r"damaged|can't be read"):
        backup.restore_backup(file, home=empty[0], url=empty[1])


def rewritten(file, change):
    """The backup with another manifest."""
    with tarfile.open(file) as tar:
        parts = [(m, tar.extractfile(m).read()) for m in tar]
    manifest = json.loads(parts[0][1])
    extra = change(manifest) or []
    body = json.dumps(manifest).encode()
    other = file.with_name("rewritten")
    with tarfile.open(other, "w") as tar:
        for name, bytes_ in [("manifest.json", body), *((m.name, b) for m, b in parts[1:]), *extra]:
            info = tarfile.TarInfo(name)
            info.size = len(bytes_)
            tar.addfile(info, io.BytesIO(bytes_))
    return other


def test_a_newer_version_is_refused_clearly(original, empty, tmp_path):
    backup.make_backup(tmp_path / "b", home=original[0], url=original[1])
    newer = rewritten(tmp_path / "b", lambda m: m.update(halong="99.1.0"))
    with pytest.raises(backup.BackupError, match=r"made by Halong 99\.1\.0, which is newer than this one"):
        backup.restore_backup(newer, home=empty[0], url=empty[1])


def test_names_that_leave_the_folder_are_not_followed(original, empty, tmp_path):
    backup.make_backup(tmp_path / "b", home=original[0], url=original[1])

    def add(manifest):
        manifest["parts"]["files/../../escaped"] = {"size": 1, "sha256": "x"}
        return [("files/../../escaped", b"!")]

    with pytest.raises(backup.BackupError, match="is not what was written"):
        backup.restore_backup(rewritten(tmp_path / "b", add), home=empty[0], url=empty[1])
    assert list(tmp_path.rglob("escaped")) == []


@pytest.mark.parametrize("body", [b"", b"hello", b"\0" * 2048])
def test_another_file_is_no_backup(empty, tmp_path, body):
    (tmp_path / "b").write_bytes(body)
    with pytest.raises(backup.BackupError):
        backup.restore_backup(tmp_path / "b", home=empty[0], url=empty[1])


def test_password_goes_by_the_environment():
    command, environment = backup._command(["psql"], "postgresql://lan:geheim@db.example/halong")
    assert [part for part in command if "geheim" in part] == []
    assert environment["PGPASSWORD"] == "geheim"
    assert Path(command[0]).name == "psql"
