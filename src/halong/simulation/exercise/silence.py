"""Who speaks for which series while a story is played: the usual simulation, the story, or, when a thing fails, nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from halong.exercises.scenario import Scenario, Which
from halong.simulation.device import Device


@dataclass
class Voices:
    """``told``: series that the story speaks for since ``since`` (seconds since 1970). ``failed``: things that are silent
    now; ``watched``: things that may fail in the story, which therefore report at its pace.
    """

    since: int
    told: set[tuple[str, str]] = field(default_factory=set)
    watched: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    def hush(self, urn: str, name: str, time: int) -> bool:
        """Whether the usual simulation keeps still about a series at a time."""
        return time >= self.since and (urn in self.watched or urn in self.failed or (urn, name) in self.told)


def voices_of(scenario: Scenario, devices: Sequence[Device], since: int) -> Voices:
    """The voices at the beginning of a story: what its curves tell, and who may fail in it."""
    voices = Voices(since)
    failing = [event.which for event in scenario.events if event.kind == "silence"]
    for device in devices:
        properties = {channel.property for channel in device.channels}
        for curve in scenario.curves:
            if curve.property in properties and curve.which.takes(device.urn, device.types):
                voices.told.add((device.urn, curve.property))
        if any(which.takes(device.urn, device.types) for which in failing):
            voices.watched.add(device.urn)
    return voices


def taken(which: Which, devices: Sequence[Device]) -> list[Device]:
    """The devices that are meant."""
    return [device for device in devices if which.takes(device.urn, device.types)]
