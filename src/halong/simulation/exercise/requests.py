"""What the main instance asks of the run by files: the words of ``halong exercise pause`` and its like."""

import logging
from typing import Any

from halong.core.errors import HalongError
from halong.core.permissions import SYSTEM
from halong.exercises.actions import running
from halong.exercises.scenario import Scenario

logger = logging.getLogger(__name__)


def obey(request: dict[str, Any], scenario: Scenario) -> None:
    """Do what was asked; what can't be done is said in the log, and nothing waits for it."""
    try:
        _obey(request, scenario)
    except (HalongError, KeyError, TypeError, ValueError) as error:
        logger.warning("Asked for %s: %s", request.get("do"), error)


def _obey(request: dict[str, Any], scenario: Scenario) -> None:
    match request.get("do"):
        case "begin":
            running.begin_run(by=SYSTEM)
        case "pause":
            running.pause_run(by=SYSTEM)
        case "resume":
            running.resume_run(by=SYSTEM)
        case "speed":
            running.set_speed(int(request["speed"]), by=SYSTEM)
        case "end":
            running.end_run(by=SYSTEM)
        case "event":
            event = scenario.event(str(request["key"]))
            if event is None:
                raise ValueError(f"no event {request['key']}")
            running.play_event(event, by=SYSTEM)
        case "inject":
            wanted = running.Inject(
                str(request["kind"]), str(request["title"]), data=dict(request.get("data", {}))
            )
            running.inject(wanted, by=SYSTEM)
        case other:
            raise ValueError(f"unknown: {other}")
