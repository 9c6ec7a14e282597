"""The quality of figures, said in words.

The score of an indicator at a node is the product of three shares over its latest 30 closed periods, × 100:

    score = complete × on time × plausible × 100

- complete: mean over the periods of reported / expected things (0 where there is no value, 1 where nothing is expected);
- on time: of the values whose first computation is known, the share that were first there within the promise of
  freshness after the end of their period;
- plausible: the share of values inside the plausible range of the definition (all, where it has none).

``standings.qualities_of`` computes it from the stored values, which keep reported, expected and the time of their
first computation for good; so the score of any past moment can be computed again, and its history needs no table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from halong.core.formats import format_duration, format_number
from halong.indicators.describe import plausible_words
from halong.indicators.grains import label_of, previous
from halong.indicators.models import Definition
from halong.indicators.standings import JUDGED, Quality, qualities_of

STRETCHES = 6  # points of the history


@dataclass(frozen=True)
class Part:
    """One of the three parts: its name, its share in %, and what it means here."""

    label: str
    value: float
    words: str


def parts(quality: Quality | None, definition: Definition) -> list[Part]:
    """The three parts in words; empty without any closed period."""
    if quality is None:
        return []
    promise = format_duration(definition.freshness_s)
    wide = plausible_words(definition)
    return [
        Part(
            _("Complete"),
            100 * quality.complete,
            _("%(share)s%% of the expected reports came in the latest 30 periods.")
            % {"share": _percent(quality.complete)},
        ),
        Part(
            _("On time"),
            100 * quality.on_time,
            _("%(share)s%% of the values came within the promise (%(promise)s).")
            % {"share": _percent(quality.on_time), "promise": promise},
        ),
        Part(
            _("Plausible"),
            100 * quality.plausible,
            _("%(share)s%% of the values lie inside the plausible range (%(range)s).")
            % {"share": _percent(quality.plausible), "range": wide}
            if wide
            else _("No plausible range has been set, so nothing can be found implausible."),
        ),
    ]


def formula() -> str:
    """How the score is made."""
    return _("Score = complete × on time × plausible × 100, over the latest 30 closed periods.")


def history(definition: Definition, node: int, now: datetime) -> list[float | None]:
    """The score as it was at the end of each of six stretches of 30 periods, the present one last."""
    return [found.score if found else None for found in _past(definition, node, now)]


def _past(definition: Definition, node: int, now: datetime) -> Iterator[Quality | None]:
    present = label_of(now, definition.grain)
    moments = [previous(present, definition.grain, JUDGED * n) for n in range(STRETCHES - 1, -1, -1)]
    for moment in moments:
        yield qualities_of([definition], node, moment)[0]


def _percent(share: float) -> str:
    return format_number(100 * share, 0)
