"""Work that waits, done beside the loop."""

from collections.abc import Callable
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import connections

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Work that asks the database, away from the loop, without keeping a connection."""

    def asked() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    return await sync_to_async(asked, thread_sensitive=False)()
