"""Keeping one door fed: the present first, then the past from its newest hours back, then whatever comes."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

from halong.simulation.clients import Client, NotTaken, Parcel, Refused
from halong.simulation.device import STEP
from halong.simulation.faults import sent_twice
from halong.simulation.noise import key_of
from halong.simulation.progress import Progress
from halong.simulation.province import Member, Province

HOUR = 3600
DAY = 24 * HOUR
FIRST = 26 * HOUR  # what an index of the last day needs
SOON = 2 * DAY  # delivered as fast as the doors take it; older readings slowly
AT_ONCE = 4  # parcels of the past in one go
LONGEST = DAY // STEP  # steps in one parcel
REST = 4.0  # seconds of rest for each second of work on older readings
SHORTEST_WORK = 0.25  # seconds that a parcel of the past counts for at least: brokers take anything at once
SLOWEST_RETRY = 30.0

logger = logging.getLogger(__name__)


class Feed:
    """The devices of one door. ``clock`` gives seconds since 1970; ``reopen`` a client with new credentials."""

    def __init__(
        self,
        name: str,
        province: Province,
        members: Sequence[Member],
        client: Client,
        progress: Progress,
        *,
        days: int,
        reopen: Callable[[], Awaitable[Client | None]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.sent = 0  # readings
        self._province = province
        self._members = members
        self._client = client
        self._progress = progress
        self._days = days
        self._reopen = reopen
        self._clock = clock
        self._trouble = ""
        self._delay = 1.0

    async def keep_up(self) -> None:
        """Send for ever what becomes due, each device at its own second."""
        while True:
            await self.send_due()
            self._progress.save()
            await asyncio.sleep(1)

    async def send_due(self) -> None:
        """Send what is due now. A device that never sent sends its present reading at once."""
        now = self._clock()
        waiting = [(member, self._step(member, now)) for member in self._members]
        due = [
            (member, until, self._since(member, until))
            for member, until in waiting
            if until > (self._progress.newest(member.device.urn) or 0)
        ]
        for start in range(0, len(due), 50):
            part = due[start : start + 50]
            parcels: list[Parcel] = []
            for member, until, since in part:
                parcels += self._parcels(member, self._province.due(member, since, until), until)
                await asyncio.sleep(0)
            if not await self._deliver(parcels):
                return
            for member, until, since in part:
                self._progress.extend(member.device.urn, since, until)

    async def fill(self) -> None:
        """Send the past: the last hours of every device first, then the days before, slowly."""
        began = time.monotonic()
        await self._fill_back_to(FIRST, rest=0.0)
        logger.info(
            "%s: the last %d hours are there (%.0f s).", self.name, FIRST // HOUR, time.monotonic() - began
        )
        await self._fill_back_to(min(SOON, self._days * DAY), rest=0.0)
        for day in range(SOON // DAY + 1, self._days + 1):
            await self._fill_back_to(day * DAY, rest=REST)
        self._progress.save()
        logger.info("%s: %d days are there (%.0f s).", self.name, self._days, time.monotonic() - began)

    async def _fill_back_to(self, age: int, *, rest: float) -> None:
        for start in range(0, len(self._members), AT_ONCE):
            members = self._members[start : start + AT_ONCE]
            there = False
            while not there:
                there = await self._fill_some(members, int(self._clock()) - age, rest)
            self._progress.save()

    async def _fill_some(self, members: Sequence[Member], target: int, rest: float) -> bool:
        """Send one parcel of each device that hasn't reached the target; True once all have."""
        began, now = time.monotonic(), self._clock()
        spans, parcels = [], []
        for member in members:
            oldest = self._progress.oldest(member.device.urn)
            if oldest is None:  # it sends its present first
                await asyncio.sleep(1)
                return False
            if oldest > target:
                since = max(target - target % STEP, oldest - FIRST)
                spans.append((member.device.urn, since, oldest))
                parcels += self._parcels(member, self._past(member, since, oldest, now), now)
                await asyncio.sleep(0)
        if not spans:
            return True
        if await self._deliver(parcels):
            for urn, since, oldest in spans:
                self._progress.extend(urn, since, oldest)
        await asyncio.sleep(rest * max(SHORTEST_WORK, time.monotonic() - began))
        return False

    def _past(self, member: Member, since: int, until: int, now: float) -> list[int]:
        first = since - since % STEP + STEP
        return [at for at in range(first, until + 1, STEP) if member.faults.delivered(member.number, at, now)]

    def _step(self, member: Member, now: float) -> int:
        """The last step of the grid that a device has sent by now, were all well."""
        offset = 0 if self._progress.newest(member.device.urn) is None else member.offset
        return int((now - offset) // STEP) * STEP

    def _since(self, member: Member, until: int) -> int:
        newest = self._progress.newest(member.device.urn)
        return until - STEP if newest is None else max(newest, until - max(1, self._days) * DAY)

    def _parcels(self, member: Member, times: Iterable[int], now: float) -> list[Parcel]:
        found = [(at, readings) for at in times if (readings := self._province.readings(member, at, now))]
        copies = 2 if sent_twice(key_of(member.device.urn), int(now)) else 1
        return [
            Parcel(member.device, tuple(found[start : start + LONGEST]), copies)
            for start in range(0, len(found), LONGEST)
        ]

    async def _deliver(self, parcels: Sequence[Parcel]) -> bool:
        """Whether the door took them. What goes wrong is said once, and waited out."""
        try:
            if parcels:
                await self._client.send(parcels)
        except Refused as refusal:
            await self._wait(f"refused: {refusal}")
            client = await self._reopen()
            if client is not None:
                await self._client.close()
                self._client = client
            return False
        except NotTaken as reason:
            await self._wait(str(reason))
            return False
        if self._trouble:
            logger.info("%s: delivers again.", self.name)
        self._trouble, self._delay = "", 1.0
        self.sent += sum(len(readings) for parcel in parcels for _, readings in parcel.readings)
        return True

    async def _wait(self, trouble: str) -> None:
        if not self._trouble:
            logger.info("%s: can't deliver (%s); trying again.", self.name, trouble)
        self._trouble = trouble
        await asyncio.sleep(self._delay)
        self._delay = min(2 * self._delay, SLOWEST_RETRY)

    async def close(self) -> None:
        """Leave the door, and note how far it went."""
        self._progress.save()
        await self._client.close()
