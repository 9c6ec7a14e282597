"""A chart for eyes eight metres away, drawn on the server in units of the wall (1/2160 of its height)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from halong.core.formats import format_date, format_number, format_time, local

Point = tuple[datetime, float | None]
LEFT, RIGHT, TOP, BOTTOM = 190.0, 24.0, 30.0, 84.0
LINES = 4  # as many lines of the scale as eyes can tell apart from afar
DAYS_FROM_S = 2 * 86_400


@dataclass(frozen=True)
class Limit:
    """A line that values are held to."""

    value: float
    label: str


@dataclass(frozen=True)
class Frame:
    """Where on the plate a time and a value lie."""

    width: float
    height: float
    start: float
    end: float
    low: float
    high: float

    def x(self, at: float) -> float:
        """Across."""
        share = (at - self.start) / ((self.end - self.start) or 1.0)
        return LEFT + share * (self.width - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Down."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.height - BOTTOM - share * (self.height - TOP - BOTTOM)


def steps(low: float, high: float, most: int = LINES) -> list[float]:
    """Round values that cover ``low`` to ``high`` in at most ``most`` steps of 1, 2, 2.5 or 5 times a power of ten."""
    spread = (high - low) or abs(high) or 1.0
    power = 10.0 ** floor(log10(spread / most))
    step = next(power * f for f in (1, 2, 2.5, 5, 10, 20) if spread / (power * f) <= most)
    first, last = floor(low / step), ceil(high / step)
    return [n * step for n in range(first, max(last, first + 1) + 1)]


def chart_svg(
    points: Sequence[Point], *, width: float, height: float, label: str, limits: Sequence[Limit] = ()
) -> SafeString:
    """A line over time with its scale, its limits and a dot at the newest value; a None is a gap."""
    known = [value for _at, value in points if value is not None]
    if not known:
        return mark_safe("")
    near = [limit for limit in limits if limit.value <= 3 * max(abs(value) for value in known)]
    scale = steps(min(known), max([*known, *(limit.value for limit in near)]))
    ends = points[0][0].timestamp(), points[-1][0].timestamp()
    frame = Frame(width, height, *ends, scale[0], scale[-1])
    parts = [_scale(frame, scale), _times(frame, points), *(_limit(frame, limit) for limit in near)]
    return format_html(
        '<svg class="wt-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        *(f"{width:.0f}", f"{height:.0f}", label),
        mark_safe("".join(parts)),  # noqa: S308 -- built by format_html
        _line(frame, points),
    )


def _scale(frame: Frame, scale: Sequence[float]) -> SafeString:
    rows = [
        (
            f"{LEFT:.0f}",
            f"{frame.width - RIGHT:.0f}",
            f"{frame.y(v):.0f}",
            f"{LEFT - 24:.0f}",
            format_number(v),
        )
        for v in scale
    ]
    return format_html_join(
        "",
        '<line x1="{0}" x2="{1}" y1="{2}" y2="{2}"/><text class="wt-y" x="{3}" y="{2}" dy=".35em">{4}</text>',
        rows,
    )


def _times(frame: Frame, points: Sequence[Point]) -> SafeString:
    first, last = points[0][0], points[-1][0]
    show = format_date if (last - first).total_seconds() > DAYS_FROM_S else format_time
    count = max(2, min(5, int((frame.width - LEFT) // 420)))
    span = (last - first) / (count - 1)
    rows = []
    for n in range(count):
        at = first + n * span
        anchor = "start" if n == 0 else "end" if n == count - 1 else "middle"
        text = show(local(at))[:5]  # 14:05, or the day and the month of 23/11/2026
        rows.append((anchor, f"{frame.x(at.timestamp()):.0f}", f"{frame.height - 14:.0f}", text))
    return format_html_join("", '<text class="wt-x wt-{0}" x="{1}" y="{2}">{3}</text>', rows)


def _limit(frame: Frame, limit: Limit) -> SafeString:
    return format_html(
        '<line class="wt-limit" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
        '<text class="wt-limit-name" x="{1}" y="{2}" dy="-.35em">{3}</text>',
        *(f"{LEFT:.0f}", f"{frame.width - RIGHT:.0f}", f"{frame.y(limit.value):.0f}", limit.label),
    )


def _line(frame: Frame, points: Sequence[Point]) -> SafeString:
    path, last, down = [], ("0", "0"), False
    for at, value in points:
        if value is None:
            down = False
            continue
        last = (f"{frame.x(at.timestamp()):.1f}", f"{frame.y(value):.1f}")
        path.append(f"{'L' if down else 'M'}{last[0]},{last[1]}")
        down = True
    return format_html(
        '<path class="wt-line" d="{}"/><path class="wt-dot" d="M{},{}h.01"/>', "".join(path), *last
    )
