"""``halong analyse``: a round of analysis in a process that ends afterwards."""

import os
import sys
from argparse import ArgumentParser, Namespace

from halong.core.command import Verb

NICE = 15
ROUNDS = ("unusual", "forecasts")


def analyse(arguments: Namespace) -> None:
    """Say what is unusual, make forecasts, or both; at the lowest priority that still gets on."""
    os.nice(NICE)
    from halong.analysis import work

    if arguments.round in (None, "unusual"):
        judged, new = work.judge_everything()
        _say(f"unusual: {judged} series and indicators with enough history, {new} new flags")
    if arguments.round in (None, "forecasts"):
        made, shown = work.forecast_everything()
        _say(f"forecasts: {made} made, {shown} better than the naive forecast")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("round", nargs="?", choices=ROUNDS, help="only this one")


VERBS = [Verb("analyse", "say what is unusual and make forecasts", analyse, _arguments)]
