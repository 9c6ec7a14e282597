"""The run inside an instance under exercise: its clock, what is put into it, its end."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit import actions as audit
from halong.core.errors import Conflict, Forbidden, Invalid, NotFound
from halong.core.live import touch
from halong.core.permissions import SYSTEM, Actor
from halong.exercises.models import Participant, Played, Run
from halong.exercises.scenario import EVENT_KINDS, SPEEDS, Event

TOPIC = "exercise"
READING = "reading"
State = Run.State


def require_trainer(by: Actor) -> None:
    """Raise Forbidden unless ``by`` trains here, or is Halong itself; NotFound where nothing is practised."""
    if not settings.HALONG_EXERCISE:
        raise NotFound
    if by is SYSTEM:
        return
    if not (isinstance(by, User) and Participant.objects.filter(user=by, trainer=True).exists()):
        raise Forbidden(_("Only the trainer may do this."))


@transaction.atomic
def prepare_run(speed: int, *, by: Actor) -> Run:
    """The run of this instance, made at the first start; after a restart its clock stands, so that nothing was missed."""
    require_trainer(by)
    run, new = Run.objects.get_or_create(defaults={"speed": speed, "since": timezone.now()})
    if not new and run.state == State.RUNNING:
        pause_run(by=by)
        run.refresh_from_db()
    return run


@transaction.atomic
def begin_run(*, by: Actor) -> Run:
    """Let the story begin. Raises Conflict when it has."""
    require_trainer(by)
    now = timezone.now()
    return _moved(by, "begin", (State.WAITING,), state=State.RUNNING, since=now, begun_at=now)


@transaction.atomic
def pause_run(*, by: Actor) -> Run:
    """Let the clock of the story stand; what trainees do still counts."""
    require_trainer(by)
    now = timezone.now()
    run = _run()
    return _moved(by, "pause", (State.RUNNING,), state=State.PAUSED, minute=run.minute_at(now), since=now)


@transaction.atomic
def resume_run(*, by: Actor) -> Run:
    """Let the clock go on where it stood."""
    require_trainer(by)
    return _moved(by, "resume", (State.PAUSED,), state=State.RUNNING, since=timezone.now())


@transaction.atomic
def set_speed(speed: int, *, by: Actor) -> Run:
    """From now on a minute of the clock is so many minutes of the story. Raises Invalid for what isn't offered."""
    require_trainer(by)
    if speed not in SPEEDS:
        raise Invalid(_("The speed is one of these: %(speeds)s.") % {"speeds": ", ".join(map(str, SPEEDS))})
    now = timezone.now()
    run = _run()
    before = (State.WAITING, State.RUNNING, State.PAUSED)
    return _moved(by, "speed", before, speed=speed, minute=run.minute_at(now), since=now)


@transaction.atomic
def end_run(*, by: Actor) -> Run:
    """End the story: from now on nothing counts any more."""
    require_trainer(by)
    now = timezone.now()
    run = _run()
    before = (State.WAITING, State.RUNNING, State.PAUSED)
    return _moved(by, "end", before, state=State.OVER, minute=run.minute_at(now), since=now, over_at=now)


def _run() -> Run:
    found = Run.objects.select_for_update().first()
    if found is None:
        raise NotFound
    return found


def _moved(by: Actor, what: str, before: tuple[str, ...], **changes: Any) -> Run:
    if not Run.objects.filter(state__in=before).update(**changes):
        raise Conflict(_("The exercise isn't in that state any more."))
    run = Run.objects.get()
    audit.record(by, f"exercises.{what}", run, minute=round(run.minute, 1), speed=run.speed)
    touch(TOPIC)
    return run


@dataclass(frozen=True)
class Inject:
    """What the trainer puts in: an event's kind or a reading, with its words and data (``simulation.exercise`` plays it)."""

    kind: str
    title: str
    title_en: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    key: str = ""


@transaction.atomic
def play_event(event: Event, *, by: Actor) -> Played | None:
    """Put an event of the scenario on the list of what is played, once; None when it was there."""
    require_trainer(by)
    data = {"text": event.text.vi, "text_en": event.text.en, **event.data}
    data |= {"things": list(event.which.things), "types": list(event.which.types)}
    return _put(by, Inject(event.kind, event.title.vi, event.title.en, data, event.key))


@transaction.atomic
def inject(wanted: Inject, *, by: Actor) -> Played:
    """Put something in that isn't in the scenario. Raises Invalid for another kind, Conflict once the run is over."""
    require_trainer(by)
    if wanted.kind not in (*EVENT_KINDS, READING):
        raise Invalid(_("This can't be put in."), fields={"kind": wanted.kind})
    if not wanted.title.strip():
        raise Invalid(_("A few words are needed."), fields={"title": _("A few words are needed.")})
    made = _put(by, wanted)
    if made is None:
        raise Conflict(_("This was put in already."))
    return made


def _put(by: Actor, wanted: Inject) -> Played | None:
    run = _run()
    if run.state == State.OVER:
        raise Conflict(_("The exercise is over."))
    now = timezone.now()
    made, new = Played.objects.get_or_create(
        key=wanted.key or f"inject-{uuid.uuid4().hex[:12]}",
        defaults={
            "kind": wanted.kind,
            "title": wanted.title[:300],
            "title_en": (wanted.title_en or wanted.title)[:300],
            "minute": run.minute_at(now),
            "at": now,
            "data": wanted.data,
            "by": by if isinstance(by, User) else None,
        },
    )
    if not new:
        return None
    audit.record(by, "exercises.play", made, key=made.key, kind=made.kind)
    touch(TOPIC)
    return made


@transaction.atomic
def settle_played(played: Played, *, by: Actor, trouble: str = "", **more: Any) -> bool:
    """Say what became of something that was waiting, ``more``: what it led to. False when somebody else said it."""
    require_trainer(by)
    state = Played.State.FAILED if trouble else Played.State.DONE
    data = {**played.data, **more}
    changed = Played.objects.filter(pk=played.pk, state=Played.State.WAITING).update(
        state=state, trouble=trouble[:300], data=data
    )
    touch(TOPIC)
    return bool(changed)


@transaction.atomic
def note_call(played: Played, *, by: Actor) -> None:
    """The trainer has rung up: from now on it counts how fast the call is taken down."""
    require_trainer(by)
    held = Played.objects.select_for_update().get(pk=played.pk)
    if held.kind == "call" and "rung_at" not in held.data:
        held.data["rung_at"] = timezone.now().isoformat()
        held.save(update_fields=["data"])
        touch(TOPIC)
