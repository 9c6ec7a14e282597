"""The main instance's side of an exercise: making the second instance, asking things of its run, closing it."""

import os
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit import actions as audit
from halong.core.errors import Conflict, Forbidden, Invalid, NotFound
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.exercises import folder
from halong.exercises.actions.entering import digest_of, new_code
from halong.exercises.actions.practice import record_practice
from halong.exercises.folder import Order, Person
from halong.exercises.models import OPEN, Exercise
from halong.exercises.scenario import FOLDER, SPEEDS, Scenario, read_scenario, scenarios_in
from halong.home import home
from halong.supervisor import url_of

TOPIC = "exercise"
State = Exercise.State


@dataclass(frozen=True)
class ExerciseDraft:
    """What somebody wants to practise, how fast, with whom. ``port`` 0: any free one. ``begin``: without waiting."""

    scenario: str
    speed: int
    trainer: User
    trainees: tuple[User, ...]
    port: int = 0
    begin: bool = False


def scenario_text(key: str) -> str:
    """The TOML of a scenario of the profile. Raises NotFound."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", key):
        raise NotFound
    file = Path(settings.HALONG_PROFILE_FOLDER) / FOLDER / f"{key}.toml"
    if not file.is_file():
        raise NotFound(_("There is no scenario %(key)s.") % {"key": key})
    return file.read_text(encoding="utf-8")


def all_scenarios() -> list[Scenario]:
    """The scenarios of the profile, by key."""
    return scenarios_in(Path(settings.HALONG_PROFILE_FOLDER))


def place_of(exercise: Exercise) -> Path:
    """The data folder of its instance."""
    return folder.folders(home()) / exercise.folder


@transaction.atomic
def start_exercise(draft: ExerciseDraft, *, by: Actor) -> Exercise:
    """Make a second instance and ask the supervisor to run it; it is ready some twenty seconds later.

    Nothing but names, posts and roles of those who take part is copied: no password, no address, no reading. One
    exercise at a time. Raises Invalid, Conflict, NotFound.
    """
    require(by, "exercises.run")
    if settings.HALONG_EXERCISE:
        raise Forbidden(_("This instance is itself under exercise."))
    text = scenario_text(draft.scenario)
    scenario = read_scenario(text)
    if draft.speed not in SPEEDS:
        raise Invalid(_("The speed is one of these: %(speeds)s.") % {"speeds": ", ".join(map(str, SPEEDS))})
    now = timezone.now()
    ports = _free_ports(draft.port)
    exercise = _row(draft, scenario, ports[0], now)
    people = {user.pk: user for user in (draft.trainer, *draft.trainees)}
    codes = {user.username: new_code() for user in people.values()}
    order = Order(
        id=exercise.folder,
        scenario=scenario.key,
        speed=draft.speed,
        begin=draft.begin,
        port=ports[0],
        ftp_port=ports[1],
        sftp_port=ports[2],
        url=_address(ports[0]),
        main_ports=(settings.HALONG_PORT, settings.HALONG_FTP_PORT, settings.HALONG_SFTP_PORT),
        profile=settings.HALONG_PROFILE,
        made_at=now.isoformat(),
        people=tuple(_person(user, draft, codes[user.username]) for user in people.values()),
    )
    place = folder.make(home(), order, text, codes)
    audit.record(
        by, "exercises.start", exercise, scenario=scenario.key, speed=draft.speed, people=len(people)
    )
    transaction.on_commit(lambda: folder.want(place))
    touch(TOPIC)
    return exercise


def _row(draft: ExerciseDraft, scenario: Scenario, port: int, now: datetime) -> Exercise:
    if Exercise.objects.filter(state__in=OPEN).exists():
        raise Conflict(_("An exercise is under way already. Close it first."))
    try:
        with transaction.atomic():
            exercise = Exercise.objects.create(
                folder=f"{now:%Y%m%d-%H%M%S}-{scenario.key}",
                scenario=scenario.key,
                title=scenario.title.vi,
                title_en=scenario.title.en,
                speed=draft.speed,
                port=port,
                trainer=draft.trainer,
                started_at=now,
            )
    except IntegrityError as error:
        raise Conflict(_("An exercise is under way already. Close it first.")) from error
    exercise.trainees.set(draft.trainees)
    return exercise


def _person(user: User, draft: ExerciseDraft, code: str) -> Person:
    grants = tuple(
        {
            "role": grant.role,
            "place": grant.place.code if grant.place else "",
            "agency": grant.agency.code if grant.agency else "",
            "sector": grant.sector,
        }
        for grant in user.grants.select_related("place", "agency")
    )
    trainer = user.pk == draft.trainer.pk
    return Person(user.username, user.full_name, user.title, user.language, trainer, grants, digest_of(code))


def _free_ports(wanted: int) -> tuple[int, int, int]:
    """A port for pages and two for station files, free at this moment. Raises Invalid for one that is taken."""
    sockets = [socket.socket() for _number in range(3)]
    try:
        for number, probe in enumerate(sockets):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.HALONG_HOST, wanted if number == 0 else 0))
        first, second, third = (int(probe.getsockname()[1]) for probe in sockets)
    except OSError as error:
        raise Invalid(_("The port %(port)d is taken.") % {"port": wanted}) from error
    finally:
        for probe in sockets:
            probe.close()
    return first, second, third


def _address(port: int) -> str:
    return os.environ.get("HALONG_EXERCISE_URL", "").rstrip("/") or url_of((settings.HALONG_HOST, port))


def ask_exercise(exercise: Exercise, request: dict[str, object], *, by: Actor) -> None:
    """Ask something of its run: begin, pause, resume, speed, event, inject, end (``simulation.exercise.requests``)."""
    require(by, "exercises.run")
    if not exercise.is_open:
        raise Conflict(_("This exercise is closed."))
    folder.ask(place_of(exercise), dict(request))
    audit.record(by, "exercises.ask", exercise, do=str(request.get("do", "")))


@transaction.atomic
def follow_exercise(exercise: Exercise, *, by: Actor) -> Exercise:
    """Take over what its instance wrote since: that it runs, that it is over with its result. Harmless when repeated."""
    require(by, "exercises.run")
    held = Exercise.objects.select_for_update().get(pk=exercise.pk)
    place, before = place_of(held), held.state
    if held.state == State.STARTING and (place / folder.STATUS).exists():
        held.state = State.RUNNING
    if held.state in (State.STARTING, State.RUNNING):
        result = folder.read_json(place / folder.RESULT)
        if result.get("id") == held.folder:
            _take_over(held, result)
    if held.state != before:
        held.save()
        touch(TOPIC)
    return held


def _take_over(held: Exercise, result: dict[str, object]) -> None:
    held.state, held.over_at = State.OVER, timezone.now()
    held.result = result
    score = result.get("score")
    held.score = score if isinstance(score, int) else None
    record_practice(held)


@transaction.atomic
def close_exercise(exercise: Exercise, *, by: Actor) -> Exercise:
    """End its instance; what came of it stays here. The folder stays, too, until somebody deletes it."""
    require(by, "exercises.run")
    held = follow_exercise(exercise, by=by)
    if not Exercise.objects.filter(pk=held.pk, state__in=OPEN).update(
        state=State.CLOSED, closed_at=timezone.now()
    ):
        raise Conflict(_("This exercise is closed."))
    audit.record(by, "exercises.close", held, score=held.score)
    place = place_of(held)
    transaction.on_commit(lambda: folder.unwant(place))
    touch(TOPIC)
    held.refresh_from_db()
    return held


def follow_all(*, by: Actor) -> int:
    """Follow every open exercise; returns how many there are."""
    rows: Iterable[Exercise] = Exercise.objects.filter(state__in=OPEN)
    return sum(follow_exercise(row, by=by) is not None for row in rows)
