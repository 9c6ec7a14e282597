"""Makes an empty instance one under exercise: its people, its run, and rules that keep the story's time.

Rules wait ("for 30 minutes", "three readings missed") in minutes of the clock. Where the story is compressed they wait
so many times less, down to ``SHORTEST`` seconds; otherwise most of a storm would be over before a rule had waited.
"""

import sys

from django.db import transaction

from halong.accounts.models import Role, User
from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.exercises.actions.entering import add_people
from halong.exercises.actions.running import prepare_run
from halong.exercises.folder import SCENARIO, Order, read_order
from halong.exercises.models import Run
from halong.exercises.scenario import Scenario, read_scenario
from halong.home import path
from halong.observations.models import Series
from halong.rules.actions import change_rule, create_rule
from halong.rules.drafts import RuleDraft, draft_of
from halong.rules.models import Rule
from halong.warnings.actions import ensure_practice_authorities

SHORTEST = 5  # seconds that a rule waits at least
MISSED = 3  # readings after which a thing of the story counts as silent
STEP = 300  # seconds of the story from one of its readings to the next


@transaction.atomic
def prepare_exercise() -> None:
    """What ``halong prepare`` does in such a data folder, after the profile was loaded. Harmless when done again."""
    order = read_order(path())
    scenario = this_scenario()
    first = not Run.objects.exists()
    if first:
        hasten_rules(order.speed)
        watch_silences(scenario, order.speed)
    add_people(order.people, by=SYSTEM)
    leaders = User.objects.filter(is_active=True, grants__role=Role.LEADER).distinct()
    ensure_practice_authorities(leaders, by=SYSTEM)  # so that warnings of the exercise can be approved
    run = prepare_run(order.speed, by=SYSTEM)
    sys.stdout.write(f"Exercise: {scenario.title.en}, {run.speed}×, {len(order.people)} people.\n")


def this_scenario() -> Scenario:
    """The story of this instance."""
    return read_scenario((path() / SCENARIO).read_text(encoding="utf-8"))


def this_order() -> Order:
    """What this instance was made for."""
    return read_order(path())


def hasten_rules(speed: int) -> int:
    """Let thresholds and ranges wait as much less as the story is compressed; returns how many rules changed."""
    if speed == 1:
        return 0
    changed = 0
    for rule in Rule.objects.filter(kind__in=[Rule.Kind.THRESHOLD, Rule.Kind.RANGE], averaging=""):
        waits = int(rule.params.get("for_s") or 0)
        if waits > SHORTEST:
            draft = draft_of(rule)
            draft.params = rule.params | {"for_s": max(SHORTEST, round(waits / speed))}
            change_rule(rule, draft, by=SYSTEM, version=rule.version)
            changed += 1
    return changed


def watch_silences(scenario: Scenario, speed: int) -> int:
    """A rule of the exercise's own for things that fall silent in the story; returns how many things it watches."""
    events = [event for event in scenario.events if event.kind == "silence"]
    if not events:
        return 0
    things = [
        entity
        for entity in Entity.objects.living().filter(simulated=True)
        if any(event.which.takes(entity.urn, entity.types) for event in events)
    ]
    measured = set(Series.objects.filter(entity__in=things, derived="").values_list("entity_id", flat=True))
    things = [thing for thing in things if thing.pk in measured]
    types = sorted({name for thing in things for name in thing.types})
    if not types:
        return 0
    draft = RuleDraft(
        name="Diễn tập: mất tín hiệu",
        kind=Rule.Kind.SILENCE,
        types=types,
        entities=things,
        params={"after_s": max(4 * SHORTEST, round(MISSED * STEP / speed))},
        priority=Rule.Priority.HIGH,
        advice="Kiểm tra điện, đường truyền; gọi đơn vị vận hành.",
    )
    create_rule(draft, by=SYSTEM, enabled=True, key="exercise-silent")
    return len(things)
