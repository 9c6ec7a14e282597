"""A storm that crosses the province from the sea: what the day of an exercise is made of.

Its shape is a pure function of when it began and of the place, so that a restart goes on in the same storm. It
resembles no storm that was, and is no forecast.
"""

from dataclasses import dataclass

HOUR = 3600
EAST = 108.0  # where it comes from
RISE, STAY, FALL = 6 * HOUR, 3 * HOUR, 9 * HOUR
SLOWNESS = 1.5 * HOUR  # per degree of longitude
LASTS = RISE + STAY + FALL + 3 * HOUR  # until it has left the west of the province, too

# At full strength, on the coast: about force 10, more out at sea, and what it brings.
WIND = 18.5  # m/s
RAIN = 42.0  # mm an hour
DEEP = 27.0  # hPa below the usual pressure
SURGE = 1.4  # metres


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm that reached the eastern sea at ``start`` (seconds since 1970)."""

    start: int

    def strength(self, time: float, lon: float, lat: float) -> float:
        """0 before and after, 1 at its worst on the coast, less behind the mountains."""
        age = time - self.start - max(0.0, EAST - lon) * SLOWNESS
        if age <= 0 or age >= RISE + STAY + FALL:
            return 0.0
        part = age / RISE if age < RISE else 1.0 if age < RISE + STAY else 1 - (age - RISE - STAY) / FALL
        shelter = 1 - 0.5 * min(1.0, max(0.0, lat - 21.2) / 0.4)
        return part * part * (3 - 2 * part) * shelter

    def is_over(self, time: float) -> bool:
        """True once the whole province is out of it."""
        return time >= self.start + LASTS
