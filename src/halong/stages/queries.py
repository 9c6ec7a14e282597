"""The stage as it stands, asked on every page; its rules, criteria and history."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from halong.core.language import said_in
from halong.core.live import heard
from halong.stages import criteria, facts
from halong.stages.models import LEVELS, StageChange, StageRule

TOPIC = "stages"


@dataclass(frozen=True)
class StageNow:
    """The stage in force. Without any approved change it is 1, since ever (``since`` None)."""

    level: int
    since: datetime | None
    reason: str
    approved_by: str
    basis: str
    advice_vi: str
    advice_en: str
    report_hours: int = 0
    call: tuple[str, ...] = ()
    change_id: int | None = None

    @property
    def name(self) -> str:
        """In the reader's language."""
        return str(LEVELS[self.level])

    @property
    def advice(self) -> str:
        """In the reader's language; Vietnamese where there is no English."""
        return said_in(self.advice_vi, self.advice_en)


def stage_now() -> StageNow:
    """The stage in force with what is laid down for it: asked on every page, so kept in a process that hears of changes."""
    changes, today = heard(TOPIC), timezone.localdate()
    return _read(today) if changes is None else _read_after(changes, today)


@lru_cache(maxsize=1)
def _read_after(_changes: tuple[int, ...], today: date) -> StageNow:
    return _read(today)


_NOW = """
SELECT coalesce(c.level, 1), c.since, coalesce(c.reason, ''), coalesce(c.approved_name, ''), coalesce(c.basis, ''),
    coalesce(r.advice, ''), coalesce(r.advice_en, ''), coalesce(r.report_hours, 0), coalesce(r.call, '[]'::jsonb)::text, c.id
FROM (VALUES (1)) AS one
LEFT JOIN stages_stagechange c ON c.state = 'in_force'
LEFT JOIN LATERAL (
    SELECT * FROM stages_stagerule r WHERE r.level = coalesce(c.level, 1)
    AND r.valid_from <= %s AND (r.valid_to IS NULL OR r.valid_to >= %s) ORDER BY r.valid_from DESC LIMIT 1) r ON true
"""


def _read(today: date) -> StageNow:
    with connection.cursor() as cursor:
        cursor.execute(_NOW, [today, today])
        level, since, reason, approved_by, basis, advice, advice_en, hours, call, change = cursor.fetchone()
    return StageNow(
        level, since, reason, approved_by, basis, advice, advice_en, hours, tuple(json.loads(call)), change
    )


def rules_on(day: date) -> list[StageRule]:
    """What is laid down on a day, one row a stage."""
    latest: dict[int, StageRule] = {}
    for rule in StageRule.objects.on(day).order_by("valid_from"):
        latest[rule.level] = rule
    return [latest[level] for level in sorted(latest)]


def criteria_now() -> list[criteria.Criterion]:
    """Every criterion that is laid down today, met or not, with the values of its facts."""
    return criteria.judge(rules_on(timezone.localdate()), facts.values())


def proposals(user: object) -> QuerySet[StageChange]:
    """What waits for an approver."""
    visible = StageChange.objects.visible_to(user).proposed()
    return visible.select_related("proposed_by").order_by("proposed_at")


def history(user: object) -> QuerySet[StageChange]:
    """Every decided change, the latest first."""
    decided = StageChange.objects.visible_to(user).exclude(state=StageChange.State.PROPOSED)
    return decided.select_related("refused_by").order_by("-decided_at", "-pk")


def called(level: int) -> tuple[str, ...]:
    """The names of the duty teams that are called when this stage begins."""
    rules = {rule.level: rule for rule in rules_on(timezone.localdate())}
    return tuple(rules[level].call) if level in rules else ()


def levels() -> list[tuple[int, str]]:
    """The five stages by name."""
    return [(level, str(name)) for level, name in LEVELS.items()]
