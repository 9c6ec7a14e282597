"""How many people a story needs at a speed: what must be done between two moments of the clock against the time there is.

The minutes that things take in a practised hand don't shrink with the story's. Pure.
"""

from itertools import product
from math import ceil

from halong.exercises.scenario import Expectation, Scenario

# Minutes of the clock that somebody who knows the pages needs, with reading and thinking; a step of a playbook each.
HANDS = {
    "alert": 0.5, "role": 0.5, "stage": 1.0, "closed": 1.0, "report": 1.0, "log": 1.0, "steps": 1.0,
    "incident": 1.5, "call": 1.5, "situation": 1.5, "bulletin": 1.5, "warning": 4.0,
}  # fmt: skip
OTHER = 1.0


def effort(expected: Expectation) -> float:
    """Minutes of one person's hands that it takes."""
    return HANDS.get(expected.criterion, OTHER) * int(expected.settings.get("count", 1))


def hands_needed(scenario: Scenario, speed: int) -> int:
    """How many people must work at once so that all can be done in time; alerts may come at any minute."""
    jobs = []
    for expected in scenario.expectations:
        event = scenario.event(expected.after) if expected.after else None
        if event is not None and event.minute is None:
            continue  # the trainer decides when, or whether at all
        begins = event.minute / speed if event and event.minute else 0.0
        given = expected.within if expected.after else max(expected.within, scenario.minutes / speed)
        jobs.append((begins, begins + given, effort(expected)))
    needed = 1
    for first, last in product({job[0] for job in jobs}, {job[1] for job in jobs}):
        if last > first:
            work = sum(job[2] for job in jobs if job[0] >= first and job[1] <= last)
            needed = max(needed, ceil(round(work / (last - first), 6)))
    return needed


def too_short(scenario: Scenario, speed: int, grace: float) -> list[str]:
    """Expectations for which nobody has time enough, however many they are: given less than the work takes, or the run
    (with ``grace`` minutes of the clock after the story) ends before it could be done.
    """
    found = []
    for expected in scenario.expectations:
        event = scenario.event(expected.after) if expected.after else None
        begins = event.minute / speed if event and event.minute else 0.0
        left = scenario.minutes / speed + grace - begins
        if effort(expected) / int(expected.settings.get("count", 1)) > min(expected.within, left):
            found.append(expected.key)
    return found
