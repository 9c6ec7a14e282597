"""Everything that happens to alerts. Each state is left by a conditional UPDATE: who comes second gets
Conflict.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.alerts.models import Alert, AlertEvent, Maintenance
from halong.alerts.telling import TOPIC
from halong.alerts.telling import note_event as _note
from halong.alerts.telling import tell_event as _tell
from halong.audit.actions import record
from halong.context.models import Entity
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.live import touch
from halong.core.permissions import SYSTEM, require
from halong.core.text import fold
from halong.observations.models import Series
from halong.places.models import Agency, Place
from halong.rules.models import Rule

Kind = AlertEvent.Kind
State = Alert.State
SHELVES = (15, 30, 60, 240, 480, 1440)  # minutes; nothing is shelved for longer than a day
SHELF_CRITICAL = 60  # minutes at most for a critical one
SHELF_AGAIN = 3  # times within a week; then its rule is to be judged, not the alert put aside once more
WEEK = timedelta(days=7)


@dataclass
class Condition:
    """What asks for a response. ``cause`` may be open only once; ``serial`` grows with every change of the
    cause.
    """

    cause: str
    serial: int
    at: datetime
    title: str
    priority: int
    evidence: dict[str, Any] = field(default_factory=dict)
    rule: Rule | None = None
    series: Series | None = None
    entity: Entity | None = None
    place: Place | None = None
    agency: Agency | None = None
    sector: str = ""
    simulated: bool = False
    root: Alert | None = None
    window: Maintenance | None = None  # planned work that covers it

    @property
    def quiet(self) -> bool:
        """Whether something else explains it. What is critical is never kept quiet."""
        return self.priority != Rule.Priority.CRITICAL and bool(self.root or self.window)


@transaction.atomic
def raise_alert(condition: Condition, *, by: Any = SYSTEM) -> Alert | None:
    """Raise an alert, or count one more occurrence of the open one of this cause. A condition that was seen
    already, or is older than what was seen, changes nothing (None).
    """
    require(by, "alerts.raise", condition.entity)
    for _attempt in range(2):
        if Alert.objects.filter(cause=condition.cause, serial__gte=condition.serial).exists():
            return None
        again = _repeat(condition)
        if again is not None:
            return again
        try:
            with transaction.atomic():
                return _open(condition, by)
        except IntegrityError:  # another process opened it meanwhile: count it there
            continue
    raise Conflict(_("Other processes keep changing this alert."))


def _repeat(condition: Condition) -> Alert | None:
    merged = Alert.objects.open().filter(cause=condition.cause, serial__lt=condition.serial)
    held = merged.filter(clears_at__isnull=False).exists()
    critical = condition.priority == Rule.Priority.CRITICAL
    hushed = critical and merged.filter(suppressed=True).exists()
    changed = merged.update(
        serial=condition.serial,
        state=Case(When(state=State.CLEARED, then=Value(State.NEW)), default=F("state")),
        cleared_at=None,
        clears_at=None,
        occurrences=F("occurrences") + (0 if held else 1),
        suppressed=Value(False) if critical else F("suppressed"),
        priority=condition.priority,
        evidence=condition.evidence,
        changed_at=timezone.now(),
    )
    if not changed:
        return None
    alert = Alert.objects.get(cause=condition.cause, serial=condition.serial)
    if not held:  # else it only came back within the time that its rule waits: nothing new
        _tell(alert, Kind.REPEATED, SYSTEM, at=condition.at)
    if hushed:
        _tell(alert, Kind.UNSUPPRESSED, SYSTEM)
    return alert


def _open(condition: Condition, by: Any) -> Alert:
    where = [
        condition.title,
        condition.entity and condition.entity.name,
        condition.place and condition.place.name,
    ]
    alert = Alert.objects.create(
        cause=condition.cause,
        serial=condition.serial,
        rule=condition.rule,
        series=condition.series,
        entity=condition.entity,
        place=condition.place,
        agency=condition.agency,
        sector=condition.sector,
        title=condition.title[:300],
        folded=fold(" ".join(str(part) for part in where if part))[:600],
        priority=condition.priority,
        evidence=condition.evidence,
        simulated=condition.simulated,
        raised_at=condition.at,
        changed_at=timezone.now(),
        root=condition.root,
        window=condition.window,
        suppressed=condition.quiet,
    )
    _tell(alert, Kind.RAISED, by, at=condition.at)
    record(by, "alerts.raise", alert, cause=condition.cause, priority=condition.priority)
    if alert.suppressed:
        _tell(alert, Kind.SUPPRESSED if alert.root_id else Kind.MAINTENANCE, by, at=condition.at)
    return alert


@transaction.atomic
def clear_alert(cause: str, serial: int, at: datetime, *, by: Any = SYSTEM) -> Alert | None:
    """The condition is over: an acknowledged alert closes, a new one waits for somebody to acknowledge it."""
    require(by, "alerts.raise", None)
    standing = Alert.objects.open().filter(cause=cause, serial__lt=serial, cleared_at=None)
    if not standing.update(serial=serial):
        return None
    alert = Alert.objects.get(cause=cause, serial=serial)
    _end(alert, at, by)
    return alert


def _end(alert: Alert, at: datetime, by: Any) -> bool:
    """The condition of an alert is over since ``at``."""
    now = timezone.now()
    changed = (
        Alert.objects.open()
        .filter(pk=alert.pk, serial=alert.serial, cleared_at=None)
        .update(
            state=Case(
                When(state=State.ACKNOWLEDGED, then=Value(State.CLOSED)), default=Value(State.CLEARED)
            ),
            closed_at=Case(When(state=State.ACKNOWLEDGED, then=now), output_field=DateTimeField()),
            cleared_at=at,
            clears_at=None,
            changed_at=now,
        )
    )
    if not changed:
        return False
    alert.refresh_from_db()
    _tell(alert, Kind.CLEARED, by, at=at)
    record(by, "alerts.clear", alert)
    if alert.state == State.CLOSED:
        _tell(alert, Kind.CLOSED, by)
    release_consequences(alert)
    return True


@transaction.atomic
def hold_clear(cause: str, serial: int, at: datetime, *, wait_s: float, by: Any = SYSTEM) -> Alert | None:
    """The condition ended at ``at``; its alert clears ``wait_s`` seconds later unless it comes back (off-delay)."""
    require(by, "alerts.raise", None)
    due = at + timedelta(seconds=wait_s)
    if due <= timezone.now():
        return clear_alert(cause, serial, at, by=by)
    standing = Alert.objects.open().filter(cause=cause, serial__lt=serial, cleared_at=None)
    if not standing.update(serial=serial, clears_at=due, clears_since=at, changed_at=timezone.now()):
        return None
    return Alert.objects.get(cause=cause, serial=serial)


@transaction.atomic
def clear_held(*, by: Any = SYSTEM) -> int:
    """Clear every alert whose condition has been over for as long as its rule waits; returns how many."""
    require(by, "alerts.raise", None)
    due = Alert.objects.open().select_for_update(skip_locked=True).filter(clears_at__lte=timezone.now())
    done = 0
    for alert in list(due.order_by("pk")[:1000]):
        # its serial is that of the end already: clear what is as old as that
        done += _end(alert, alert.clears_since or timezone.now(), by)
    return done


@transaction.atomic
def acknowledge(alert: Alert, *, by: Any, note: str = "") -> Alert:
    """A person has seen it and takes care. A cleared alert closes by this. Raises Conflict for the second
    person.
    """
    _require_person(by, alert)
    if not _acknowledge(alert, by, note):
        alert.refresh_from_db()
        who = alert.acknowledged_by
        if who is not None:
            raise Conflict(_("{person} has acknowledged this alert already.").format(person=who))
        raise Conflict(_("This alert doesn't wait for a response any more."))
    touch(TOPIC)
    return alert


@transaction.atomic
def acknowledge_many(alerts: Iterable[Alert], *, by: Any) -> int:
    """Acknowledge a group; those that somebody else was faster with are left out. Returns how many it
    were.
    """
    done = 0
    for alert in alerts:
        _require_person(by, alert)
        done += _acknowledge(alert, by, "")
    if done:
        touch(TOPIC)
    return done


def _acknowledge(alert: Alert, by: User, note: str) -> bool:
    now = timezone.now()
    changed = Alert.objects.filter(pk=alert.pk, state__in=[State.NEW, State.CLEARED]).update(
        state=Case(When(state=State.CLEARED, then=Value(State.CLOSED)), default=Value(State.ACKNOWLEDGED)),
        closed_at=Case(When(state=State.CLEARED, then=now), output_field=DateTimeField()),
        acknowledged_at=now,
        acknowledged_by=by,
        changed_at=now,
    )
    if not changed:
        return False
    alert.refresh_from_db()
    _note(alert, Kind.ACKNOWLEDGED, by, note)
    if alert.state == State.CLOSED:
        _note(alert, Kind.CLOSED, by)
    record(by, "alerts.acknowledge", alert, state=alert.state)
    return True


@transaction.atomic
def shelve(alert: Alert, *, by: Any, minutes: int, note: str = "") -> Alert:
    """Put an alert aside for a while; it comes back by itself. Raises Conflict if it is shelved or closed
    already.
    """
    _require_person(by, alert)
    if minutes not in SHELVES:
        raise Invalid(_("Choose one of the times."), fields={"minutes": _("Choose one of the times.")})
    now = timezone.now()
    _require_shelf(alert, minutes, now)
    until = now + timedelta(minutes=minutes)
    free = Q(shelved_until__isnull=True) | Q(shelved_until__lte=now)
    changed = Alert.objects.open().filter(free, pk=alert.pk).update(shelved_until=until, changed_at=now)
    if not changed:
        raise Conflict(_("This alert is shelved or closed already."))
    alert.refresh_from_db()
    _tell(alert, Kind.SHELVED, by, note=note)
    record(by, "alerts.shelve", alert, minutes=minutes)
    return alert


def _require_shelf(alert: Alert, minutes: int, now: datetime) -> None:
    """Nothing critical disappears for long, and nothing is put aside again and again."""
    if alert.priority == Rule.Priority.CRITICAL and minutes > SHELF_CRITICAL:
        words = _("A critical alert can be shelved for an hour at most.")
        raise Invalid(words, fields={"minutes": words})
    if alert.events.filter(kind=Kind.SHELVED, at__gt=now - WEEK).count() >= SHELF_AGAIN:
        words = _("It was shelved three times this week: have its rule changed instead.")
        raise Invalid(words, fields={"minutes": words})


@transaction.atomic
def unshelve(alert: Alert, *, by: Any) -> Alert:
    """Take an alert back from the shelf before its time."""
    _require_person(by, alert)
    now = timezone.now()
    changed = Alert.objects.filter(pk=alert.pk, shelved_until__gt=now).update(
        shelved_until=None, changed_at=now
    )
    if not changed:
        raise Conflict(_("This alert isn't shelved any more."))
    alert.refresh_from_db()
    _tell(alert, Kind.UNSHELVED, by)
    record(by, "alerts.unshelve", alert)
    return alert


@transaction.atomic
def return_shelved(*, by: Any = SYSTEM) -> int:
    """Bring back every alert whose time on the shelf is over; returns how many."""
    require(by, "alerts.raise", None)
    now = timezone.now()
    due = Alert.objects.select_for_update(skip_locked=True).filter(shelved_until__lte=now)
    found = list(due.order_by("pk")[:1000])
    Alert.objects.filter(pk__in=[alert.pk for alert in found]).update(shelved_until=None, changed_at=now)
    for alert in found:
        if alert.state != State.CLOSED:
            _tell(alert, Kind.UNSHELVED, by)
    return len(found)


@transaction.atomic
def add_note(alert: Alert, *, by: Any, note: str) -> AlertEvent:
    """Write something down about an alert, open or closed."""
    _require_person(by, alert)
    if not note.strip():
        raise Invalid(_("Write something."), fields={"note": _("Write something.")})
    Alert.objects.filter(pk=alert.pk).update(changed_at=timezone.now())
    event = _tell(alert, Kind.NOTE, by, note=note)
    record(by, "alerts.note", alert)
    return event


@transaction.atomic
def mark_false_alarm(alert: Alert, *, by: Any, note: str = "") -> Alert:
    """Say that there was nothing to respond to; acknowledges the alert, too, so that its rule can be judged
    by it.
    """
    _require_person(by, alert)
    if not Alert.objects.filter(pk=alert.pk, false_alarm=False).update(
        false_alarm=True, changed_at=timezone.now()
    ):
        raise Conflict(_("This alert is marked as a false alarm already."))
    _acknowledge(alert, by, "")
    alert.refresh_from_db()
    _tell(alert, Kind.FALSE_ALARM, by, note=note)
    record(by, "alerts.false_alarm", alert, rule=alert.rule_id)
    return alert


def release_consequences(root: Alert) -> int:
    """What a root cause explained speaks for itself again, now that the root is over."""
    left = list(Alert.objects.open().filter(root=root, suppressed=True, window=None))
    Alert.objects.filter(pk__in=[alert.pk for alert in left]).update(
        suppressed=False, changed_at=timezone.now()
    )
    for alert in left:
        _tell(alert, Kind.UNSUPPRESSED, SYSTEM)
    return len(left)


def _require_person(by: Any, alert: Alert) -> None:
    """Responses are a person's: no key and no job acknowledges anything."""
    require(by, "alerts.handle", alert)
    if not isinstance(by, User):
        raise Forbidden(_("Only a person can respond to an alert."))
