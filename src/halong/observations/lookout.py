"""Silence is time in which somebody listened: what nobody could hear, while Halong was off, doesn't count."""

from datetime import timedelta
from typing import Any

AWAY = timedelta(seconds=60)  # between two looks; less is only a busy machine
_BEFORE = "SELECT clock_timestamp() - looked_at FROM observations_lookout WHERE name = %s FOR UPDATE"
_NOW = """
INSERT INTO observations_lookout (name, looked_at) VALUES (%s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET looked_at = excluded.looked_at"""


def look(cursor: Any, name: str) -> timedelta:
    """Note, in a transaction, that a watcher looks now. Returns for how long it didn't before: by that much silences are put
    off. Zero where it was less than a minute, and at the first look.
    """
    cursor.execute(_BEFORE, [name])
    row = cursor.fetchone()
    cursor.execute(_NOW, [name])
    return row[0] if row and row[0] > AWAY else timedelta()
