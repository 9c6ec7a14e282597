"""Telling browsers that something changed: a topic, an id and a version, never content.

``touch`` sends a NOTIFY in the present transaction, so that a page never re-fetches before the commit.
"""

import json

from django.db import connection

CHANNEL = "halong_live"


def touch(topic: str, key: str = "") -> None:
    """Say that ``topic`` changed (``key``: which one), to every listener, at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps([topic, key])])
