"""The parameters of a rule, typed by its kind. All times are seconds; values are in ``unit`` (UN/CEFACT)."""

from typing import Any, Literal, TypeAlias

import msgspec
from django.utils.translation import gettext as _

from halong.core.errors import Invalid
from halong.core.units import is_known

Direction = Literal["above", "below"]
Change = Literal["up", "down", "any"]
Side = Literal["above", "below", "both"]
MAX_SECONDS = 30 * 24 * 3600


class _Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all kinds share: they are immutable, and an unknown field is an error."""


class Threshold(_Params, frozen=True, kw_only=True):
    """True while the value is beyond ``limit``; ends at ``clear`` (hysteresis); only after it held for
    ``for_s`` seconds. Its alert clears once the condition has been over for ``clear_for_s`` seconds (off-delay): that is
    kept by ``alerts``, so that transitions stay what readings say.
    """

    direction: Direction = "above"
    limit: float
    clear: float | None = None
    for_s: int = 0
    clear_for_s: int = 0
    unit: str = ""

    def faults(self) -> dict[str, str]:
        """What is wrong, by field."""
        faults = _seconds(for_s=self.for_s, clear_for_s=self.clear_for_s)
        if self.clear is not None:
            if self.direction == "above" and self.clear > self.limit:
                faults["clear"] = _("The end must not be above the limit.")
            if self.direction == "below" and self.clear < self.limit:
                faults["clear"] = _("The end must not be below the limit.")
        return faults


class Rate(_Params, frozen=True, kw_only=True):
    """True while the value differs by ``change`` or more from a reading of the last ``minutes``."""

    direction: Change = "any"
    change: float
    minutes: float
    unit: str = ""

    def faults(self) -> dict[str, str]:
        """What is wrong, by field."""
        faults = {}
        if self.change <= 0:
            faults["change"] = _("The change must be more than 0.")
        if not 0 < self.minutes <= 24 * 60:
            faults["minutes"] = _("Between 0 and 1440 minutes.")
        return faults


class Silence(_Params, frozen=True, kw_only=True):
    """True when no reading came for ``after_s`` seconds, or for ``intervals`` declared intervals of the
    series.
    """

    after_s: int | None = None
    intervals: float = 3

    def faults(self) -> dict[str, str]:
        """What is wrong, by field."""
        faults = {}
        if self.after_s is not None and not 0 < self.after_s <= MAX_SECONDS:
            faults["after_s"] = _("Between 1 second and 30 days.")
        if not 1 <= self.intervals <= 10_000:
            faults["intervals"] = _("Between 1 and 10000 intervals.")
        return faults

    def seconds(self, interval_s: int) -> float:
        """How long a series of this interval may be silent."""
        return float(self.after_s) if self.after_s is not None else float(self.intervals * interval_s)


class Range(_Params, frozen=True, kw_only=True):
    """True while the value lies outside what can be true. Without bounds, those declared by the series
    count.
    """

    minimum: float | None = None
    maximum: float | None = None
    for_s: int = 0
    unit: str = ""

    def faults(self) -> dict[str, str]:
        """What is wrong, by field."""
        faults = _seconds(for_s=self.for_s)
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            faults["maximum"] = _("The maximum must be above the minimum.")
        return faults


class Stuck(_Params, frozen=True, kw_only=True):
    """True when the value stayed within ``tolerance`` for ``seconds`` and at least ``min_readings`` readings.

    ``except_zero``: a zero that stays is no fault (rain, flow of a pump that stands).
    """

    seconds: int
    tolerance: float = 0.0
    min_readings: int = 3
    except_zero: bool = False
    unit: str = ""

    def faults(self) -> dict[str, str]:
        """What is wrong, by field."""
        faults = _seconds(seconds=self.seconds)
        if self.seconds <= 0:
            faults["seconds"] = _("More than 0 seconds.")
        if self.tolerance < 0:
            faults["tolerance"] = _("The tolerance must not be negative.")
        if not 2 <= self.min_readings <= 10_000:
            faults["min_readings"] = _("Between 2 and 10000 readings.")
        return faults


class Habit(_Params, frozen=True, kw_only=True):
    """True while an hour's mean differs from the same hour of the past ``weeks`` by more than ``k``
    deviations.

    ``method``: ``mad`` is median ± k · 1.4826 · median absolute deviation, ``sigma`` is mean ± k · standard
    deviation.
    At least ``min_weeks`` of these hours must have a mean; a difference below ``least`` never counts.
    """

    weeks: int = 6
    k: float = 4.0
    method: Literal["mad", "sigma"] = "mad"
    min_weeks: int = 4
    side: Side = "both"
    least: float = 0.0
    unit: str = ""

    def faults(self) -> dict[str, str]:
        """What is wrong, by field."""
        faults = {}
        if not 2 <= self.weeks <= 52:
            faults["weeks"] = _("Between 2 and 52 weeks.")
        if not 2 <= self.min_weeks <= self.weeks:
            faults["min_weeks"] = _("At least 2, and no more than the weeks looked at.")
        if self.k <= 0:
            faults["k"] = _("More than 0.")
        if self.least < 0:
            faults["least"] = _("The least difference must not be negative.")
        return faults


Params: TypeAlias = Threshold | Rate | Silence | Range | Stuck | Habit
KINDS: dict[str, type[Params]] = {
    "threshold": Threshold,
    "rate": Rate,
    "silence": Silence,
    "range": Range,
    "stuck": Stuck,
    "habit": Habit,
}


def parse_params(kind: str, raw: dict[str, Any]) -> Params:
    """The typed parameters of a kind. Raises ``Invalid`` that says what is wrong, by field."""
    if kind not in KINDS:
        raise Invalid(_("Unknown kind of rule: {kind}").format(kind=kind), fields={"kind": kind})
    try:
        params = msgspec.convert(raw, KINDS[kind])
    except msgspec.ValidationError as error:
        raise Invalid(_("Parameters that don't fit the kind: {error}").format(error=error)) from None
    faults = params.faults()
    unit = getattr(params, "unit", "")
    if unit and not is_known(unit):
        faults["unit"] = _("Unknown unit: {unit}").format(unit=unit)
    if faults:
        raise Invalid(" ".join(faults.values()), fields=faults)
    return params


def dump_params(params: Params) -> dict[str, Any]:
    """The parameters as JSON types, as ``Rule.params`` keeps them."""
    return dict(msgspec.to_builtins(params))


def _seconds(**values: int) -> dict[str, str]:
    return {
        name: _("Between 0 seconds and 30 days.")
        for name, value in values.items()
        if not 0 <= value <= MAX_SECONDS
    }
