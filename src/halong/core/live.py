"""Telling browsers that something changed: a topic, an id and a version, never content.

``touch`` sends a NOTIFY in the present transaction, so that a page never re-fetches before the commit.
"""

import json
from collections import Counter

from django.db import connection

CHANNEL = "halong_live"


def touch(topic: str, key: str = "") -> None:
    """Say that ``topic`` changed (``key``: which one), to every listener, at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps([topic, key])])


_heard: Counter[str] = Counter()
_EVERYTHING = ""
_mark: dict[str, str] = {}  # the latest, of the only hub of this process
MARK = "halong.live_mark"  # where a request (META) carries the mark of when it began


def note_heard(topic: str = _EVERYTHING) -> None:
    """Count a message that reached this process (the hub does, before it tells browsers); "": anything may have changed."""
    _heard[topic] += 1


def note_mark(mark: str) -> None:
    """Remember where the hub of this process stands, so that pages can say from where on they want to hear."""
    _mark["latest"] = mark


def mark() -> str:
    """Where the stream stands; "" in a process without a hub. What is read after this misses nothing."""
    return _mark.get("latest", "")


def heard(*topics: str) -> tuple[int, ...] | None:
    """How often each topic changed, as far as this process has heard; None in a process that doesn't listen.

    What was made after reading this holds until it is another one: a fragment may be kept under it.
    """
    if not _heard[_EVERYTHING]:
        return None
    return tuple(_heard[topic] for topic in (_EVERYTHING, *topics))
