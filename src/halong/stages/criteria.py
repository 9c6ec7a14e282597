"""Which criteria are met: pure, from rules and facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from halong.core.conditions import parse_condition
from halong.core.errors import Invalid
from halong.stages.models import StageRule


@dataclass(frozen=True)
class Criterion:
    """One criterion of a stage as it stands: ``met`` None where a fact that matters isn't known."""

    level: int
    key: str
    name: str
    name_en: str
    when: str
    met: bool | None
    values: tuple[tuple[str, float | None], ...]

    def kept(self) -> dict[str, Any]:
        """What a proposal keeps of it."""
        return {"level": self.level, "key": self.key, "name": self.name, "name_en": self.name_en,
                "when": self.when, "met": self.met, "values": dict(self.values)}  # fmt: skip


def judge(rules: Iterable[StageRule], facts: Mapping[str, float | None]) -> list[Criterion]:
    """Every criterion of the rules, by stage. One that can't be read (any longer) is unknown."""
    found = []
    for rule in sorted(rules, key=lambda rule: rule.level):
        for row in rule.criteria:
            try:
                condition = parse_condition(row["when"])
                met = condition.holds(facts)
                seen = tuple((key, facts.get(key)) for key in condition.keys)
            except Invalid:
                met, seen = None, ()
            found.append(
                Criterion(rule.level, row["key"], row["name"], row.get("name_en", ""), row["when"], met, seen)
            )
    return found


def suggested_level(criteria: Iterable[Criterion]) -> int:
    """The highest stage of which a criterion is met; 1 where none is."""
    return max((one.level for one in criteria if one.met), default=1)


def surely_below(criteria: Iterable[Criterion], level: int) -> bool:
    """Whether every criterion of this stage and of those above is known not to hold."""
    return all(one.met is False for one in criteria if one.level >= level)
