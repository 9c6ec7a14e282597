"""The part of ``halong simulate`` in an instance under exercise: the usual devices, and the story over them."""

import asyncio
import contextlib
import logging
import os
import time

from halong.exercises.scenario import Scenario
from halong.exercises.setup import this_scenario
from halong.simulation.device import Device
from halong.simulation.exercise.player import Player
from halong.simulation.exercise.silence import voices_of
from halong.simulation.exercise.telling import Doors, Teller
from halong.simulation.fleet import load_devices
from halong.simulation.plan import Plan
from halong.simulation.province import Province
from halong.simulation.runner import NICENESS, base_address, open_feeds
from halong.simulation.threads import in_thread

DAYS = 1  # of the past: what an index of the last day needs
TICK = 0.5  # seconds

logger = logging.getLogger(__name__)


async def play_exercise(plan: Plan, stop: asyncio.Event) -> int:
    """Feed the usual devices and play the story until asked to stop. Returns how many readings were sent."""
    os.nice(NICENESS)
    scenario = await in_thread(this_scenario)
    devices = await in_thread(load_devices)
    voices = voices_of(scenario, devices, int(time.time()))
    calm = Plan(plan.seed, DAYS, plan.doors)
    feeds = await open_feeds(calm, devices, None, voices.hush)
    teller = Teller(scenario, Province(plan.seed, devices), devices, voices)
    told = [device for device in devices if _is_told(device, scenario) or device.urn in voices.watched]
    player = Player(scenario, devices, voices, teller, Doors(plan, told or devices), base_address())
    logger.info("%s: %d series of the story.", scenario.key, len(voices.told))
    tasks = [asyncio.create_task(work) for feed in feeds for work in (feed.keep_up(), feed.fill())]
    try:
        await _tick(player, stop)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for feed in feeds:
            await feed.close()
        await player.close()
    return sum(feed.sent for feed in feeds)


def _is_told(device: Device, scenario: Scenario) -> bool:
    return any(curve.which.takes(device.urn, device.types) for curve in scenario.curves)


async def _tick(player: Player, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await player.tick(time.time())
        except Exception:  # the database or a door is away for a moment: what is due waits
            logger.exception("The story has to wait")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TICK)
