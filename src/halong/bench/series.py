"""Hourly series to measure analysis with: real readings where a folder of them is named, and made-up ones always.

The real ones are those of the public repository ``kreier/aqi`` (MIT): fine dust, coarse dust, temperature and humidity in Ho
Chi Minh City, 8 to 20 October 2018, a reading every two or three minutes. ``HALONG_REFERENCE`` names the folder that holds
``hcmc-pm-2018``; it isn't part of Halong.
"""

import csv
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from halong.analysis.arrays import Values, on_grid
from halong.analysis.grain import HOUR, position

FOLDER = "hcmc-pm-2018"
COLUMNS = {"SDS_P2": "PM2.5", "SDS_P1": "PM10", "Temp": "temperature", "Humidity": "humidity"}
COMPLETE = 0.75  # of the readings of an hour, as everywhere in Halong
PER_HOUR = 3600 / 149  # the device reports every 149 s


@dataclass(frozen=True)
class Hours:
    """An hourly series: NaN is a gap; ``first``: position of the first value; ``top``, ``bottom``: what can be."""

    name: str
    first: int
    values: Values
    top: float = np.inf
    bottom: float = 0.0


def real() -> list[Hours]:
    """The real series; none where the folder isn't there."""
    folder = Path(os.environ.get("HALONG_REFERENCE", "reference")) / FOLDER
    sums: dict[str, dict[datetime, list[float]]] = {column: {} for column in COLUMNS}
    for file in sorted(folder.glob("*.csv")):
        with file.open(newline="") as lines:
            for row in csv.DictReader(lines, delimiter=";"):
                at = datetime.strptime(row["Time"], "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
                label = (at - timedelta(seconds=1)).replace(minute=0, second=0) + timedelta(hours=1)
                for column, hours in sums.items():
                    if row[column]:
                        hours.setdefault(label, []).append(float(row[column]))
    return [_series(name, sums[column]) for column, name in COLUMNS.items() if sums[column]]


def _series(name: str, hours: dict[datetime, list[float]]) -> Hours:
    points: dict[datetime, float | None] = {
        label: sum(values) / len(values) if len(values) >= COMPLETE * PER_HOUR else None
        for label, values in hours.items()
    }
    end = max(label for label, value in points.items() if value is not None)
    begin = min(label for label, value in points.items() if value is not None)
    first, values = on_grid(HOUR, points, end, (end - begin) // HOUR.step + 1)
    return Hours(name, first, values, 100.0 if name == "humidity" else np.inf)


def made_up(seed: int, days: int = 35) -> list[Hours]:
    """Four made-up series of different temper: dust, temperature, humidity, traffic. The same seed gives the same values."""
    rng = np.random.default_rng(seed)
    count = days * 24
    first = position(HOUR, datetime(2025, 3, 3, tzinfo=UTC))
    hour = (first + np.arange(count)) % 24
    weekend = ((first + np.arange(count)) // 24 + 3) % 7 >= 5
    weather = _wander(rng, count, 60)
    rain = _showers(rng, count)
    day = np.cos((hour - 14) * 2 * np.pi / 24)
    sun = np.repeat(rng.uniform(0.2, 1.4, days), 24) * np.maximum(day, 0) ** 1.5 * (1 - 0.8 * rain)
    rush = np.exp(-((hour - 7.5) ** 2) / 4) + np.exp(-((hour - 17.5) ** 2) / 5)
    still = np.repeat(rng.lognormal(0, 0.4, days), 24) * np.maximum(-day, 0)
    dust = 4 + 18 * np.exp(
        0.45 * weather + 0.3 * rush + 0.6 * still - 0.4 * sun - 0.9 * rain + 0.18 * _wander(rng, count, 4)
    )
    heat = 25 + 1.2 * day + 9 * sun + 1.2 * weather - 1.5 * rain + 0.3 * _wander(rng, count, 5)
    damp = np.clip(92 - 28 * sun - 3 * weather + 10 * rain + 2 * _wander(rng, count, 5), 20, 99.9)
    flow = (
        900
        * (0.08 + rush * np.where(weekend, 0.55, 1) + 0.3 * (day > -0.4))
        * np.exp(0.08 * _wander(rng, count, 3))
    )
    made = {"dust": dust, "temperature": heat, "humidity": damp, "traffic": flow}
    lost = rng.random(count) < 0.004
    return [
        Hours(
            name, first, np.where(lost, np.nan, np.round(values, 2)), 100.0 if name == "humidity" else np.inf
        )
        for name, values in made.items()
    ]


def _wander(rng: np.random.Generator, count: int, memory: float) -> Values:
    """A first-order autoregressive process of variance 1 that forgets within ``memory`` hours."""
    keep = float(np.exp(-1 / memory))
    pushes = rng.normal(0, np.sqrt(1 - keep * keep), count)
    found = np.empty(count)
    state = float(rng.normal())
    for at, push in enumerate(pushes):
        state = keep * state + float(push)
        found[at] = state
    return found


def _showers(rng: np.random.Generator, count: int) -> Values:
    """Rain between 0 and 1: a shower every four days or so that begins at once and wears off within half a day."""
    found = np.zeros(count)
    for begin in np.flatnonzero(rng.random(count) < 1 / 96).tolist():
        length = int(rng.integers(2, 8))
        shower = np.concatenate([np.ones(length), np.exp(-np.arange(1, 12) / 4)]) * rng.uniform(0.3, 1)
        stop = min(count, begin + len(shower))
        found[begin:stop] = np.maximum(found[begin:stop], shower[: stop - begin])
    return found
