"""How many parameters of a discharge are beyond the limit in an hour: what the compliance of emitters is counted from.

The limits are those of QCVN 40 for column B, the laxer one, without Kq and Kf: a facility that exceeds them
exceeds its own. They are limits of a sample; here the mean of an hour is held against them, as one value of
a continuous monitor says little. Neither is a finding of an inspection.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from halong.core.derived import LOCAL, Explanation, Part, Window
from halong.core.sector import Limit
from halong.sectors.environment.limits import LIMITS

COLUMN = "B"
TYPE = "WastewaterStation"
BOUND: tuple[Limit, ...] = tuple(
    limit
    for limit in LIMITS
    if limit.column == COLUMN and TYPE in limit.types and limit.averaging == "instant"
)
INPUTS: dict[str, str] = {limit.property: limit.unit for limit in BOUND}
SOURCE = "; ".join(dict.fromkeys(limit.source for limit in BOUND))
NOTHING = _("No parameter that has a limit has data.")


def is_beyond(limit: Limit, value: float) -> bool:
    """True for a value above the maximum or below the minimum."""
    above = limit.maximum is not None and value > limit.maximum
    return above or (limit.minimum is not None and value < limit.minimum)


def share_of(limit: Limit, value: float) -> float:
    """What part of a limit a value uses up, in percent; below a minimum more than 100, too."""
    if limit.minimum is not None and value < limit.minimum:
        return 100.0 + 100.0 * (limit.minimum - value) / limit.minimum
    return 100.0 * value / limit.maximum if limit.maximum else 0.0


def explain_excess(label: datetime, window: Window) -> Explanation:
    """The number of parameters beyond the limits in force on the label's day; the parts are percent of the limit."""
    day = label.astimezone(LOCAL).date()
    parts = []
    for limit in BOUND:
        value = window.get(limit.property, {}).get(label)
        if value is not None and limit.in_force(day):
            share = share_of(limit, value)
            parts.append(Part(limit.property, value, round(share, 1), is_beyond(limit, value)))
    if not parts:
        return Explanation(None, missing=NOTHING)
    return Explanation(float(sum(part.dominant for part in parts)), tuple(parts))
