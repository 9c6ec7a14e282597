"""Plays a story: looks every half second at what is due, and brings it through the doors."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from halong.core.errors import HalongError
from halong.core.permissions import SYSTEM
from halong.exercises import folder
from halong.exercises.actions import running
from halong.exercises.models import Participant, Played, Run
from halong.exercises.result import keep_result
from halong.exercises.scenario import Scenario, Which
from halong.exercises.setup import this_order
from halong.home import path
from halong.simulation.clients import Parcel
from halong.simulation.device import Device, Reading
from halong.simulation.exercise.requests import obey
from halong.simulation.exercise.silence import Voices, taken
from halong.simulation.exercise.telling import Doors, Teller
from halong.simulation.exercise.voices import say
from halong.simulation.threads import in_thread

GRACE = 5.0  # minutes of the clock that trainees have after the last event, when the story is at its end

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Now:
    """The run as it stands at a moment, and what waits to be brought through a door."""

    minute: float
    speed: int
    running: bool
    waiting: tuple[Played, ...]


class Player:
    """One story in one instance. Everything it did stands in the database, so that a restart goes on."""

    def __init__(
        self,
        scenario: Scenario,
        devices: Sequence[Device],
        voices: Voices,
        teller: Teller,
        doors: Doors,
        base: str,
    ) -> None:
        self._scenario = scenario
        self._devices = list(devices)
        self._voices = voices
        self._teller = teller
        self._doors = doors
        self._base = base
        self._restored = False

    async def tick(self, now: float) -> None:
        """Do what is due."""
        if not self._restored:
            await in_thread(self._restore)
        seen = await in_thread(self._look)
        for played in seen.waiting:
            await self._play(played, now)
        if seen.running:
            trouble = await self._doors.send(self._teller.due(seen.minute, seen.speed, now))
            if trouble:
                logger.info("%s", trouble)

    async def close(self) -> None:
        """Leave the doors."""
        await self._doors.close()

    def _look(self) -> Now:
        """Obey what was asked, put due events on the list, write how it stands."""
        for request in folder.asked(path()):
            obey(request, self._scenario)
        run = Run.objects.get()
        minute = run.minute_at()
        is_running = run.state == Run.State.RUNNING
        if is_running:
            for event in self._scenario.events:
                if event.minute is not None and event.minute <= minute:
                    running.play_event(event, by=SYSTEM)
            if minute >= self._scenario.minutes + GRACE * run.speed:
                run = running.end_run(by=SYSTEM)
        if run.state == Run.State.OVER and not (path() / folder.RESULT).exists():
            keep_result()
        _write_status(run, minute)
        waiting = tuple(Played.objects.filter(state=Played.State.WAITING).order_by("at", "pk"))
        return Now(min(minute, self._scenario.minutes), run.speed, is_running, waiting)

    def _restore(self) -> None:
        """What had failed before a restart is still silent."""
        for played in Played.objects.filter(kind__in=["silence", "restore"], state=Played.State.DONE):
            self._fail(played)
        self._restored = True
        if this_order().begin and Run.objects.filter(state=Run.State.WAITING).exists():
            running.begin_run(by=SYSTEM)  # only now, when it can be played

    async def _play(self, played: Played, now: float) -> None:
        try:
            if played.kind in ("silence", "restore"):
                self._fail(played)
                more: dict[str, object] = {}
            elif played.kind == running.READING:
                more = await self._read(played, now)
            else:
                more = await in_thread(lambda: say(played, self._base))
            trouble = str(more.pop("trouble", ""))
        except HalongError as error:
            more, trouble = {}, str(error)
        await in_thread(lambda: running.settle_played(played, by=SYSTEM, trouble=trouble, **more))

    def _fail(self, played: Played) -> None:
        which = Which(tuple(played.data.get("things", ())), tuple(played.data.get("types", ())))
        urns = {device.urn for device in taken(which, self._devices)}
        if played.kind == "silence":
            self._voices.failed |= urns
        else:
            self._voices.failed -= urns

    async def _read(self, played: Played, now: float) -> dict[str, object]:
        """A reading that the trainer put in."""
        urn, name = played.data.get("urn"), played.data.get("property")
        device = next((device for device in self._devices if device.urn == urn), None)
        channel = next((row for row in device.channels if row.property == name), None) if device else None
        if device is None or channel is None:
            return {"trouble": f"no series {urn} {name}"}
        reading = Reading(channel.property, channel.fit(float(played.data.get("value", 0))))
        if not self._doors.knows(device.urn):
            return {"trouble": f"no door for {urn}"}
        return {"trouble": await self._doors.send([Parcel(device, ((int(now), [reading]),))])}


def _write_status(run: Run, minute: float) -> None:
    people = Participant.objects.exclude(entered_at=None).count()
    folder.write_json(
        path() / folder.STATUS,
        {
            "state": run.state,
            "minute": round(minute, 1),
            "speed": run.speed,
            "entered": people,
            "at": timezone.now().isoformat(),
        },
    )
