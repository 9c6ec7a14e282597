"""What is laid down for the stages: loaded from a profile, replaced by people from a day on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.core.conditions import parse_condition
from halong.core.errors import Invalid
from halong.core.live import touch
from halong.core.permissions import SYSTEM, Actor, require
from halong.stages import facts
from halong.stages.models import LEVELS, StageRule
from halong.stages.queries import TOPIC
from halong.stages.words import check_words

MOST = 12  # criteria of one stage


@dataclass(frozen=True)
class RuleDraft:
    """What is to hold for a stage from a day on; ``criteria`` as ``StageRule`` has them."""

    level: int
    valid_from: date
    criteria: tuple[dict[str, str], ...] = ()
    call: tuple[str, ...] = ()
    report_hours: int = 0
    advice: str = ""
    advice_en: str = ""
    source: str = ""


@transaction.atomic
def save_rule(draft: RuleDraft, *, by: Actor) -> StageRule:
    """Lay down what holds for a stage from a day on; the row before it ends the day before. Raises Invalid."""
    require(by, "stages.set_up")
    _check(draft)
    later = StageRule.objects.filter(level=draft.level, valid_from__gt=draft.valid_from).exists()
    if later:
        text = _("A later row of this stage exists already.")
        raise Invalid(text, fields={"valid_from": text})
    before = StageRule.objects.filter(level=draft.level, valid_from__lt=draft.valid_from)
    end = draft.valid_from - timedelta(days=1)
    before.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=end)).update(valid_to=end)
    rule, _new = StageRule.objects.update_or_create(
        level=draft.level,
        valid_from=draft.valid_from,
        defaults=_fields(draft) | {"valid_to": None, "verified": False},
    )
    record(by, "stages.save_rule", rule, level=draft.level, valid_from=draft.valid_from.isoformat())
    touch(TOPIC)
    return rule


@transaction.atomic
def ensure_rules(rows: Iterable[Mapping[str, Any]], *, by: Actor = SYSTEM) -> int:
    """Add a profile's rows for stages that have none yet; what people have laid down stays. Returns how many are new."""
    require(by, "stages.set_up")
    new = 0
    for row in rows:
        draft = RuleDraft(
            level=row["level"], valid_from=row["valid_from"], criteria=tuple(row.get("criteria", ())),
            call=tuple(row.get("call", ())), report_hours=row.get("report_hours", 0), advice=row.get("advice", ""),
            advice_en=row.get("advice_en", ""), source=row.get("source", ""),
        )  # fmt: skip
        _check(draft, known_facts=False)
        if not StageRule.objects.filter(level=draft.level).exists():
            StageRule.objects.create(
                level=draft.level,
                valid_from=draft.valid_from,
                verified=bool(row.get("verified", False)),
                **_fields(draft),
            )
            new += 1
    if new:
        record(by, "stages.ensure_rules", None, new=new)
        touch(TOPIC)
    return new


def _fields(draft: RuleDraft) -> dict[str, Any]:
    return {
        "criteria": list(draft.criteria),
        "call": list(draft.call),
        "report_hours": draft.report_hours,
        "advice": draft.advice.strip(),
        "advice_en": draft.advice_en.strip(),
        "source": draft.source.strip(),
    }


def _check(draft: RuleDraft, *, known_facts: bool = True) -> None:
    if draft.level not in LEVELS:
        raise Invalid(fields={"level": _("The stages are 1 to 5.")})
    if not 0 <= draft.report_hours <= 168:
        raise Invalid(fields={"report_hours": _("Between 0 and 168 hours.")})
    if len(draft.criteria) > MOST:
        raise Invalid(fields={"criteria": _("At most %(n)d criteria.") % {"n": MOST}})
    names = {name for row in draft.criteria for name in (row["name"], row.get("name_en", ""))}
    check_words(advice=draft.advice, advice_en=draft.advice_en, criteria=" | ".join(sorted(names)))
    if len({row["key"] for row in draft.criteria}) != len(draft.criteria):
        raise Invalid(fields={"criteria": _("Two criteria have the same key.")})
    known = facts.labels()
    for row in draft.criteria:
        try:
            condition = parse_condition(row["when"])
        except Invalid as error:
            raise Invalid(error.detail, fields={"criteria": f"{row['name']}: {error.detail}"}) from error
        strange = [key for key in condition.keys if key not in known]
        if strange and known_facts:
            text = _("Nobody knows this fact: %(key)s") % {"key": strange[0]}
            raise Invalid(text, fields={"criteria": f"{row['name']}: {text}"})
