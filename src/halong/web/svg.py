"""Small pictures drawn on the server: icons, status marks, sparklines, bars. All colours come from the style sheet."""

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

MARKS = {
    "normal": "M6 1.2A4.8 4.8 0 1 1 6 10.8A4.8 4.8 0 1 1 6 1.2Z",
    "attention": "M6 1.2 11 10.6H1Z",
    "high": "M6 .8 11.2 6 6 11.2.8 6Z",
    "critical": "M1.5 1.5h9v9h-9Z",
    "stale": "M1.2 5.2h9.6v1.6H1.2Z",
    "dead": "M2.6 1.2 6 4.6 9.4 1.2 10.8 2.6 7.4 6 10.8 9.4 9.4 10.8 6 7.4 2.6 10.8 1.2 9.4 4.6 6 1.2 2.6Z",
}
WIDTH, HEIGHT, PAD = 120.0, 30.0, 3.0


@lru_cache(maxsize=1)
def icons() -> dict[str, str]:
    """Tabler icons by name: what stands inside their <svg>. Written by the front-end build from icons.txt."""
    return dict(json.loads((Path(__file__).parent / "icons.json").read_text(encoding="utf-8")))


def icon_svg(name: str, css_class: str = "") -> SafeString:
    """An icon to stand beside words (hidden from screen readers). An unknown name draws a circle; a test finds those."""
    found = icons()
    inner = found.get(name) or found["circle"]
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        f" {css_class}" if css_class else "",
        mark_safe(inner),  # noqa: S308 -- our own file
    )


def mark_svg(state: str) -> SafeString:
    """The shape of a status: ● normal, ▲ attention, ◆ high, ■ critical, − late, × signal lost. A word stands beside it."""
    shape = MARKS.get(state, MARKS["stale"])
    return format_html(
        '<svg class="mark mark-{}" viewBox="0 0 12 12" aria-hidden="true"><path d="{}"/></svg>', state, shape
    )


def sparkline_svg(
    values: Sequence[float | None], *, target: float | None = None, label: str = "", inline: bool = False
) -> SafeString:
    """A line of recent values, evenly spaced; None is a gap. ``target`` draws its dashed line.

    ``label`` says in words what it shows; without it the picture is hidden from screen readers.
    """
    numbers = [v for v in values if v is not None and math.isfinite(v)]
    if not numbers:
        return mark_safe('<svg class="spark" viewBox="0 0 120 30" aria-hidden="true"></svg>')
    low, high = min(numbers), max(numbers)
    if target is not None:
        low, high = min(low, target), max(high, target)
    spread = (high - low) or 1.0
    flat = high == low

    def y(value: float) -> float:
        return HEIGHT / 2 if flat else PAD + (HEIGHT - 2 * PAD) * (1 - (value - low) / spread)

    step = (WIDTH - 6) / max(1, len(values) - 1)
    path, last, down = [], None, False
    for index, value in enumerate(values):
        if value is None or not math.isfinite(value):
            down = False
            continue
        last = (2 + index * step, y(value))
        path.append(f"{'L' if down else 'M'}{last[0]:.1f},{last[1]:.1f}")
        down = True
    line = format_html('<path class="spark-line" d="{}"/>', "".join(path))
    dot = (
        format_html('<path class="spark-dot" d="M{},{}h.01"/>', f"{last[0]:.1f}", f"{last[1]:.1f}")
        if last
        else ""
    )
    aim = (
        format_html('<line class="spark-target" x1="0" x2="120" y1="{0}" y2="{0}"/>', f"{y(target):.1f}")
        if target is not None
        else ""
    )
    return format_html(
        '<svg class="spark{}" viewBox="0 0 120 30" preserveAspectRatio="none" {}>{}{}{}</svg>',
        " spark-inline" if inline else "",
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        aim,
        line,
        dot,
    )


def bar_svg(value: float, maximum: float, state: str = "") -> SafeString:
    """One horizontal bar, ``value`` of ``maximum`` wide. The figure stands beside it in words."""
    share = 0.0 if maximum <= 0 else max(0.0, min(1.0, value / maximum))
    return format_html(
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-back" width="100" height="8" rx="1"/><rect class="bar-{}" width="{}" height="8" rx="1"/></svg>',
        state or "plain",
        f"{share * 100:.1f}",
    )


def rate_svg(counts: Sequence[float], limit: float, label: str) -> SafeString:
    """Columns against a limit (alarms per 10 minutes): those above it are marked."""
    top = max([*counts, limit]) * 1.15 or 1.0
    width = WIDTH / max(1, len(counts))
    columns = [
        format_html(
            '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
            "over" if count > limit else "",
            f"{index * width + width * 0.12:.2f}",
            f"{44 - 44 * count / top:.2f}",
            f"{width * 0.76:.2f}",
            f"{44 * count / top:.2f}",
        )
        for index, count in enumerate(counts)
    ]
    return format_html(
        '<svg class="rate" viewBox="0 0 120 44" preserveAspectRatio="none" role="img" aria-label="{}">{}'
        '<line x1="0" x2="120" y1="{}" y2="{}"/><line class="base" x1="0" x2="120" y1="44" y2="44"/></svg>',
        label,
        mark_safe("".join(columns)),  # noqa: S308 -- built from numbers above
        *[f"{44 - 44 * limit / top:.2f}"] * 2,
    )
