"""What a briefing says: everything in words and ready to be set, so that page and PDF only lay it out.

``gather`` gives, for one language:

- ``scope, day, made, centre, simulated`` words of the head; ``points``: the main points, each ``state, text``;
- ``figures``: headline indicators ``name, about, value, unit, period, change, target, state, word, old, simulated,
  trend, url``;
- ``alerts``: ``state, word, title, text, where, since, simulated, url``, and ``alert_words``, their numbers;
- ``changes``: ``at, name, text, state, word, url``; ``unusual``: ``at, name, text, url, simulated``;
- ``ahead``: forecasts and targets that will be missed, ``name, text, note, url``;
- ``late``: ``agency, tasks, data, url``; ``due``: ``at, title, agency, simulated, url``;
- ``weather``: ``label, value, note, simulated``.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from halong.alerts.models import Alert, AlertQuerySet
from halong.analysis import queries as analysis
from halong.context.scope import Scope
from halong.core.formats import format_day, format_number, format_time, local
from halong.core.language import text_of
from halong.core.permissions import SYSTEM
from halong.core.sector import all_sectors
from halong.core.workdays import end_of_office
from halong.indicators import queries as indicators
from halong.indicators.standings import Standing, standings
from halong.panorama.briefing.weather import weather
from halong.panorama.decisions import RED, of_alerts
from halong.panorama.overdue import Overdue, asked, overdue
from halong.tasks import queries as tasks
from halong.web.words import STATES

Part = list[dict[str, Any]]
DAY = timedelta(days=1)
MOST = {"figures": 12, "alerts": 8, "changes": 9, "unusual": 4, "ahead": 5, "late": 8, "due": 9, "weather": 6}


def gather(scope: Scope, day: date, now: datetime | None = None) -> dict[str, Any]:
    """The briefing of a scope as it stands now, in the present language. JSON types only."""
    now = now or timezone.now()
    shown = standings(SYSTEM, level=1, **asked(scope), now=now)
    alerts = Alert.objects.visible_to(SYSTEM).within(scope)
    calling = alerts.calling(now).select_related("rule", "entity", "place", "agency").defer("place__boundary")
    behind = overdue(SYSTEM, scope, now)
    parts: dict[str, Part] = {
        "figures": [_figure(one) for one in shown],
        "alerts": _alerts(calling.order_by("priority", "-raised_at")),
        "changes": _changes(scope, now),
        "unusual": _unusual(scope, now),
        "ahead": _ahead(shown, scope, now),
        "late": [_late(one) for one in behind],
        "due": _due(scope, day, now),
        "weather": weather(scope, now),
    }
    counts = _counts(calling, alerts, now)
    return {
        **_head(scope, day, now),
        **{name: rows[: MOST[name]] for name, rows in parts.items()},
        "more": {name: len(rows) - MOST[name] for name, rows in parts.items() if len(rows) > MOST[name]},
        "alert_words": _count_words(counts),
        "points": _points(shown, behind, counts, len(parts["due"])),
        "simulated": any(row.get("simulated") for rows in parts.values() for row in rows),
    }


def scope_words(scope: Scope) -> str:
    """Whose briefing it is."""
    sector = next((str(s.name) for s in all_sectors() if s.key == scope.sector), "")
    named = [
        scope.agency.name if scope.agency else "",
        scope.place.qualified_name if scope.place else "",
        sector,
    ]
    said = " · ".join(part for part in named if part)
    return said[:1].upper() + said[1:] or text_of(settings.PROFILE["province"]["name"])


def _head(scope: Scope, day: date, now: datetime) -> dict[str, Any]:
    return {
        "scope": scope_words(scope),
        "day": format_day(day),
        "made": gettext("as it stood at %(time)s") % {"time": format_time(now)},
        "centre": text_of(settings.PROFILE["province"]["short_name"]),
    }


def _word(state: str) -> str:
    return str(STATES.get(state, state))


def _figure(one: Standing) -> dict[str, Any]:
    return {
        "name": one.name,
        "about": one.scope_words,
        "value": one.value_text,
        "unit": f"/{one.den_text}" if one.den_text else one.unit_text,
        "period": one.period,
        "change": one.change_words,
        "target": gettext("target %(value)s") % {"value": one.target_text} if one.target is not None else "",
        "state": one.state,
        "word": _word(one.state),
        "old": one.is_old,
        "simulated": one.simulated,
        "trend": _scaled(one.trend),
        "url": one.url,
    }


def _scaled(values: Sequence[float | None]) -> list[float | None]:
    """A line's points between 0 (the lowest) and 1; nothing where there are fewer than two."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return []
    low, span = min(known), max(known) - min(known)
    return [None if v is None else round((v - low) / span, 3) if span else 0.5 for v in values]


def _alerts(calling: Iterable[Alert]) -> Part:
    return [
        {
            "state": one.state,
            "word": _word(one.state),
            "title": one.title,
            "text": one.text,
            "where": one.where,
            "since": _moment(one.at) if one.at else "",
            "simulated": one.simulated,
            "url": one.url,
        }
        for one in of_alerts(SYSTEM, calling)
    ]


def _moment(at: datetime) -> str:
    """Hour and day, as one says it: "06:40, 23/11"."""
    return f"{local(at):%H:%M, %d/%m}"


def _counts(calling: AlertQuerySet, alerts: AlertQuerySet, now: datetime) -> dict[str, int]:
    return {
        "open": calling.count(),
        "critical": calling.filter(priority=1).count(),
        "new": alerts.filter(raised_at__gt=now - DAY, raised_at__lte=now).count(),
        "closed": alerts.filter(closed_at__gt=now - DAY, closed_at__lte=now).count(),
    }


def _count_words(counts: dict[str, int]) -> str:
    numbers = {name: format_number(value, 0) for name, value in counts.items()}
    return gettext("%(open)s open · %(new)s new and %(closed)s closed in 24 hours") % numbers


def _changes(scope: Scope, now: datetime) -> Part:
    return [
        {
            "at": _moment(one.at),
            "name": one.name,
            "text": one.text,
            "state": one.state_after,
            "word": _word(one.state_after) if one.state_after != one.state_before else "",
            "url": one.standing_url,
        }
        for one in indicators.changed_since(SYSTEM, now - DAY, **asked(scope))
    ]


def _unusual(scope: Scope, now: datetime) -> Part:
    found = analysis.unusual(SYSTEM, **asked(scope), since=now - DAY, limit=MOST["unusual"])
    return [
        {
            "at": _moment(one.at),
            "name": one.name,
            "text": one.text,
            "url": one.url,
            "simulated": bool(one.entity and one.entity.simulated),
        }
        for one in found
    ]


def _ahead(shown: Sequence[Standing], scope: Scope, now: datetime) -> Part:
    """Targets that will be missed first, then forecasts."""
    missed, expected = [], []
    for one in shown:
        miss = analysis.miss_of(one.indicator, scope.place, scope.agency, now=now)
        if miss is not None and miss.bad:
            missed.append({"name": one.name, "text": miss.words, "note": "", "url": one.url})
        view = analysis.forecast_of(indicator=one.indicator, place=scope.place, agency=scope.agency)
        if view is not None:
            note = f"{view.horizon_words} · {view.accuracy}"
            expected.append({"name": one.name, "text": view.words, "note": note, "url": one.url})
    return [*missed, *expected]


def _late(one: Overdue) -> dict[str, Any]:
    return {
        "agency": one.agency.called,
        "tasks": one.tasks,
        "data": one.words,
        "url": one.url,
    }


def _due(scope: Scope, day: date, now: datetime) -> Part:
    end = end_of_office(day) + timedelta(hours=7)  # midnight
    return [
        {
            "at": format_time(task.due_at),
            "title": task.title,
            "agency": task.agency.called,
            "simulated": task.simulated,
            "url": reverse("task", args=[task.pk]),
        }
        for task in tasks.due_between(SYSTEM, now, end, **asked(scope))
    ]


def _points(shown: Sequence[Standing], behind: Sequence[Overdue], counts: dict[str, int], due: int) -> Part:
    """The main points in sentences, the gravest first; one quiet sentence where there is nothing to say."""
    points = [_alert_point(counts)] if counts["open"] else []
    red = [one.name for one in shown if one.state in RED and not one.is_old]
    if red:
        words = gettext("Indicators out of their bounds: %(names)s") % {"names": ", ".join(red[:4])}
        points.append({"state": "high", "text": words})
    late = [one.tasks for one in behind if one.tasks]
    if late:
        points.append(_owed(ngettext("%(n)s task is late", "%(n)s tasks are late", sum(late)), late))
    reports = [one.reports for one in behind if one.reports]
    if reports:
        words = ngettext(
            "%(n)s report of citizens is late", "%(n)s reports of citizens are late", sum(reports)
        )
        points.append(_owed(words, reports))
    data = sum(len(one.data) for one in behind)
    if data:
        words = ngettext("%(n)s set of data hasn't come", "%(n)s sets of data haven't come", data)
        points.append({"state": "attention", "text": words % {"n": format_number(data, 0)}})
    if due:
        words = ngettext("%(n)s task is due today", "%(n)s tasks are due today", due)
        points.append({"state": "normal", "text": words % {"n": format_number(due, 0)}})
    return points or [{"state": "normal", "text": gettext("Nothing needs a decision this morning.")}]


def _owed(words: str, by_agency: list[int]) -> dict[str, Any]:
    """How many are late, and at how many agencies."""
    whose = ngettext("at %(n)s agency", "at %(n)s agencies", len(by_agency)) % {
        "n": format_number(len(by_agency), 0)
    }
    return {"state": "high", "text": f"{words % {'n': format_number(sum(by_agency), 0)}} {whose}"}


def _alert_point(counts: dict[str, int]) -> dict[str, Any]:
    numbers = {name: format_number(value, 0) for name, value in counts.items()}
    if counts["critical"]:
        words = gettext("%(critical)s critical of %(open)s open alerts; %(new)s new in 24 hours")
        return {"state": "critical", "text": words % numbers}
    words = gettext("%(open)s open alerts, none critical; %(new)s new in 24 hours")
    return {"state": "attention", "text": words % numbers}
