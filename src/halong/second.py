"""The second instance of an exercise as a child of the supervisor: started while its folder wants it, ended with it.

Like all children it is killed with its parent; its own supervisor then takes its database and processes along.
"""

import sys
import time
from pathlib import Path

from halong.children import Child, Journal
from halong.exercises.folder import environment, unwant, wanted_in

LOOK_EVERY = 1.0  # seconds
PATIENCE = 6.0  # more than other processes get: it ends processes and a database of its own
LONGEST_END = 15.0


class Seconds:
    """The instances under exercise of one main instance."""

    def __init__(self, home: Path, journal: Journal) -> None:
        self._home = home
        self._journal = journal
        self._running: dict[Path, Child] = {}
        self._ending: list[tuple[Child, float]] = []
        self._looked = 0.0

    @property
    def children(self) -> list[Child]:
        """All that may still have a process."""
        return [*self._running.values(), *(child for child, _until in self._ending)]

    def look(self, given: dict[str, str]) -> None:
        """Start what is newly wanted, end what isn't any more, start again what died."""
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        wanted = wanted_in(self._home)
        for place in wanted:
            if place not in self._running:
                self._start(place, given)
        for place in [place for place in self._running if place not in wanted]:
            child = self._running.pop(place)
            self._journal.say(f"Ending the exercise {place.name}…")
            child.ask_to_end()
            self._ending.append((child, now + LONGEST_END))
        for child in self._running.values():
            child.look()
        self._end(now)

    def _start(self, place: Path, given: dict[str, str]) -> None:
        try:
            own = environment(place, given)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._journal.say(f"The exercise {place.name} can't be started: {error}")
            unwant(place)
            return
        self._journal.say(f"Starting the exercise {place.name} on port {own['HALONG_PORT']}…")
        child = Child("exercise", [sys.executable, "-m", "halong", "run"], self._journal, patience=PATIENCE)
        child.start(own)
        self._running[place] = child

    def _end(self, now: float) -> None:
        for child, until in list(self._ending):
            if child.has_ended:
                self._ending.remove((child, until))
            elif now > until:
                child.kill()
