"""What the main instance's pages show."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from halong.accounts.models import SIMULATED, User
from halong.core.permissions import has_perm
from halong.exercises import folder
from halong.exercises.actions.holding import all_scenarios, place_of
from halong.exercises.actions.practice import BEFORE
from halong.exercises.models import OPEN, Exercise, Practice, Run
from halong.exercises.scenario import Scenario, story_time

LATEST = 20
_END = ("end", pgettext_lazy("exercise", "End"), "x")
STEPS: dict[str, tuple[tuple[str, Any, str], ...]] = {
    "waiting": (("begin", pgettext_lazy("exercise", "Begin"), "player-play"), _END),
    "running": (("pause", gettext_lazy("Pause"), "player-pause"), _END),
    "paused": (("resume", gettext_lazy("Go on"), "player-play"), _END),
}
"""What may be asked of a run in each of its states: step, label, icon."""


def overview(user: Any) -> dict[str, Any]:
    """The whole page of exercises."""
    scenarios = all_scenarios()
    return {
        "scenarios": [described(scenario) for scenario in scenarios],
        "open": Exercise.objects.visible_to(user).filter(state__in=OPEN).select_related("trainer").first(),
        "past": past(user),
        "practised": practised(scenarios),
        "may_rule": has_perm(user, "profile.manage"),
    }


def past(user: Any) -> list[dict[str, Any]]:
    """The last exercises that are over."""
    rows = Exercise.objects.visible_to(user).exclude(state__in=OPEN).select_related("trainer")[:LATEST]
    return [{"row": row, "title": row.called} for row in rows]


def described(scenario: Scenario) -> dict[str, Any]:
    """A scenario in the present language."""
    return {
        "scenario": scenario,
        "title": scenario.title.said(),
        "summary": scenario.summary.said(),
        "goals": [goal.said() for goal in scenario.goals],
        "hours": scenario.minutes / 60,
        "minutes_at": round(scenario.minutes / scenario.speed),
        "source": scenario.source.said(),
    }


def practised(scenarios: Sequence[Scenario]) -> dict[str, Any]:
    """Who has practised what: a row a person that may be asked to, a cell a scenario with its newest practice."""
    newest: dict[tuple[int, str], Practice] = {}
    for practice in Practice.objects.order_by("on", "pk"):
        newest[practice.user_id, practice.scenario] = practice
    people = User.objects.filter(is_active=True, grants__isnull=False).exclude(username__startswith=SIMULATED)
    today = timezone.localdate()
    return {
        "columns": [scenario.title.said() for scenario in scenarios],
        "rows": [
            {
                "person": person,
                "cells": [
                    {"title": row.title.said(), **cell(newest.get((person.pk, row.key)), today)}
                    for row in scenarios
                ],
            }
            for person in people.distinct().order_by("full_name", "username")
        ],
    }


def cell(practice: Practice | None, today: date) -> dict[str, Any]:
    """A practice as it stands today. ``state``: normal, attention (expires soon), high (expired or didn't count), none."""
    if practice is None:
        return {"state": "none", "practice": None}
    if practice.expires_on is None or practice.expires_on < today:
        state = "high"
    else:
        state = "attention" if practice.expires_on <= today + BEFORE else "normal"
    return {"state": state, "practice": practice}


def practice_rows() -> list[tuple[Any, ...]]:
    """Everybody's practice as rows of a table, with its heading."""
    head = (
        _("User name"),
        _("Full name"),
        _("Scenario"),
        _("Role"),
        _("On"),
        _("Counts until"),
        _("Score"),
        pgettext("number of", "Actions"),
    )
    rows = Practice.objects.select_related("user").order_by("user__username", "-on")
    return [head] + [
        (
            row.user.username,
            row.user.full_name,
            row.scenario,
            row.role,
            row.on,
            row.expires_on,
            row.score,
            row.actions,
        )
        for row in rows
    ]


def one(exercise: Exercise) -> dict[str, Any]:
    """One exercise: how its run stands, and the links by which people enter."""
    place = place_of(exercise)
    order = _order(exercise)
    seen = folder.read_json(place / folder.STATUS) if exercise.is_open else {}
    codes = folder.read_json(place / folder.CODES) if exercise.is_open else {}
    return {
        "exercise": exercise,
        "title": exercise.called,
        "seen": seen,
        "state": dict(Run.State.choices).get(seen.get("state", "")),
        "steps": STEPS.get(str(seen.get("state", "")), ()),
        "story": story_time(seen.get("minute", 0)),
        "order": order,
        "entries": order
        and [
            {"person": person, "url": f"{order.url}/exercise/enter/{codes[person.username]}"}
            for person in order.people
            if person.username in codes
        ],
    }


def _order(exercise: Exercise) -> folder.Order | None:
    try:
        return folder.read_order(place_of(exercise))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def practice_of(user: User) -> list[dict[str, Any]]:
    """A person's practice, newest of each scenario."""
    found: dict[str, dict[str, Any]] = {}
    today = timezone.localdate()
    for practice in Practice.objects.filter(user=user).select_related("exercise").order_by("-on", "-pk"):
        found.setdefault(practice.scenario, {**cell(practice, today), "title": practice.exercise.called})
    return list(found.values())


def practice_block(request: Any, person: User) -> dict[str, Any] | None:
    """The part of a person's page; absent for who never practised."""
    rows = practice_of(person)
    return {"practised": rows} if rows else None
