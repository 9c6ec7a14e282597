"""What an indicator that isn't saved would have said: by the same computation, and nothing of it is kept."""

import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from halong.core.units import unit_symbol
from halong.indicators.behind import behind, series_behind
from halong.indicators.chart import limits_of, line
from halong.indicators.compute import trial
from halong.indicators.describe import formula_words
from halong.indicators.drafts import DefinitionDraft
from halong.indicators.grains import period_words
from halong.indicators.models import Definition, Indicator
from halong.indicators.page import names_by_key
from halong.indicators.standings import Standing

# base periods: 30 days, or a few longer ones
BACK = {"hour": 720, "day": 30, "month": 12, "quarter": 8, "year": 5}
EFFORT = 250_000  # things × periods that a person waits for
LEAST = 48


def preview_of(draft: DefinitionDraft, user: Any, now: datetime) -> dict[str, Any]:
    """The last 30 days (of longer periods: a few of them), the latest value with its state, and the things behind it."""
    definition = draft.unsaved(Indicator(key="", **draft.of_indicator()))
    points = trial(definition, end=now, count=periods_of(definition))
    known = [(label, value) for label, value in points if value is not None]
    last = known[-1] if known else None
    standing = Standing(
        definition.indicator, definition, None, None, value=last and last[1], label=last and last[0]
    )
    return {
        "name": definition.title,
        "points": known,
        "chart": json.dumps(
            {
                "series": [line(definition.title, definition, definition.grain, known)],
                "limits": list(limits_of(definition)),
            }
        ),
        "stats": _stats(definition, known),
        "formula": formula_words(definition, names_by_key(user)),
        "behind": behind(standing, user, now) if definition.kind != Definition.Kind.RECORDS else None,
        "empty": _("No value in this time"),
        "why": _why(definition),
    }


def periods_of(definition: Definition) -> int:
    """How many base periods are tried: fewer where there are very many things."""
    count = BACK[definition.grain]
    if definition.kind != Definition.Kind.SERIES:
        return count
    things = max(series_behind(definition.spec).count(), 1)
    return max(min(count, EFFORT // things), min(count, LEAST))


def _stats(definition: Definition, known: list[tuple[datetime, float]]) -> list[dict[str, Any]]:
    if not known:
        return []
    values = [value for _label, value in known]
    label, last = known[-1]
    unit, decimals = unit_symbol(definition.unit), definition.decimals
    abnormal = sum(definition.state_of(value) != "normal" for value in values)
    return [
        {
            "label": period_words(label, definition.grain), "value": last, "unit": unit, "decimals": decimals,
            "state": definition.state_of(last),
        },
        {"label": _("Lowest"), "value": min(values), "decimals": decimals},
        {"label": _("Highest"), "value": max(values), "decimals": decimals},
        {"label": _("Periods not normal"), "text": f"{abnormal} /{len(values)}"},
    ]  # fmt: skip


def _why(definition: Definition) -> str:
    return {
        Definition.Kind.SERIES: _("Nothing has measured this in the time looked at, or no thing fits."),
        Definition.Kind.RECORDS: _("This can only be counted from now on, or nothing has happened."),
        Definition.Kind.FORMULA: _("The indicators of the formula have no values of the same periods."),
        Definition.Kind.TABLE: _(
            "A table has values once agencies have filled it in: make a collection for it."
        ),
    }[Definition.Kind(definition.kind)]
