"""What rules tell."""

from datetime import datetime

from halong.core.events import event


@event
class Crossing:
    """A rule became true (``rising``) or false for a series.

    ``time`` is the reading's, ``value`` None for silence. ``serial`` counts the crossings of this rule and
    series: an event with a serial that was seen already, or an older one, changes nothing.
    """

    rule_id: int
    series_id: int
    rising: bool
    time: datetime
    value: float | None
    limit: float | None
    serial: int
