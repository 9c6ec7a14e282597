"""The verb ``simulate``."""

import asyncio
import signal
import sys
import time
from argparse import ArgumentParser, Namespace

from halong.core.command import CommandError, Verb


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, help="another province's luck; the profile's seed otherwise")
    parser.add_argument("--days", type=int, help="days of the past that a new installation gets")
    parser.add_argument(
        "--day",
        choices=("calm", "storm"),
        help="storm: a storm crosses the province in the next 21 hours; calm: end it. A running simulator turns to it",
    )
    parser.add_argument("--once", action="store_true", help="send everything up to now, then end")


def _simulate(options: Namespace) -> None:
    from django.conf import settings

    from halong.home import is_live, running_pid
    from halong.simulation import scenario
    from halong.simulation.runner import Options

    if is_live():
        raise CommandError("This installation went live: nothing is simulated here any more.")
    if not settings.HALONG_SIMULATE:
        raise CommandError("HALONG_SIMULATE=0: nothing is simulated here.")
    if options.day and running_pid():
        scenario.choose(options.day, time.time())
        sys.stdout.write("Within seconds the running simulator turns to it.\n")
        return
    sent = asyncio.run(_until_asked(Options(options.seed, options.days, options.once, options.day)))
    if options.once:
        sys.stdout.write(f"{sent} readings sent.\n")


async def _until_asked(options: object) -> int:
    from halong.simulation.runner import Options, run

    assert isinstance(options, Options)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return await run(options, stop)


VERBS = [
    Verb(
        "simulate",
        "feed the simulated things of the registry through the real doors",
        _simulate,
        _add_arguments,
    )
]
