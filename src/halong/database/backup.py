"""A backup is one tar file: the database as ``pg_dump`` writes it, the files, the keys, and a manifest.

The manifest comes first and has a checksum of every part and the number of rows of every table, counted in the same
snapshot that is dumped, so that a restore can prove itself. The file holds secrets: keep it as safe as the product.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from halong import __version__
from halong.core.errors import HalongError
from halong.database.binaries import client

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
FOLDERS = ("files", "secrets")  # of the data folder; the rest can be made again, or is the database
EMPTY = "SET client_min_messages = warning;\nDROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n"


class BackupError(HalongError):
    """The backup can't be made or restored; nothing was changed."""

    kind, title = "backup", "Backup failed"


def make_backup(file: Path, *, home: Path, url: str) -> dict[str, Any]:
    """Write the backup of a home and its database to ``file`` (mode 0600), whole or not at all.

    Works while the product runs. Returns the manifest. Raises BackupError.
    """
    if file.exists():
        raise BackupError(f"{file} exists already.")
    try:
        with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".halong-backup-") as folder:
            dump, draft = Path(folder, DUMP), Path(folder, "backup.tar")
            manifest = _dump(url, dump) | {"parts": {}}
            parts = {DUMP: dump} | _parts(home)
            manifest["parts"] = {name: checksum(place) for name, place in parts.items()}
            _pack(draft, manifest, parts)
            draft.rename(file)
    except OSError as error:
        raise BackupError(f"{file} can't be written: {error.strerror}.") from error
    return manifest


def restore_backup(file: Path, *, home: Path, url: str, replace: bool = False) -> dict[str, Any]:
    """Bring back what ``make_backup`` wrote, into an empty home and database (or any, with ``replace``).

    Everything is verified before anything is changed, the database changes in one transaction, and afterwards the rows
    of every table are counted. The version may be older than ours (``halong migrate`` follows), never newer.
    Returns the manifest. Raises BackupError.
    """
    with tempfile.TemporaryDirectory(dir=home, prefix=".halong-restore-") as folder:
        manifest = unpack(file, Path(folder))
        if not replace:
            _require_empty(home, url)
        _load(url, Path(folder, DUMP))
        found = count_rows(url)
        wrong = {table for table, rows in (found.items() ^ manifest["tables"].items())}
        if wrong:
            raise BackupError(f"The restored tables differ from the backup: {', '.join(sorted(wrong))}.")
        _place_folders(Path(folder), home)
    return manifest


def read_manifest(file: Path) -> dict[str, Any]:
    """The manifest of a backup, checked for format and version. Raises BackupError."""
    try:
        with tarfile.open(file) as tar:
            member = tar.next()
            if member is None or member.name != MANIFEST:
                raise BackupError(f"{file} is not a backup of Halong.")
            manifest: dict[str, Any] = json.loads(_content(tar, member).read())
    except (tarfile.TarError, OSError, ValueError) as error:
        raise BackupError(f"{file} can't be read as a backup: {error}.") from error
    if manifest["format"] > FORMAT or _version(manifest["halong"]) > _version(__version__):
        raise BackupError(
            f"{file} was made by Halong {manifest['halong']}, which is newer than this one ({__version__}). "
            "Install that version, or a newer one, and restore with it."
        )
    return manifest


def unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Take a backup apart into ``folder`` and verify every checksum. Returns the manifest. Raises BackupError."""
    manifest = read_manifest(file)
    parts: dict[str, dict[str, Any]] = manifest["parts"]
    try:
        with tarfile.open(file) as tar:
            for member in tar:
                if member.isreg() and member.name in parts and _is_safe(member.name):
                    place = folder / member.name
                    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    with place.open("xb") as target:
                        shutil.copyfileobj(_content(tar, member), target, 1 << 20)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BackupError(f"{file} is damaged: {error}.") from error
    damaged = [n for n, known in parts.items() if not (folder / n).is_file() or checksum(folder / n) != known]
    if damaged:
        raise BackupError(f"{file} is damaged: {', '.join(sorted(damaged))} is not what was written.")
    return manifest


def count_rows(url: str, connection: psycopg.Connection[Any] | None = None) -> dict[str, int]:
    """The number of rows of every ordinary table of the public schema (partitions each by itself)."""
    if connection is None:
        with psycopg.connect(url) as opened:
            return count_rows(url, opened)
    names = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1"
    ).fetchall()
    counted = {}
    for (name,) in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        counted[name] = row[0] if row else 0
    return counted


def checksum(file: Path) -> dict[str, Any]:
    """Size in bytes and SHA-256 of a file."""
    with file.open("rb") as stream:
        return {"size": file.stat().st_size, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}


def _dump(url: str, dump: Path) -> dict[str, Any]:
    # the snapshot is exported, so that what is counted and what is dumped is the same moment
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        tables = count_rows(url, connection)
        major = connection.info.server_version // 10000
        _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot[0]}",
              f"--file={dump}", "--schema=public"], url)  # fmt: skip
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return {"format": FORMAT, "halong": __version__, "made_at": made, "postgresql": major, "tables": tables}


def _load(url: str, dump: Path) -> None:
    """Replace the public schema by the dump, in one transaction."""
    restore = [str(client("pg_restore")), "--no-owner", "--no-privileges", "--file=-", str(dump)]
    with tempfile.TemporaryFile() as words:
        with subprocess.Popen(restore, stdout=subprocess.PIPE, stderr=words) as source:
            assert source.stdout is not None
            command, environment = _command(["psql", "--single-transaction", "--quiet", "--no-psqlrc"], url)
            command += ["--set=ON_ERROR_STOP=1", "--output=/dev/null"]
            psql = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=words, env=environment)
            assert psql.stdin is not None
            try:
                _feed(source.stdout, psql.stdin)
            except BrokenPipeError:
                source.kill()
            failed = psql.wait() != 0
        if failed or source.returncode != 0:
            words.seek(0)
            raise BackupError(f"The database took nothing of it: {words.read(2000).decode(errors='replace')}")


def _feed(source: IO[bytes], target: IO[bytes]) -> None:
    with target:
        target.write(EMPTY.encode())
        # a server before 17 doesn't know this setting, which is a safeguard only; the schema is there from EMPTY
        head = source.read(1 << 16)
        for line in (b"SET transaction_timeout = 0;\n", b"CREATE SCHEMA public;\n"):
            head = head.replace(line, b"", 1)
        target.write(head)
        shutil.copyfileobj(source, target, 1 << 20)


def _require_empty(home: Path, url: str) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchone()
    if (row and row[0]) or any((home / "files").glob("*")):
        raise BackupError(
            "There are data here already. Restore into an empty HALONG_HOME, or replace them: --replace."
        )


def _place_folders(unpacked: Path, home: Path) -> None:
    for name in FOLDERS:
        new, place = unpacked / name, home / name
        shutil.rmtree(place, ignore_errors=True)
        new.mkdir(mode=0o700, exist_ok=True)
        new.chmod(0o700)
        new.rename(place)
        for file in place.rglob("*"):
            file.chmod(0o700 if file.is_dir() else 0o600)


def _parts(home: Path) -> dict[str, Path]:
    files = [file for name in FOLDERS for file in sorted((home / name).rglob("*")) if file.is_file()]
    return {str(file.relative_to(home)): file for file in files if not file.name.startswith(".")}


def _pack(target: Path, manifest: dict[str, Any], parts: dict[str, Path]) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            body = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
            first = tarfile.TarInfo(MANIFEST)
            first.size, first.mode = len(body), 0o600
            tar.addfile(first, io.BytesIO(body))
            for name, place in parts.items():
                tar.add(place, name, recursive=False)
        out.flush()
        os.fsync(out.fileno())


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    stream = tar.extractfile(member)
    assert stream is not None
    return stream


def _run(program: list[str], url: str) -> None:
    command, environment = _command(program, url)
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise BackupError(f"{program[0]} failed: {done.stderr.strip()}")


def _command(program: list[str], url: str) -> tuple[list[str], dict[str, str]]:
    """The command line with its connection; the password goes by the environment, which ``ps`` doesn't show."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    password = parts.pop("password", None)
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    return [str(client(program[0])), *program[1:], f"--dbname={make_conninfo(**parts)}"], environment


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    return name == DUMP or (parts[0] in FOLDERS and len(parts) > 1 and not {"", ".", ".."} & set(parts))


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3] if part.isdigit())
