"""The process ``halong simulate``: every simulated thing of the registry, fed through its door."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings

from halong.core.errors import HalongError
from halong.core.permissions import SYSTEM
from halong.home import is_live
from halong.profiles.description import folder_of
from halong.simulation import scenario, sources
from halong.simulation.actions import send_tables
from halong.simulation.citizens.playing import play
from halong.simulation.clients import Client, FtpClient, PushClient
from halong.simulation.device import Device
from halong.simulation.feed import Feed
from halong.simulation.fleet import load_devices
from halong.simulation.mqtt import MqttClient, source_settings
from halong.simulation.plan import Door, Plan, assign, read_plan
from halong.simulation.progress import Progress
from halong.simulation.province import Hush, Province
from halong.simulation.sources import Access
from halong.simulation.storm import Storm
from halong.simulation.threads import in_thread
from halong.supervisor import reachable, url_of

WAKE_EVERY = 3.0  # seconds until it is asked whether the installation went live
TABLES_EVERY = 600.0  # seconds until it is asked what agencies have to send
LOOK_EVERY = 60.0  # seconds until the registry is asked whether its things changed
NICENESS = 5
KINDS: dict[
    str, Callable[[], dict[str, Any]]
] = {  # doors that we have a client for, with their sources' settings
    "ftp": dict,
    "http-push": dict,
    "mqtt": lambda: source_settings(settings.HALONG_MQTT_URL),
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What the command line says; None: as the profile says."""

    seed: int | None = None
    days: int | None = None
    once: bool = False
    day: str | None = None


def plan_of(options: Options) -> Plan:
    """The profile's plan with what the command line changed."""
    found = read_plan(folder_of(settings.HALONG_PROFILE))
    return Plan(
        found.seed if options.seed is None else options.seed,
        found.days if options.days is None else max(0, options.days),
        found.doors,
    )


async def run(options: Options, stop: asyncio.Event) -> int:
    """Feed every door until asked to stop, or, with ``once``, until everything is up to now. Returns how many
    readings were sent.
    """
    plan, sent = plan_of(options), 0
    if settings.HALONG_EXERCISE:
        from halong.simulation.exercise.playing import play_exercise  # noqa: PLC0415 -- it uses us

        return await play_exercise(plan, stop)
    os.nice(NICENESS)
    if day := options.day or scenario.wished():
        scenario.choose(day, time.time())
    citizens = asyncio.create_task(play(plan.seed, base_address(), stop, once=options.once))
    citizens.add_done_callback(_say_failure)
    while not stop.is_set() and not is_live():
        devices = await in_thread(load_devices)
        storm = scenario.current(time.time())
        feeds = await open_feeds(plan, devices, storm)
        if not feeds:
            logger.warning("There is nothing to simulate: no thing of the registry is marked as simulated.")
        try:
            if options.once:
                await _send_tables(plan.seed)
                await _once(feeds)
                await asyncio.gather(citizens, return_exceptions=True)
                stop.set()
            else:
                await _feed(feeds, devices, storm, plan.seed, stop)
        finally:
            for feed in feeds:
                sent += feed.sent
                await feed.close()
    await asyncio.gather(citizens, return_exceptions=True)
    if is_live():
        sources.forget(by=SYSTEM)
    if not options.once:
        await stop.wait()  # gone live: were this process to end, it would be started again
    return sent


async def _once(feeds: Sequence[Feed]) -> None:
    for feed in feeds:
        await feed.send_due()
        await feed.fill()


async def _feed(
    feeds: Sequence[Feed], devices: Sequence[Device], storm: Storm | None, seed: int, stop: asyncio.Event
) -> None:
    """Run the feeds until asked to stop, the installation goes live, the registry's things change, or another day
    begins.
    """
    ending = asyncio.create_task(stop.wait())
    tasks = [asyncio.create_task(work) for feed in feeds for work in (feed.keep_up(), feed.fill())]
    tasks.append(asyncio.create_task(_keep_tables(seed)))
    looked = time.monotonic()
    try:
        while not stop.is_set() and not is_live():
            waiting = [ending, *(task for task in tasks if not task.done())]
            done, _ = await asyncio.wait(waiting, timeout=WAKE_EVERY, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {ending}:
                task.result()  # a failure of ours ends the process: the supervisor starts it again
            if scenario.current(time.time()) != storm:
                return
            if time.monotonic() - looked > LOOK_EVERY:
                looked = time.monotonic()
                if await in_thread(load_devices) != list(devices):
                    return
    finally:
        for task in (ending, *tasks):
            task.cancel()
        await asyncio.gather(ending, *tasks, return_exceptions=True)


async def _keep_tables(seed: int) -> None:
    """Send for ever what agencies report by tables."""
    while True:
        await _send_tables(seed)
        await asyncio.sleep(TABLES_EVERY)


async def _send_tables(seed: int) -> None:
    if sent := await in_thread(lambda: send_tables(seed, time.time(), by=SYSTEM)):
        logger.info("Tables of agencies: %d figures.", sent)


async def open_feeds(
    plan: Plan, devices: Sequence[Device], storm: Storm | None, hush: Hush | None = None
) -> list[Feed]:
    """A feed for each door that is in use."""
    doors = await in_thread(lambda: assign(plan.doors, devices))
    province = Province(plan.seed, [device for chosen in doors.values() for device in chosen], storm, hush)
    members = {member.device.urn: member for member in (*province.stations, *province.points)}
    feeds = []
    for door, chosen in doors.items():
        if door.kind not in KINDS:
            logger.warning("%s: no simulated client speaks %s.", door.name, door.kind)
            continue
        try:
            access = await in_thread(partial(sources.open_source, door, chosen, KINDS[door.kind]()))
        except HalongError as error:  # one door that can't be opened doesn't close the others
            logger.warning("%s: %s", door.name, error)
            continue
        feeds.append(
            Feed(
                door.name,
                province,
                [members[device.urn] for device in chosen if device.urn in members],
                client_of(access),
                Progress(sources.progress_file(door), access.id),
                days=plan.days,
                reopen=_reopener(door),
            )
        )
        logger.info("%s: %d devices.", door.name, len(chosen))
    return feeds


def client_of(access: Access) -> Client:
    """A client for a source's door, on this machine."""
    if access.kind == "mqtt":
        return MqttClient(settings.HALONG_MQTT_URL)
    if access.kind == "ftp":
        return FtpClient(reachable((settings.HALONG_HOST, settings.HALONG_PORT))[0], access)
    return PushClient(base_address(), access)


def base_address() -> str:
    """The product's address on this machine."""
    return url_of((settings.HALONG_HOST, settings.HALONG_PORT))


def _say_failure(citizens: "asyncio.Task[None]") -> None:
    """Citizens who fail don't stop the stations; the log says why they fell silent."""
    if not citizens.cancelled() and (error := citizens.exception()) is not None:
        logger.error("Simulated citizens have stopped", exc_info=error)


def _reopener(door: Door) -> Callable[[], Any]:
    async def reopen() -> Client | None:
        access = await in_thread(lambda: sources.renew(door))
        return None if access is None else client_of(access)

    return reopen
