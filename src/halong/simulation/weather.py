"""The weather of a coastal province in the north of Việt Nam: the monsoon's year, the sun's day, passing
cold fronts, and rain that sweeps across.

A model that looks right, not a forecast: its only use is to move simulated devices.
"""

from dataclasses import dataclass, replace
from math import cos, pi

from halong.simulation.noise import Noise, key_of
from halong.simulation.rhythm import Clock, bump, clock
from halong.simulation.storm import DEEP, RAIN, WIND, Storm

HOUR = 3600.0
DAY = 24 * HOUR
NORTH, WEST = 21.6, 106.4  # where fronts enter


@dataclass(frozen=True, slots=True)
class Sky:
    """The weather at a place and time.

    ``temperature`` °C, ``humidity`` %, ``pressure`` hPa at sea level, ``wind`` m/s from ``direction``
    degrees, ``rain`` mm in five minutes. ``wet`` (0 to 1) is how much it rained in the last hours.
    ``ventilation`` (0.3 to 1.6) is how well the air carries off what is let into it: low in still winter
    nights. ``sun`` 0 to 1 after clouds. ``clock`` is the time on the wall. ``storm`` (0 to 1) is how strong an
    exercise's storm is there, ``aftermath`` how strong it was an hour ago or is now: what it did stays a while.
    """

    clock: Clock
    temperature: float
    humidity: float
    pressure: float
    wind: float
    direction: float
    rain: float
    wet: float
    ventilation: float
    sun: float
    storm: float = 0.0
    aftermath: float = 0.0


class Weather:
    """The weather of one place. All places of a seed share the same fronts and rains, some hours apart."""

    def __init__(self, seed: int, lon: float, lat: float, storm: Storm | None = None) -> None:
        self._place = (lon, lat)
        self._storm = storm
        self._lag = (NORTH - lat) * 5 * HOUR + (lon - WEST) * 1.5 * HOUR
        self._inland = max(0.0, lat - 21.2)
        self._front = Noise(key_of(seed, "front"), 4.5 * DAY)
        self._still = Noise(key_of(seed, "still"), 2.5 * DAY)
        self._rain_days = Noise(key_of(seed, "rain-days"), 40 * HOUR)
        self._rain_hours = Noise(key_of(seed, "rain-hours"), 7 * HOUR)
        self._shower = Noise(key_of(seed, "shower", round(lon, 2), round(lat, 2)), 0.4 * HOUR)
        self._veer = Noise(key_of(seed, "veer"), 14 * HOUR)
        self._gust = Noise(key_of(seed, "gust", round(lon, 2), round(lat, 2)), 0.7 * HOUR)

    def at(self, time: float) -> Sky:
        """The weather at a time in seconds since 1970."""
        usual = self._usual(time)
        return usual if self._storm is None else self._in_storm(usual, self._storm, time)

    def _in_storm(self, usual: Sky, storm: Storm, time: float) -> Sky:
        """The usual weather under a storm; the same where it isn't felt."""
        strength = storm.strength(time, *self._place)
        aftermath = max(storm.strength(time - n * HOUR, *self._place) * (1 - 0.25 * n) for n in range(4))
        if not aftermath:
            return usual
        gust = 1 + 0.2 * self._gust.at(time)
        bands = max(0.15, 0.75 + 0.5 * self._shower.at(time))  # rain comes in bands
        return replace(
            usual,
            humidity=max(usual.humidity, 70 + 27 * strength),
            pressure=usual.pressure - DEEP * strength,
            wind=usual.wind + WIND * strength * gust,
            rain=usual.rain + RAIN / 12 * strength * bands,
            wet=max(usual.wet, min(1.0, 1.3 * aftermath)),
            ventilation=max(usual.ventilation, 1.6 * min(1.0, 2 * strength)),
            sun=usual.sun * (1 - 0.9 * strength),
            storm=strength,
            aftermath=aftermath,
        )

    def _usual(self, time: float) -> Sky:
        now = clock(time)
        there = time - self._lag
        front, winter = self._front.at(there), now.winter
        rain, wet = self._rain(there, now)
        sun = now.sun * (1 - 0.65 * wet)
        temperature = (
            22.9
            - 6.3 * winter
            - (2.2 + 1.2 * winter) * front
            + (3.2 - 0.5 * winter) * (1 - 0.5 * wet) * cos(2 * pi * (now.hour - 14) / 24)
            - 1.4 * self._inland
            - (1.5 if rain else 0.0)
        )
        humidity = 81 + 9 * bump(now.year * 24, 4.2, 2.2) - 3 * winter + 12 * wet - 16 * (sun - 0.25)
        gust = 1 + 0.45 * self._gust.at(time)
        breeze = (1.4 + 1.9 * max(0.0, front * winter) + 1.6 * sun + 1.8 * (1 if rain else 0)) * gust
        wind = max(0.1, breeze * (1 - 0.35 * self._still.at(there)))
        still = 0.5 * self._still.at(there) - 0.5 * front * max(0.0, winter)
        return Sky(
            clock=now,
            temperature=temperature,
            humidity=min(99.5, max(38.0, humidity)),
            pressure=1011.5 + 6.5 * winter + 3.5 * front - 1.2 * cos(4 * pi * (now.hour - 4) / 24),
            wind=wind,
            direction=_direction(now, sun, self._veer.at(there)),
            rain=rain,
            wet=wet,
            ventilation=min(1.6, max(0.3, 0.62 + 0.45 * sun + 0.11 * wind - 0.28 * still - 0.06 * winter)),
            sun=sun,
        )

    def _rain(self, there: float, now: Clock) -> tuple[float, float]:
        """Millimetres in five minutes, and how wet the last hours were (0 to 1)."""
        swell = self._rain_hours.at(there) + 0.8 * self._rain_days.at(there)
        swell += 0.15 * bump(now.hour, 17, 2.5) * -min(0.0, now.winter)
        limit = 0.86 + 0.22 * now.winter
        wet = min(1.0, max(0.0, (swell - limit + 0.35) / 0.6))
        over = swell - limit
        if over <= 0:
            return 0.0, wet
        strength = 12.5 - 9.5 * now.winter  # mm an hour at its best: storms in summer, drizzle in winter
        shower = max(0.0, 0.55 + 0.6 * self._shower.at(there))
        return strength / 12 * over * shower, wet


def _direction(now: Clock, sun: float, veer: float) -> float:
    """North-east in winter, south-east in summer, drawn to the land by the midday sun."""
    monsoon = 95 - 55 * now.winter
    return (monsoon + 25 * (sun - 0.3) + 50 * veer) % 360
