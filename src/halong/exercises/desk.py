"""What the pages of an instance under exercise show."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from halong.audit.words import action_words
from halong.core.permissions import has_perm
from halong.exercises.models import Participant, Played, Run
from halong.exercises.replay import KINDS, outcome_row
from halong.exercises.result import acts, outcome_json, outcomes, wrong_incidents
from halong.exercises.scenario import SPEEDS, Event, Scenario, story_time
from halong.exercises.score import percent
from halong.exercises.setup import this_order, this_scenario

LATEST = 15


def is_trainer(user: Any) -> bool:
    """Whether somebody trains here."""
    return Participant.objects.filter(user=user, trainer=True).exists()


def _clock(scenario: Scenario, run: Run) -> dict[str, Any]:
    minute = min(run.minute_at(), scenario.minutes)
    return {
        "run": run,
        "minute": minute,
        "told": story_time(minute),
        "of": story_time(scenario.minutes),
        "part": round(100 * minute / scenario.minutes),
        "left_s": (scenario.minutes - minute) / run.speed * 60,
    }


def for_trainer() -> dict[str, Any]:
    """The console: clock, timeline of the story, what trainees do, the score so far, who is there."""
    scenario, run, now = this_scenario(), Run.objects.get(), timezone.now()
    judged, wrong = outcomes(scenario, run, now), wrong_incidents(scenario, run)
    since = run.begun_at or now - timedelta(hours=1)
    done = acts(since, run.over_at or now, newest=LATEST)
    return {
        "scenario": scenario,
        "title": scenario.title.said(),
        "speeds": SPEEDS,
        "events": _events(scenario),
        "injected": [_played(row) for row in Played.objects.filter(key__startswith="inject-")],
        "acts": [
            {
                "at": row.at,
                "by": row.actor,
                "words": action_words(row.action),
                "number": row.summary.get("number", ""),
            }
            for row in reversed(done)
        ],
        "outcomes": [outcome_row(outcome_json(row)) for row in judged],
        "wrong": wrong,
        "score": percent(judged, len(wrong)),
        "people": Participant.objects.select_related("user").order_by("-trainer", "user__username"),
        "alone": Participant.is_alone(),
        **_clock(scenario, run),
    }


def _events(scenario: Scenario) -> list[dict[str, Any]]:
    """The story's events: those that were played, the next ones, those that wait for the trainer."""
    played = {row.key: row for row in Played.objects.all()}
    ordered = sorted(scenario.events, key=lambda event: (event.minute is None, event.minute or 0))
    return [_event(event, played.get(event.key)) for event in ordered]


def _event(event: Event, played: Played | None) -> dict[str, Any]:
    return {
        "key": event.key,
        "kind": KINDS.get(event.kind, event.kind),
        "is_call": event.kind == "call",
        "title": event.title.said(),
        "text": event.text.said(),
        "minute": event.minute,
        "told": story_time(event.minute) if event.minute is not None else "",
        "played": played,
        "rung": bool(played and played.data.get("rung_at")),
        "manual": event.minute is None,
    }


def _played(row: Played) -> dict[str, Any]:
    return {"row": row, "title": row.called, "kind": KINDS.get(row.kind, row.kind)}


def for_trainee(user: Any) -> dict[str, Any]:
    """What is practised, how its time runs, and what one was told; nothing of what is still to come."""
    scenario, run = this_scenario(), Run.objects.get()
    return {
        "title": scenario.title.said(),
        "summary": scenario.summary.said(),
        "goals": [goal.said() for goal in scenario.goals],
        "order": this_order(),
        **told(user),
        **_clock(scenario, run),
    }


def told(user: Any) -> dict[str, Any]:
    """Bulletins and messages that came in, newest first; official bulletins are for trainees to enter."""
    kinds = ["bulletin", "message"] + (["call"] if Participant.is_alone() else [])
    rows = Played.objects.filter(kind__in=kinds, state=Played.State.DONE).order_by("-at", "-pk")
    return {
        "may_enter": has_perm(user, "stages.bulletin"),
        "told_rows": [
            {
                "pk": row.pk,
                "at": row.at,
                "kind": KINDS.get(row.kind, row.kind),
                "title": row.called,
                "text": row.text,
                "official": _official(row),
            }
            for row in rows
        ],
    }


def _official(row: Played) -> dict[str, Any] | None:
    """What has to be typed of an official bulletin, if it is one: who issued it, its number and its hour."""
    if row.kind != "bulletin" or not row.data.get("number"):
        return None
    return {
        "issuer": row.data.get("issuer", ""),
        "number": row.data["number"],
        "level": row.data.get("level"),
    }
