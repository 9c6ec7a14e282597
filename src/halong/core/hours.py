"""Hours in which offices work: deadlines count them, and no nights, weekends and holidays. Pure but for the table of
holidays (core.workdays).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from halong.core.formats import ZONE
from halong.core.workdays import is_workday

Spans = Sequence[tuple[time, time]]
OFFICE: Spans = ((time(7, 30), time(11, 30)), (time(13, 0), time(17, 0)))  # where no terms say otherwise
LONGEST = 800  # days looked ahead


def read_spans(rows: Sequence[Sequence[str]]) -> Spans:
    """``[["07:30", "11:30"], …]`` as times. Raises ValueError when they aren't ascending."""
    spans = tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in rows)
    edges = [edge for span in spans for edge in span]
    if not spans or edges != sorted(set(edges)):
        raise ValueError("office hours must be ascending spans")
    return spans


def add_working(start: datetime, hours: float, spans: Spans = OFFICE) -> datetime:
    """The moment at which that many working hours after ``start`` are over.

    What begins outside of the hours begins with the next span; what ends at the end of a span ends there, not at the
    next one's beginning.
    """
    left = timedelta(hours=hours)
    for opens, closes in _open_spans(start, spans):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise ValueError("no such many working hours within two years")


def working_between(start: datetime, end: datetime, spans: Spans = OFFICE) -> float:
    """How many working hours lie between two moments; 0 when the second is not after the first."""
    total = timedelta()
    for opens, closes in _open_spans(start, spans):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total / timedelta(hours=1)


def _open_spans(start: datetime, spans: Spans) -> Iterator[tuple[datetime, datetime]]:
    """Spans in which offices work from ``start`` on, the first one cut."""
    start = start.astimezone(ZONE)
    for day in _workdays(start.date()):
        for opens, closes in spans:
            begin, end = datetime.combine(day, opens, ZONE), datetime.combine(day, closes, ZONE)
            if end > start:
                yield max(begin, start), end


def _workdays(first: date) -> Iterator[date]:
    for n in range(LONGEST):
        day = first + timedelta(days=n)
        if is_workday(day):
            yield day
