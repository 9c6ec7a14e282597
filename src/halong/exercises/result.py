"""How the run of this instance went: the score, what was expected, what was done; and the file that the main one reads."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from halong.accounts.models import User
from halong.audit.models import AuditEntry
from halong.exercises import folder
from halong.exercises.models import Participant, Played, Run
from halong.exercises.scenario import Scenario
from halong.exercises.score import Happened, Outcome, judge, percent
from halong.exercises.setup import this_order, this_scenario
from halong.home import path
from halong.incidents.models import Incident

FORMAT = 1
QUIET = ("exercises.", "accounts.")  # what people do that is no part of the work
MOST = 2000  # actions that a result lists


def outcomes(scenario: Scenario, run: Run, now: datetime) -> list[Outcome]:
    """What became of each expectation by now."""
    by_telephone, happened = not Participant.is_alone(), {}
    for played in Played.objects.exclude(state=Played.State.FAILED):
        happened[played.key] = Happened(
            played.at, {**played.data, "by_telephone": by_telephone and played.kind == "call"}
        )
    return judge(scenario.expectations, happened, run.begun_at, now, run.over_at)


def wrong_incidents(scenario: Scenario, run: Run) -> list[Incident]:
    """Incidents that people declared of a kind of which the scenario has nothing."""
    if run.begun_at is None or not scenario.kinds:
        return []
    rows = Incident.objects.filter(declared_at__gte=run.begun_at, declared_by__isnull=False)
    if run.over_at:
        rows = rows.filter(declared_at__lte=run.over_at)
    return list(rows.exclude(kind__in=[*scenario.kinds, "other", "order"]).order_by("declared_at"))


def acts(since: datetime, until: datetime, *, newest: int | None = None) -> list[AuditEntry]:
    """What people did in the run, oldest first; with ``newest`` only so many of the last."""
    people = User.objects.values("username")
    rows = AuditEntry.objects.filter(actor__in=people, at__gte=since, at__lte=until)
    for prefix in QUIET:
        rows = rows.exclude(action__startswith=prefix)
    if newest is not None:
        return list(rows.order_by("-at", "-pk")[:newest])[::-1]
    return list(rows.order_by("at", "pk")[:MOST])


def make_result(now: datetime | None = None) -> dict[str, Any]:
    """Everything about the run as JSON: what the main instance keeps, and what the replay shows."""
    now = now or timezone.now()
    scenario, order, run = this_scenario(), this_order(), Run.objects.get()
    begun, until = run.begun_at or run.since, run.over_at or now
    judged, wrong = outcomes(scenario, run, now), wrong_incidents(scenario, run)
    done = acts(begun, until)
    return {
        "format": FORMAT,
        "id": order.id,
        "scenario": scenario.key,
        "title": scenario.title.vi,
        "title_en": scenario.title.en,
        "speed": run.speed,
        "begun_at": begun.isoformat(),
        "over_at": until.isoformat(),
        "minutes": round(min(run.minute_at(until), scenario.minutes), 1),
        "score": percent(judged, len(wrong)),
        "wrong": [{"number": row.number, "title": row.title, "kind": row.kind} for row in wrong],
        "outcomes": [outcome_json(row) for row in judged],
        "events": [_event(row) for row in Played.objects.select_related("by")],
        "acts": [_act(row) for row in done],
        "people": [
            _person(row, done)
            for row in Participant.objects.select_related("user").order_by("user__username")
        ],
    }


def outcome_json(row: Outcome) -> dict[str, Any]:
    """What became of one expectation, as the result keeps it."""
    return {
        "key": row.expected.key,
        "title": row.expected.title.vi,
        "title_en": row.expected.title.en,
        "criterion": row.expected.criterion,
        "within": row.expected.within,
        "points": row.expected.points,
        "got": row.points,
        "state": row.state,
        "since": row.since.isoformat() if row.since else None,
        "at": row.at.isoformat() if row.at else None,
        "seconds": row.seconds,
        "by": row.by,
        "note": row.note,
    }


def _event(row: Played) -> dict[str, Any]:
    return {
        "key": row.key,
        "kind": row.kind,
        "title": row.title,
        "title_en": row.title_en,
        "minute": round(row.minute, 1),
        "at": row.at.isoformat(),
        "state": row.state,
        "trouble": row.trouble,
        "by": row.by.username if row.by else "",
    }


def _act(row: AuditEntry) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(),
        "by": row.actor,
        "action": row.action,
        "about": f"{row.object_type} {row.object_id}".strip(),
        "number": row.summary.get("number", ""),
    }


def _person(row: Participant, done: list[AuditEntry]) -> dict[str, Any]:
    return {
        "username": row.user.username,
        "trainer": row.trainer,
        "entered_at": row.entered_at.isoformat() if row.entered_at else None,
        "roles": sorted(row.user.grants.values_list("role", flat=True).distinct()),
        "actions": sum(act.actor == row.user.username for act in done),
    }


def keep_result() -> dict[str, Any]:
    """Write the result where the main instance finds it."""
    made = make_result()
    folder.write_json(path() / folder.RESULT, made)
    return made
