"""The citizens' part of the process ``halong simulate``."""

import asyncio
import contextlib
import logging
from functools import partial

import httpx
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from halong.citizens.actions.catalogue import remove_simulated
from halong.core.permissions import SYSTEM
from halong.home import is_live
from halong.profiles.description import folder_of
from halong.simulation.citizens.book import read_book
from halong.simulation.citizens.doors import PATIENCE
from halong.simulation.citizens.keeper import Keeper
from halong.simulation.citizens.partner import forget_partner
from halong.simulation.citizens.staff import remove_staff
from halong.simulation.threads import in_thread

TICK_S = 20.0

logger = logging.getLogger(__name__)


async def play(seed: int, base: str, stop: asyncio.Event, *, once: bool = False) -> None:
    """Play citizens and their officers until asked to stop or the installation goes live; ``once``: only make the past.

    ``base`` is the product's address. Nothing where the profile says nothing of citizens.
    """
    book = read_book(folder_of(settings.HALONG_PROFILE))
    if book is None:
        return
    with httpx.Client(base_url=base, timeout=PATIENCE, headers={"User-Agent": "halong-simulation"}) as http:
        keeper = await in_thread(partial(Keeper, book, seed, http))
        made = await in_thread(partial(keeper.begin, lambda: stop.is_set() or is_live()))
        logger.info("Simulated citizens: %d reports of the past.", made)
        while not (once or stop.is_set() or is_live()):
            try:
                await in_thread(lambda: keeper.tick(timezone.now()))
            except DatabaseError:  # it starts again; what is due waits
                logger.exception("Simulated citizens have to wait")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_S)
    if is_live():  # what was written while everything simulated was being removed
        await in_thread(_leave)


def _leave() -> None:
    remove_simulated(by=SYSTEM)
    forget_partner(by=SYSTEM)
    remove_staff(by=SYSTEM)
