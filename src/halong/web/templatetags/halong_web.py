"""The words that templates are written with. Built in: no ``{% load %}`` needed. See docs/components.md."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.template import Context
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from halong.core import formats
from halong.web import svg
from halong.web.assets import asset as asset_url
from halong.web.assets import modules
from halong.web.words import STATES

register = template.Library()
KEPT = ("request", "csrf_token", "perms", "user", "scope", "messages")


def _component(context: Context, name: str, params: Mapping[str, Any]) -> SafeString:
    own = {key: context[key] for key in KEPT if key in context}
    inner: Any = get_template(
        f"web/components/{name}.html"
    )  # Django's own engine: its template takes a Context
    drawn: SafeString = inner.template.render(context.new({**own, **params}))
    return drawn


@register.simple_tag(takes_context=True)
def ui(context: Context, component: str, **params: Any) -> SafeString:
    """A component: ``{% ui "badge" state="high" %}`` renders ``web/components/badge.html`` with these parameters."""
    return _component(context, component, params)


@register.simple_block_tag(takes_context=True)
def uiblock(context: Context, content: str, component: str, **params: Any) -> SafeString:
    """A component with a body: ``{% uiblock "panel" heading=_("Late") %}…{% enduiblock %}``; the body is ``slot``."""
    return _component(context, component, {**params, "slot": content})


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """A Tabler icon, inline, for the eye only."""
    return svg.icon_svg(name, css_class)


@register.simple_tag
def mark(state: str) -> SafeString:
    """The shape of a status, for the eye only: write the word beside it (or use the badge component)."""
    return svg.mark_svg(state)


@register.simple_tag
def sparkline(
    values: Sequence[float | None], target: float | str | None = None, label: str = "", inline: bool = False
) -> SafeString:
    """A small line of recent values; ``target`` adds its dashed line, ``label`` its words."""
    aim = float(target) if target not in (None, "") else None
    return svg.sparkline_svg(values, target=aim, label=label, inline=inline)


@register.simple_tag
def bar(value: float, maximum: float, state: str = "") -> SafeString:
    """A horizontal bar, ``value`` of ``maximum`` wide."""
    return svg.bar_svg(float(value or 0), float(maximum or 0), state)


@register.simple_tag
def rate_chart(counts: Sequence[float], limit: float, label: str) -> SafeString:
    """Columns against a limit."""
    return svg.rate_svg(counts, limit, label)


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file."""
    return asset_url(name)


@register.simple_tag
def preload_modules(*names: str) -> SafeString:
    """Links that fetch these scripts and their chunks at once, rather than one after the other as they name each other."""
    addresses = sorted({address for name in names for address in modules(name)})
    return format_html_join("", '<link rel="modulepreload" href="{}">', ((address,) for address in addresses))


@register.filter
def number(value: Any, decimals: int | None = None) -> str:
    """1.234,5 (in English 1,234.5); ``{{ v|number:1 }}`` fixes the decimals."""
    return formats.format_number(value, decimals) if value not in (None, "") else formats.ABSENT


@register.simple_tag
def num(value: Any, decimals: int | str | None = None) -> str:
    """The same as a tag, for decimals that a component may not have been given."""
    return number(value, int(decimals) if decimals not in (None, "") else None)


@register.filter
def when(value: datetime | None) -> str:
    """dd/MM/yyyy HH:mm in Vietnam's time."""
    return formats.format_datetime(value)


@register.filter
def day(value: date | None) -> str:
    """dd/MM/yyyy."""
    return formats.format_date(value)


@register.filter
def clock(value: datetime | None) -> str:
    """HH:mm in Vietnam's time."""
    return formats.format_time(value)


@register.filter
def long_day(value: date) -> str:
    """Thứ Hai, 23/11/2026."""
    return formats.format_day(value)


@register.filter
def duration(seconds: float | None) -> str:
    """38 phút, 1 giờ 20 phút."""
    return formats.ABSENT if seconds is None else formats.format_duration(float(seconds))


@register.filter
def state_word(state: str) -> str:
    """The word of a status in the page's language."""
    return str(STATES.get(state, state))


@register.simple_tag
def age(value: datetime | None, max_age: float | str | None = None) -> SafeString:
    """When something was last heard of: grows by itself, and turns bold with a clock once older than ``max_age`` seconds."""
    if not value:
        return format_html(
            '<span class="age is-stale">{}{}</span>', svg.icon_svg("clock"), formats.format_age(None)
        )
    return format_html(
        '<time class="age{}" datetime="{}" title="{}" data-age{}>{}<span class="age-text">{}</span></time>',
        " is-stale" if is_stale(value, max_age) else "",
        value.astimezone(UTC).isoformat(timespec="seconds"),
        formats.format_datetime(value, seconds=True),
        format_html(' data-max-age="{}"', int(float(max_age))) if max_age else "",
        svg.icon_svg("clock"),
        formats.format_age(value),
    )


@register.simple_tag
def is_stale(value: datetime | str | None, max_age: float | str | None = None) -> bool:
    """Whether a value of this time is older than it may be (None: never heard of, so yes)."""
    if not isinstance(value, datetime):
        return True
    return bool(max_age) and (datetime.now(UTC) - value).total_seconds() > float(max_age or 0)


@register.simple_tag
def clock_age(value: datetime | str | None, max_age: float | str | None = None) -> SafeString:
    """The short form for tiles: the time of the day, or the date when it was another day; turns stale like ``age``."""
    if not isinstance(value, datetime):
        return mark_safe("")
    same_day = formats.local(value).date() == formats.local(datetime.now(UTC)).date()
    return format_html(
        '<time class="age{}" datetime="{}" title="{}" data-age="clock"{}>{}<span class="age-text">{}</span></time>',
        " is-stale" if is_stale(value, max_age) else "",
        value.astimezone(UTC).isoformat(timespec="seconds"),
        formats.format_datetime(value, seconds=True),
        format_html(' data-max-age="{}"', int(float(max_age))) if max_age else "",
        svg.icon_svg("clock"),
        formats.format_time(value) if same_day else formats.format_date(value),
    )


@register.filter
def as_json(value: Any) -> str:
    """Pretty JSON for the code component."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str, sort_keys=False)


@register.simple_tag(takes_context=True)
def sort_header(context: Context, label: str, key: str, css_class: str = "") -> SafeString:
    """A column's heading that sorts: ``?sort=key`` or ``?sort=-key``; the other parameters of the address stay."""
    request = context["request"]
    present = request.GET.get("sort", context.get("sort", "") or "")
    up, down = present == key, present == f"-{key}"
    query = request.GET.copy()
    query["sort"] = f"-{key}" if up else key
    query.pop("page", None)
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="?{}">{}{}</a></th>',
        format_html(' class="{}"', css_class) if css_class else "",
        mark_safe(f' aria-sort="{"ascending" if up else "descending"}"') if up or down else "",  # noqa: S308
        query.urlencode(),
        label,
        svg.icon_svg("chevron-down" if down else "chevron-up"),
    )


@register.filter
def page_numbers(page: Page[Any]) -> list[int | str]:
    """1 … 4 5 6 … 20 for the pagination."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word of a person's name."""
    words = str(name or "").split()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """``{{ mapping|get:key }}``: an entry whose key is known only at run time."""
    return mapping.get(key) if isinstance(mapping, Mapping) else None
