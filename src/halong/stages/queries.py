"""The stage as it stands, asked on every page; its rules, criteria and history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

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
        return said(self.advice_vi, self.advice_en)


_kept: tuple[tuple[Any, ...], StageNow] | None = None


def stage_now() -> StageNow:
    """The stage in force with what is laid down for it. Remembered in a process that hears of changes."""
    global _kept  # noqa: PLW0603 -- asked on every page
    counts, today = heard(TOPIC), timezone.localdate()
    version = None if counts is None else (counts, today)
    if version is not None and _kept is not None and _kept[0] == version:
        return _kept[1]
    found = _read(today)
    if version is not None:
        _kept = (version, found)
    return found


def _read(today: date) -> StageNow:
    change = StageChange.objects.filter(state=StageChange.State.IN_FORCE).first()
    level = change.level if change else 1
    rule = rule_of(level, today)
    return StageNow(
        level=level,
        since=change.since if change else None,
        reason=change.reason if change else "",
        approved_by=change.approved_name if change else "",
        basis=change.basis if change else "",
        advice_vi=rule.advice if rule else "",
        advice_en=rule.advice_en if rule else "",
        report_hours=rule.report_hours if rule else 0,
        call=tuple(rule.call) if rule else (),
        change_id=change.pk if change else None,
    )


def rule_of(level: int, on: date) -> StageRule | None:
    """What is laid down for a stage on a day: the latest row."""
    return StageRule.objects.on(on).filter(level=level).order_by("-valid_from").first()


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


def called(level: int, on: date | None = None) -> tuple[str, ...]:
    """The names of the duty teams that are called when this stage begins."""
    rule = rule_of(level, on or timezone.localdate())
    return tuple(rule.call) if rule else ()


def said(vietnamese: str, english: str) -> str:
    """The text in the reader's language; Vietnamese where there is no English one."""
    return english if english and (get_language() or "vi").startswith("en") else vietnamese


def levels() -> Iterable[tuple[int, str]]:
    """The five stages by name."""
    return [(level, str(name)) for level, name in LEVELS.items()]
