"""The day that is being simulated: an ordinary one, or one with a storm.

What was chosen is kept in ``HALONG_HOME/files/simulation-day.json``, so that a restart goes on in the same storm and
the running simulator hears of a new one. Once the storm has passed the day is an ordinary one again.
"""

import json
import os

from halong.home import private
from halong.simulation.storm import Storm

FILE = "simulation-day.json"
VARIABLE = "HALONG_SIMULATE_DAY"
CALM, STORM = "calm", "storm"
DAYS = (CALM, STORM)
REMEMBERED = 2 * 86_400  # seconds for which devices still send what they measured in it


def choose(day: str, now: float) -> None:
    """Begin a day now. A storm that is there already goes on as it is; ``calm`` ends it."""
    file = private("files") / FILE
    if day == CALM:
        file.unlink(missing_ok=True)
    elif (storm := current(now)) is None or storm.is_over(now):
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps({"day": STORM, "start": int(now)}), encoding="utf-8")
        draft.replace(file)


def current(now: float) -> Storm | None:
    """The storm that is under way or was a short while ago, or None on an ordinary day."""
    try:
        found = json.loads((private("files") / FILE).read_text(encoding="utf-8"))
        storm = Storm(int(found["start"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return None if storm.is_over(now - REMEMBERED) else storm


def wished() -> str | None:
    """The day that the environment wishes for at the first start, or None."""
    day = os.environ.get(VARIABLE, "")
    return day if day in DAYS else None
