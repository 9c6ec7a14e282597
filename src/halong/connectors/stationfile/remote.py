"""Looking through somebody's folders for new station files, whatever the protocol: what is whole and was never taken.

A file is whole when its name doesn't say otherwise and two looks, a moment apart, find it unchanged. Which files were
taken is remembered in the source's cursor, eight bytes a file; what it forgets is recognised by its hash later.
"""

import asyncio
import base64
import binascii
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import Protocol

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from halong.core.errors import Conflict
from halong.ingest.connector import Delivery
from halong.ingest.server import is_unfinished

SETTLE_S = 2.0  # between the two looks at a new file
HEAD = 65_536  # bytes of a file that is too large which are kept with its record
LISTED = 200_000  # files in the folders of a source; with more, they should be taken away
REMEMBERED = 50_000  # files of which the cursor knows that they were taken, the latest
SAVE_EVERY = 100  # files after which the cursor is written
MARK = 8
_DAY = re.compile(r"(?:^|/)(\d{4})(?:/(\d\d?)(?:/(\d\d?))?)?$")


@dataclass(frozen=True)
class Entry:
    """What a listing says of a file or folder. ``path`` is relative to the source's folder; ``modified`` is in the
    server's own writing, good only to be compared with itself.
    """

    path: str
    is_folder: bool
    size: int = 0
    modified: str = ""


class Remote(Protocol):
    """The folders of one source. Raises OSError for one file's fault, ConnectionError or Conflict for all."""

    async def entries(self, folder: str) -> list[Entry]:
        """What is in a folder ("" is the source's own)."""
        ...

    async def read(self, path: str, limit: int) -> bytes:
        """The first ``limit`` bytes of a file."""
        ...

    async def remove(self, path: str) -> None:
        """Delete a file."""
        ...

    async def move(self, path: str, target: str) -> None:
        """Rename a file, with the folders that ``target`` needs."""
        ...


@dataclass(frozen=True)
class Plan:
    """Which files are wanted, and what happens to them when they are taken.

    ``after`` is "keep", "delete" or "move" (to the folder ``move_to``). ``recent_days`` leaves out folders named after
    older days (2026/11/23); 0 leaves out none.
    """

    wanted: str = "*.txt"
    depth: int = 6
    after: str = "keep"
    move_to: str = ""
    max_bytes: int = 5_000_000
    recent_days: int = 0


async def find_files(remote: Remote, plan: Plan, failures: list[str]) -> list[Entry]:
    """Every finished file that is wanted, by path. A folder below that can't be looked into goes to ``failures``. Raises
    Conflict where there are too many files.
    """
    oldest = timezone.localdate() - timedelta(days=plan.recent_days) if plan.recent_days else date.min
    found: list[Entry] = []
    folders = [("", 0)]
    while folders:
        folder, depth = folders.pop()
        for entry in await _entries(remote, folder, failures):
            name = PurePosixPath(entry.path).name
            if name.startswith("."):
                continue
            if entry.is_folder:
                taken_away = plan.after == "move" and entry.path == plan.move_to
                if depth < plan.depth and not taken_away and not _is_before(entry.path, oldest):
                    folders.append((entry.path, depth + 1))
            elif not is_unfinished(name) and fnmatchcase(name.casefold(), plan.wanted.casefold()):
                found.append(entry)
        if len(found) > LISTED:
            text = gettext(
                "More than %(n)d files lie there; let them be deleted or moved when they are taken."
            )
            raise Conflict(text % {"n": LISTED})
    return sorted(found, key=lambda entry: entry.path)


async def new_files(remote: Remote, plan: Plan, cursor: str) -> AsyncIterator[Delivery]:
    """What was never taken. One file that can't be read or taken away doesn't hold up the others; all of them are said in
    one Conflict in the end.
    """
    seen = load(cursor)
    failures: list[str] = []
    files = await find_files(remote, plan, failures)
    fresh = await _settled(remote, [entry for entry in files if mark_of(entry) not in seen])
    kept = [mark_of(entry) for entry in files if mark_of(entry) in seen]
    for number, entry in enumerate(fresh, 1):
        large = entry.size > plan.max_bytes
        try:
            payload = await remote.read(entry.path, HEAD if large else plan.max_bytes)
        except ConnectionError:
            raise
        except OSError as error:
            if await _is_there(remote, entry):
                failures.append(f"{entry.path}: {error.strerror or error}")
            continue
        if not large and len(payload) != entry.size:
            continue  # it grew meanwhile
        if large or plan.after == "keep":
            kept.append(mark_of(entry))
        save_now = number % SAVE_EVERY == 0 or number == len(fresh)
        yield Delivery(
            payload,
            entry.path,
            cursor=save(kept) if save_now else None,
            once=not large,
            whole_size=entry.size if large else None,
            done=None if large else _taker(remote, plan, entry, failures),
        )
    if failures:
        text = ngettext("%(n)d file: %(first)s", "%(n)d files, first: %(first)s", len(failures))
        raise Conflict(text % {"n": len(failures), "first": failures[0]})


async def first_files(remote: Remote, plan: Plan, count: int) -> tuple[list[tuple[str, bytes]], int]:
    """The last few files by path, with their bytes, and how many there are; nothing is changed."""
    files = await find_files(remote, plan, [])
    wanted = [entry for entry in files if entry.size <= plan.max_bytes][-count:]
    return [(entry.path, await remote.read(entry.path, plan.max_bytes)) for entry in wanted], len(files)


def mark_of(entry: Entry) -> bytes:
    """What is remembered of a file that was taken: changed, it is another."""
    state = f"{entry.path}\0{entry.size}\0{entry.modified}"
    return blake2b(state.encode(errors="surrogateescape"), digest_size=MARK).digest()


def save(marks: Iterable[bytes]) -> str:
    """Marks as a cursor; of too many the last."""
    return base64.b64encode(b"".join([*marks][-REMEMBERED:])).decode()


def load(cursor: str) -> set[bytes]:
    """The marks in a cursor; none in one that is something else."""
    try:
        whole = base64.b64decode(cursor, validate=True)
    except (binascii.Error, ValueError):
        return set()
    return {whole[start : start + MARK] for start in range(0, len(whole), MARK)}


async def _entries(remote: Remote, folder: str, failures: list[str]) -> list[Entry]:
    try:
        return await remote.entries(folder)
    except ConnectionError:
        raise
    except OSError as error:
        if not folder:
            raise
        failures.append(f"{folder}: {error.strerror or error}")
        return []


async def _settled(remote: Remote, entries: list[Entry]) -> list[Entry]:
    """Of some files those that don't change while one waits."""
    if not entries:
        return []
    await asyncio.sleep(SETTLE_S)
    again: set[Entry] = set()
    for folder in sorted({_parent(entry) for entry in entries}):
        again |= set(await remote.entries(folder))
    return [entry for entry in entries if entry in again]


async def _is_there(remote: Remote, entry: Entry) -> bool:
    return entry.path in {other.path for other in await remote.entries(_parent(entry))}


def _parent(entry: Entry) -> str:
    parent = str(PurePosixPath(entry.path).parent)
    return "" if parent == "." else parent


def _taker(
    remote: Remote, plan: Plan, entry: Entry, failures: list[str]
) -> Callable[[], Awaitable[None]] | None:
    """What is done with a file once its readings are stored."""
    if plan.after == "keep":
        return None

    async def take_away() -> None:
        try:
            if plan.after == "delete":
                await remote.remove(entry.path)
            else:
                await remote.move(entry.path, f"{plan.move_to}/{entry.path}")
        except ConnectionError:
            raise
        except OSError as error:
            failures.append(f"{entry.path}: {error.strerror or error}")

    return take_away


def _is_before(folder: str, oldest: date) -> bool:
    """Whether a folder is named after a year, month or day that ended before ``oldest``."""
    found = _DAY.search(folder)
    if found is None or oldest == date.min:
        return False
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        end = date(year or 1, month or 12, day or 28)
    except ValueError:
        return False
    return end + timedelta(days=0 if day else 3) < oldest
