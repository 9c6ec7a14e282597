"""A definition of an indicator that isn't written down yet: what the form says, the preview tries, and the action
checks and saves.
"""

from dataclasses import dataclass, field, fields
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.core.errors import Invalid
from halong.indicators.models import GRAVITY, Definition, Grain, Indicator
from halong.indicators.specs import check_spec
from halong.places.models import Agency

ABNORMAL = GRAVITY[1:]
SIDES = ("below", "above")
ON_PANORAMA = 12  # indicators, at most
OF_INDICATOR = ("sector", "level", "order", "agency", "person")


@dataclass
class DefinitionDraft:
    """Everything that the editor says. ``spec`` is typed by ``kind`` (``halong.indicators.specs``)."""

    name: str
    kind: str
    spec: dict[str, Any]
    meaning: str = ""
    name_en: str = ""
    meaning_en: str = ""
    scope_words: str = ""
    scope_words_en: str = ""
    sector: str = ""
    level: int = 3
    order: int = 100
    agency: Agency | None = None
    person: User | None = None
    unit: str = ""
    decimals: int = 0
    direction: str = "none"
    grain: str = "day"
    over_time: str = "mean"
    freshness_s: int = 2 * 86_400
    shows_denominator: bool = False
    plausible_min: float | None = None
    plausible_max: float | None = None
    bands: list[dict[str, Any]] = field(default_factory=list)
    source: str = ""
    verified: bool = False
    valid_from: date = field(default_factory=timezone.localdate)

    def check(self, indicator: Indicator | None = None) -> None:
        """Raises Invalid with what is wrong by field. ``indicator``: the one that it would change."""
        faults = {**self._number_faults(), **self._band_faults()}
        if not self.name.strip():
            faults["name"] = _("An indicator needs a name.")
        if self.agency is None:
            faults["agency"] = _("Some agency must answer for it.")
        if self.level == 1 and (indicator is None or indicator.active):
            faults |= room_faults(indicator)
        if faults:
            raise Invalid(" ".join(faults.values()), fields=faults)
        check_spec(self.unsaved(indicator))

    def means_the_same(self, other: "DefinitionDraft") -> bool:
        """Whether only the day, the place in lists or who answers differ."""
        mine, theirs = self.of_definition(), other.of_definition()
        return all(mine[name] == theirs[name] for name in mine if name != "valid_from")

    def _number_faults(self) -> dict[str, str]:
        faults = {}
        if self.grain not in Grain.values:
            faults["grain"] = _("Unknown period.")
        low, high = self.plausible_min, self.plausible_max
        if low is not None and high is not None and low >= high:
            faults["plausible_max"] = _("The highest must be above the lowest.")
        if self.kind == Definition.Kind.TABLE and self.grain == Grain.HOUR:
            faults["grain"] = _("Nobody fills in a table every hour.")
        return faults

    def _band_faults(self) -> dict[str, str]:
        """A graver band lies further out."""
        faults = {}
        for side in SIDES:
            marks = [(state, mark) for state in ABNORMAL if (mark := self._mark(state, side)) is not None]
            for (_milder, near), (state, far) in pairwise(marks):
                if (far >= near) if side == "below" else (far <= near):
                    faults[f"{state}_{side}"] = _("A graver band must lie further out than a milder one.")
        return faults

    def _mark(self, state: str, side: str) -> float | None:
        return next((band[side] for band in self.bands if band["state"] == state and side in band), None)

    def of_indicator(self) -> dict[str, Any]:
        """The columns of ``Indicator``."""
        return {name: getattr(self, name) for name in OF_INDICATOR}

    def of_definition(self) -> dict[str, Any]:
        """The columns of ``Definition``."""
        names = [entry.name for entry in fields(self) if entry.name not in OF_INDICATOR]
        return {name: getattr(self, name) for name in names}

    def unsaved(self, indicator: Indicator | None = None) -> Definition:
        """The definition as it would be, for checking and for the preview."""
        known = indicator or Indicator(key="", **self.of_indicator())
        return Definition(indicator=known, version=0, **self.of_definition())


def draft_of(indicator: Indicator, definition: Definition) -> DefinitionDraft:
    """An indicator as it stands, for the form."""
    names = {entry.name for entry in fields(DefinitionDraft)} - set(OF_INDICATOR)
    return DefinitionDraft(
        **{name: getattr(definition, name) for name in names},
        **{name: getattr(indicator, name) for name in OF_INDICATOR},
    )


def room_faults(indicator: Indicator | None = None) -> dict[str, str]:
    """What is wrong with one more indicator on the panorama."""
    others = Indicator.objects.filter(level=1, active=True)
    if indicator is not None:
        others = others.exclude(pk=indicator.pk)
    if others.count() < ON_PANORAMA:
        return {}
    return {
        "level": _("The panorama has room for %(n)d indicators: take another one down first.")
        % {"n": ON_PANORAMA}
    }
