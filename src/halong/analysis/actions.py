"""Writing what analysis found, and what people say to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.analysis.flag import Flag
from halong.analysis.models import Forecast, Unusual
from halong.audit.actions import record
from halong.core.errors import Conflict, Invalid
from halong.core.live import touch
from halong.core.permissions import Actor, require

NOTE = 2000
TOPIC = "unusual"
FLAGGED = ("kind", "peak", "value", "expected", "low", "high", "score", "figures", "running")


@dataclass(frozen=True)
class Subject:
    """What was judged: a series, or an indicator at a node (with the place or agency that the node is)."""

    series_id: int | None = None
    indicator_id: int | None = None
    node: int = 0

    @property
    def fields(self) -> dict[str, Any]:
        """As columns of a row."""
        return {
            "series_id": self.series_id,
            "indicator_id": self.indicator_id,
            "node": self.node,
        }

    @property
    def node_fields(self) -> dict[str, Any]:
        """The place or the agency that the node is."""
        return {"place_id": max(self.node, 0) or None, "agency_id": max(-self.node, 0) or None}


@transaction.atomic
def note_findings(
    subject: Subject,
    findings: Iterable[Flag[datetime]],
    *,
    by: Actor,
    since: datetime,
    step: timedelta,
    grain: str = "hour",
) -> int:
    """Keep what judging ``subject`` from the label ``since`` on found; returns how many flags are new.

    What overlaps a flag that is there, or follows it at once, goes on from it: a person's word on it stays. A gap that was
    filled since, and that nobody spoke of, goes; everything else stays as it was judged when it happened.
    """
    require(by, "analysis.judge")
    about = Unusual.objects.filter(**subject.fields)
    known = list(about.select_for_update().filter(last__gte=since - step))
    again: set[int] = set()
    new = 0
    for finding in findings:
        old = next(
            (u for u in known if u.first <= finding.end + step and finding.start <= u.last + step), None
        )
        if old is None:
            _create(subject, finding, grain)
            new += 1
        else:
            again.add(old.pk)
            _continue(old, finding)
    gone = [u.pk for u in known if u.pk not in again]
    filled = about.filter(
        pk__in=gone, kind=Unusual.Kind.GAP, state=Unusual.State.NEW, first__gte=since
    ).delete()[0]
    ended = about.filter(pk__in=gone, running=True).update(running=False)
    if new or filled or ended:
        touch(TOPIC)
    return new


def _create(subject: Subject, finding: Flag[datetime], grain: str) -> None:
    given = {name: getattr(finding, name) for name in FLAGGED}
    Unusual.objects.create(
        **subject.fields,
        **subject.node_fields,
        **given,
        first=finding.start,
        last=finding.end,
        grain=grain,
        found_at=timezone.now(),
    )


def _continue(old: Unusual, finding: Flag[datetime]) -> None:
    """The flag with its later end; its worst period where that is a worse one now."""
    changed: dict[str, Any] = {"last": max(old.last, finding.end), "running": finding.running}
    if finding.score > old.score:
        changed |= {name: getattr(finding, name) for name in FLAGGED}
    Unusual.objects.filter(pk=old.pk).update(**changed)


@transaction.atomic
def keep_forecast(subject: Subject, made: Forecast, *, by: Actor) -> None:
    """Put a forecast in the place of the one before."""
    require(by, "analysis.judge")
    Forecast.objects.filter(**subject.fields, plan=made.plan).delete()
    made.series_id, made.indicator_id, made.node = subject.series_id, subject.indicator_id, subject.node
    made.save()


@transaction.atomic
def drop_forecasts(subject: Subject, plan: str, *, by: Actor) -> None:
    """Take away a forecast that can't be made any more."""
    require(by, "analysis.judge")
    Forecast.objects.filter(**subject.fields, plan=plan).delete()


@transaction.atomic
def settle_unusual(flag: Unusual, *, by: Actor, state: str, note: str = "") -> Unusual:
    """Say that a flag is right (``confirmed``) or was to be expected (``dismissed``: then with a reason).

    Neither changes what is judged later: a dismissed hour stays a part of the history like every other one.
    """
    require(by, "alerts.handle", flag.entity or flag)
    if state not in {Unusual.State.CONFIRMED, Unusual.State.DISMISSED}:
        raise Invalid(_("A flag is confirmed or dismissed."))
    note = note.strip()[:NOTE]
    if state == Unusual.State.DISMISSED and not note:
        wrong = _("Say why it was to be expected.")
        raise Invalid(wrong, fields={"note": wrong})
    settled = Unusual.objects.filter(pk=flag.pk, state=flag.state).update(
        state=state, note=note, settled_by=by if isinstance(by, User) else None, settled_at=timezone.now()
    )
    if not settled:
        raise Conflict(_("Somebody else has settled this meanwhile."))
    if state == Unusual.State.CONFIRMED:
        record(by, "unusual.confirm", flag, note=note)
    else:
        record(by, "unusual.dismiss", flag, note=note)
    touch(TOPIC)
    return Unusual.objects.get(pk=flag.pk)


@transaction.atomic
def drop_old(before: datetime, *, by: Actor) -> int:
    """Let go of flags whose hours are gone (retention); returns how many."""
    require(by, "analysis.judge")
    return Unusual.objects.filter(last__lt=before).delete()[0]
