"""A simulated device: which thing it speaks for, what it measures, and how its kind behaves."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from math import exp
from typing import Generic, TypeVar

from halong.simulation.noise import Noise, key_of, normal, uniform
from halong.simulation.weather import Sky

STEP = 300  # seconds: the grid on which stations measure


@dataclass(frozen=True, slots=True)
class Channel:
    """One series that a device feeds: its property, its unit (UN/CEFACT), how often, its physical range, its
    precision.
    """

    property: str
    unit: str
    interval_s: int = STEP
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = 1

    def fit(self, value: float) -> float:
        """The value as the device's display would show it: rounded, and inside the physical range."""
        if self.minimum is not None:
            value = max(self.minimum, value)
        if self.maximum is not None:
            value = min(self.maximum, value)
        return round(value, self.decimals)


@dataclass(frozen=True, slots=True)
class Device:
    """What is simulated. ``traits`` are numbers of the registry that its model needs (``bedsTotal``)."""

    urn: str
    types: tuple[str, ...]
    lon: float
    lat: float
    channels: tuple[Channel, ...]
    traits: Mapping[str, float] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The last part of the URN, by which station files name the station."""
        return self.urn.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one channel, with the state of the device (0 valid, 1 calibrating, 2 fault)."""

    property: str
    value: float
    quality: int = 0


class Grain:
    """The chance of one device: its character, its slow waves and the jitter of each reading, by name.

    All of it follows from the seed, the device and the time.
    """

    def __init__(self, seed: int, urn: str) -> None:
        self._seed = seed
        self._urn = urn
        self._waves: dict[tuple[str, float], Noise] = {}
        self._keys: dict[str, int] = {}

    def trait(self, name: str, low: float, high: float) -> float:
        """A number that is this device's own for ever."""
        return low + (high - low) * uniform(self._key(name))

    def wave(self, name: str, hours: float, time: float) -> float:
        """A slow wave between -1 and 1 that turns about every so many hours."""
        key = (name, hours)
        if key not in self._waves:
            self._waves[key] = Noise(key_of(self._seed, self._urn, "wave", name), hours * 3600)
        return self._waves[key].at(time)

    def jitter(self, name: str, time: float) -> float:
        """What differs from one reading to the next, about -3 to 3 with standard deviation 1."""
        return normal(self._key(name), int(time))

    def count(self, name: str, time: float, mean: float) -> float:
        """How often something rare happened in an interval: Poisson's numbers, at most 20."""
        left = uniform(self._key(name), int(time))
        chance = exp(-mean)
        for number in range(20):
            if left < chance:
                return float(number)
            left -= chance
            chance *= mean / (number + 1)
        return 20.0

    def _key(self, name: str) -> int:
        if name not in self._keys:
            self._keys[name] = key_of(self._seed, self._urn, name)
        return self._keys[name]


@dataclass(frozen=True, slots=True)
class Moment:
    """All that a model looks at: the time, the weather there, the device and its chance."""

    time: float
    sky: Sky
    device: Device
    grain: Grain

    def vary(self, name: str, hours: float, share: float, fine: float) -> float:
        """A factor around 1: slow changes of ``share`` over ``hours``, and ``fine`` from reading to reading."""
        slow = self.grain.wave(name, hours, self.time)
        return max(0.05, 1 + share * slow + fine * self.grain.jitter(name, self.time))


Shared = TypeVar("Shared")


@dataclass(frozen=True)
class Kind(Generic[Shared]):
    """How a kind of device behaves: ``shared`` is what its properties have in common at a moment, each property
    a function of the moment and of that.
    """

    shared: Callable[[Moment], Shared]
    properties: Mapping[str, Callable[[Moment, Shared], float]]

    def values(self, moment: Moment, wanted: Collection[str]) -> dict[str, float]:
        """The true values of the wanted properties, unrounded; those this kind doesn't know are absent."""
        shared = self.shared(moment)
        return {name: self.properties[name](moment, shared) for name in wanted if name in self.properties}
