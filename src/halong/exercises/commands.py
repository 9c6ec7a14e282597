"""The verbs ``exercise …``."""

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from typing import Any

from halong.core.command import CommandError, Verb

WAITS = 240  # seconds for the second instance: an embedded database and a whole profile


def _start_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "scenario", help="key of a scenario of the profile, as `halong exercise scenarios` lists them"
    )
    parser.add_argument(
        "--speed", type=int, help="minutes of the story in a minute of the clock (the scenario's own)"
    )
    parser.add_argument("--port", type=int, default=0, help="port of its pages (any free one)")
    parser.add_argument("--trainer", help="user name of who trains (the first administrator)")
    parser.add_argument(
        "--trainee", action="append", default=[], help="user name (repeatable; everybody if absent)"
    )
    parser.add_argument("--wait", action="store_true", help="don't begin before the trainer says so")


def _start(arguments: Namespace) -> None:
    from halong.core.permissions import SYSTEM
    from halong.exercises.actions.holding import ExerciseDraft, all_scenarios, start_exercise
    from halong.home import running_pid

    if not running_pid():
        raise CommandError("Halong isn't running here: an exercise is kept and ended by it. Start it first.")
    known = {scenario.key: scenario for scenario in all_scenarios()}
    if arguments.scenario not in known:
        raise CommandError(f"No scenario {arguments.scenario}; there are: {', '.join(known)}.")
    trainer, trainees = _people(arguments)
    draft = ExerciseDraft(
        arguments.scenario,
        arguments.speed or known[arguments.scenario].speed,
        trainer,
        trainees,
        arguments.port,
        not arguments.wait,
    )
    exercise = start_exercise(draft, by=SYSTEM)
    _wait_for(exercise)


def _people(arguments: Namespace) -> tuple[Any, tuple[Any, ...]]:
    from halong.accounts.models import User

    active = User.objects.filter(is_active=True).order_by("pk")
    named = [arguments.trainer, *arguments.trainee]
    unknown = sorted({name for name in named if name} - set(active.values_list("username", flat=True)))
    if unknown:
        raise CommandError(f"No such user: {', '.join(unknown)}.")
    trainer = active.filter(username=arguments.trainer).first() if arguments.trainer else None
    trainer = trainer or active.filter(grants__role="administrator").first()
    if trainer is None:
        raise CommandError("Name who trains with --trainer.")
    chosen = (
        active.filter(username__in=arguments.trainee)
        if arguments.trainee
        else active.filter(grants__isnull=False)
    )
    return trainer, tuple(user for user in chosen.distinct() if user.pk != trainer.pk)


def _wait_for(exercise: Any) -> None:
    from halong.exercises import folder
    from halong.exercises.actions.holding import place_of
    from halong.supervisor import not_ready

    order, place = folder.read_order(place_of(exercise)), place_of(exercise)
    sys.stdout.write(f"Making a second instance for “{exercise.title_en}” on port {order.port}…\n")
    until = time.monotonic() + WAITS
    while not_ready(("127.0.0.1", order.port)) is not None or not (place / folder.STATUS).exists():
        if time.monotonic() > until:
            raise CommandError(f"It doesn't start. Look at {place / 'logs'}.")
        time.sleep(0.5)
    sys.stdout.write(
        f"Ready: {order.url}   ({exercise.speed}×)\nEverybody enters by a link that is good once:\n"
    )
    codes = folder.read_json(place / folder.CODES)
    trainers = {person.username for person in order.people if person.trainer}
    for name, code in codes.items():
        sys.stdout.write(
            f"    {name:<12} {order.url}/exercise/enter/{code}{'   (trainer)' if name in trainers else ''}\n"
        )


def _open_exercise() -> Any:
    from halong.core.permissions import SYSTEM
    from halong.exercises.actions.holding import follow_exercise
    from halong.exercises.models import OPEN, Exercise

    found = Exercise.objects.filter(state__in=OPEN).first()
    if found is None:
        raise CommandError("No exercise is under way.")
    return follow_exercise(found, by=SYSTEM)


def _status(arguments: Namespace) -> None:
    from halong.exercises import folder
    from halong.exercises.actions.holding import place_of

    exercise = _open_exercise()
    seen = folder.read_json(place_of(exercise) / folder.STATUS)
    row = {
        "id": exercise.folder,
        "state": exercise.state,
        "port": exercise.port,
        "score": exercise.score,
        "run": seen,
    }
    sys.stdout.write(json.dumps(row, ensure_ascii=False, indent=1) + "\n")


def _scenarios(arguments: Namespace) -> None:
    from halong.exercises.actions.holding import all_scenarios

    for scenario in all_scenarios():
        hours = f"{scenario.minutes / 60:g} h"
        sys.stdout.write(f"{scenario.key:<22} {hours:>6} at {scenario.speed}×  {scenario.title.en}\n")


def _asking(request: dict[str, Any]) -> Any:
    def handle(arguments: Namespace) -> None:
        _ask({**request, **({"speed": arguments.speed} if "speed" in arguments else {})})

    return handle


def _ask(request: dict[str, Any]) -> None:
    from halong.core.permissions import SYSTEM
    from halong.exercises.actions.holding import ask_exercise

    ask_exercise(_open_exercise(), request, by=SYSTEM)
    sys.stdout.write("Asked; it is done within a second.\n")


def _inject(arguments: Namespace) -> None:
    if arguments.kind == "event":
        _ask({"do": "event", "key": arguments.what})
    elif arguments.kind == "reading":
        data = _reading(arguments.what)
        _ask({"do": "inject", "kind": "reading", "title": arguments.what, "data": data})
    else:
        data = {"text": arguments.text or arguments.what, "text_en": arguments.text or arguments.what}
        _ask({"do": "inject", "kind": arguments.kind, "title": arguments.what, "data": data})


def _reading(text: str) -> dict[str, Any]:
    try:
        urn, name, value = text.split()
        return {"urn": urn, "property": name, "value": float(value)}
    except ValueError as error:
        raise CommandError(f"Not a reading: {text} (URN PROPERTY VALUE).") from error


def _inject_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=("event", "message", "bulletin", "call", "reading"))
    parser.add_argument("what", help='key of an event; a title; or "URN PROPERTY VALUE" of a reading')
    parser.add_argument("--text", default="", help="the words of a message, bulletin or call")


def _stop(arguments: Namespace) -> None:
    from halong.core.permissions import SYSTEM
    from halong.exercises import folder
    from halong.exercises.actions.holding import ask_exercise, close_exercise, place_of

    exercise = _open_exercise()
    if exercise.state != "over" and (place_of(exercise) / folder.STATUS).exists():
        ask_exercise(exercise, {"do": "end"}, by=SYSTEM)
        until = time.monotonic() + 15
        while not (place_of(exercise) / folder.RESULT).exists() and time.monotonic() < until:
            time.sleep(0.2)
    exercise = close_exercise(exercise, by=SYSTEM)
    sys.stdout.write(f"Closed. Score: {'none' if exercise.score is None else f'{exercise.score} %'}\n")


def _speed_argument(parser: ArgumentParser) -> None:
    parser.add_argument("speed", type=int, help="1, 5, 10, 30, 60 or 120")


VERBS = [
    Verb("exercise scenarios", "list the scenarios of the profile", _scenarios),
    Verb("exercise start", "make a second instance and play a scenario in it", _start, _start_arguments),
    Verb("exercise status", "how the exercise that is under way stands", _status),
    Verb("exercise begin", "let the story begin", _asking({"do": "begin"})),
    Verb("exercise pause", "let the story's clock stand", _asking({"do": "pause"})),
    Verb("exercise resume", "let the story go on", _asking({"do": "resume"})),
    Verb("exercise speed", "change how fast the story is", _asking({"do": "speed"}), _speed_argument),
    Verb("exercise inject", "put something into the story", _inject, _inject_arguments),
    Verb("exercise stop", "end the exercise, keep its score, end its instance", _stop),
]
