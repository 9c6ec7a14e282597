"""What a derived series is: a value that is computed from the hourly means of other series of the same thing.

VN_AQI and VN_WQI are the first ones. Whoever knows a formula (a sector) registers a ``DerivedSeries`` in
``halong.core.registry.derived_series``; whoever keeps the readings (observations) calls ``compute``.
Neither imports the other.

The contract, in full
---------------------
**Labels.** A label is an aware ``datetime`` in UTC on a whole hour and names the END of its interval: the
hour labelled h holds the readings with h-1 < time <= h. A day is named by the label of its last hour, 00:00
of the next day in Asia/Ho_Chi_Minh (17:00 UTC), and holds the labels 01:00 to 00:00, 24 of them.

**Window.** ``compute(label, window)`` receives ``window[property][hour_label] -> float | None``:

- a key for each input whose series exists for the thing; a missing key means that the thing does not
  measure it;
- each value is the mean of the valid readings (quality 0) of that hour IN THE UNIT OF THE INPUT
  (``Input.unit``): the caller converts with ``halong.core.units.convert`` where the series is kept in
  another unit;
- ``None``, or no entry for a label, means that the hour has no usable mean (no reading, or fewer than 75 %
  of what the series' interval promises: ``RollupHour`` without a mean). The caller decides this once, for
  all formulas;
- it holds at least the labels ``label - lookback_hours + 1 h`` to ``label``; more does no harm, ``compute``
  never looks later than ``label``.

**Result.** A finite float (already rounded as the regulation says) or ``None``: "no data", and a value that
was stored under that label before must go. ``compute`` is pure: same window, same value; it never raises on
gaps.

**Explanation.** Pages that must show how a value came about (Decision 1459 wants every parameter and the
dominant one) call ``explain`` with the same arguments; ``explain(...).value == compute(...)`` always.

**When to compute again.** Once the mean of hour h of an input is new, changed or gone, the labels to
compute again are ``affected_labels(derived, h)``: for kind ``hour`` the labels h to h + lookback - 1; for
kind ``day`` every day whose window covers h. Labels that lie in the future are left to the caller to skip.

**Where it goes.** The value is a reading of ``output_property`` of the same thing: time = label, unit =
``output_unit``, ``Series.derived = true``. ``decimals`` tells how it is shown.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = timedelta(hours=1)

Window = Mapping[str, Mapping[datetime, float | None]]


@dataclass(frozen=True, slots=True)
class Input:
    """One series that a formula reads: the property's NGSI-LD name and the UN/CEFACT unit the formula wants
    it in.
    """

    property: str
    unit: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one property gave to a derived value.

    ``concentration`` is the figure that entered the formula (a Nowcast, a mean, a maximum) in the input's
    unit; ``index`` its sub-index. ``dominant`` marks the part, or the parts, that decided the value.
    """

    property: str
    concentration: float
    index: float
    dominant: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """A derived value with its parts, or None with the reason why there is none (``missing``, a lazy
    translation).
    """

    value: float | None
    parts: tuple[Part, ...] = ()
    missing: "StrPromise | str | None" = None


@dataclass(frozen=True, slots=True)
class DerivedSeries:
    """A formula over hourly means; see the module's contract.

    ``key`` names it for good ("vn-aqi-hour"). It applies to things having one of ``entity_types``.
    ``required_any``: at least one of these properties must be measured by the thing for the derived series
    to be opened at all (a station with SO2 alone never has a VN_AQI); empty means any of the inputs.
    ``source`` cites the regulation.
    """

    key: str
    entity_types: tuple[str, ...]
    output_property: str
    inputs: tuple[Input, ...]
    kind: Literal["hour", "day"]
    lookback_hours: int
    explain: Callable[[datetime, Window], Explanation]
    output_unit: str = "C62"
    decimals: int = 0
    minimum: float | None = None
    maximum: float | None = None
    required_any: tuple[str, ...] = ()
    source: str = ""

    def compute(self, label: datetime, window: Window) -> float | None:
        """The value under this label, or None where the hours don't suffice."""
        return self.explain(label, window).value

    def is_open_for(self, properties: Container[str]) -> bool:
        """True if a thing that measures these properties can have this series."""
        wanted = self.required_any or tuple(entry.property for entry in self.inputs)
        return any(name in properties for name in wanted)


def affected_labels(derived: DerivedSeries, hour: datetime) -> list[datetime]:
    """The labels (UTC, ascending) whose value may change when the mean of ``hour`` of an input does."""
    last = hour + (derived.lookback_hours - 1) * HOUR
    if derived.kind == "hour":
        return [hour + n * HOUR for n in range(derived.lookback_hours)]
    day = day_label(hour)
    labels = []
    while day <= last:
        labels.append(day)
        day += 24 * HOUR
    return labels


def day_label(hour: datetime) -> datetime:
    """The label of the day that ``hour`` (a label) belongs to: the next local midnight at or after it, in
    UTC.

    Asia/Ho_Chi_Minh has no summer time, so that a day is 24 labels.
    """
    local = hour.astimezone(LOCAL)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if midnight != local:
        midnight += timedelta(days=1)
    return midnight.astimezone(hour.tzinfo)
