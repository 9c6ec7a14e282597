"""Reading rules: the list, their history, what a trial found."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from halong.audit.models import AuditEntry
from halong.core.formats import format_datetime, format_duration
from halong.core.permissions import SYSTEM
from halong.core.registry import alert_counters
from halong.core.sector import find_attribute
from halong.core.text import fold
from halong.observations.models import Series
from halong.rules.models import Rule
from halong.rules.trial import Trial


def listed(
    user: object, *, kind: str = "", sector: str = "", enabled: str = "", q: str = ""
) -> "QuerySet[Rule]":
    """Rules by priority and name, narrowed; each with how many of its conditions stand now (``standing``)."""
    rules = Rule.objects.visible_to(user).select_related("place", "agency")
    if kind:
        rules = rules.filter(kind=kind)
    if sector:
        rules = rules.filter(sector=sector)
    if enabled:
        rules = rules.filter(enabled=enabled == "on")
    if q:
        wanted = [pk for pk, name in rules.values_list("pk", "name") if fold(q) in fold(name)]
        rules = rules.filter(pk__in=wanted)
    standing = Count("states", filter=Q(states__active=True))
    return rules.annotate(standing=standing).order_by("-enabled", "priority", "name")


ACTIONS = {
    "rules.create": pgettext_lazy("rule", "Written"),
    "rules.change": pgettext_lazy("rule", "Changed"),
    "rules.enable": pgettext_lazy("rule", "Switched on"),
    "rules.disable": pgettext_lazy("rule", "Switched off"),
}
NOT_SHOWN = {"version", "name", "kind", "enabled"}


def history(rule: Rule) -> list[dict[str, Any]]:
    """Who changed a rule and how, the newest first."""
    entries = AuditEntry.objects.filter(object_type="rules.rule", object_id=str(rule.pk)).order_by("-pk")[:50]
    return [
        {
            "words": ACTIONS.get(entry.action, entry.action),
            "changes": "; ".join(
                f"{key}: {value}" for key, value in entry.summary.items() if key not in NOT_SHOWN
            ),
            "note": f"{_actor(entry.actor)} · {format_datetime(entry.at)}",
        }
        for entry in entries
    ]


def _actor(name: str) -> str:
    return "Halong" if name == SYSTEM.actor_name else name


def raised_counts(since: datetime) -> dict[int, int]:
    """How many alerts each rule raised since then, as the module of alerts counts them."""
    counter = alert_counters.get("alerts")
    return counter(since) if counter else {}


@dataclass(frozen=True)
class TrialRow:
    """How often a rule would have raised for one series."""

    series: Series
    count: int


@dataclass(frozen=True)
class EpisodeRow:
    """One alert that there would have been."""

    series: Series
    start: datetime
    end: datetime | None
    peak: float | None
    decimals: int

    @property
    def words(self) -> str:
        """When it would have begun, and for how long it would have stood."""
        lasted = format_duration((self.end - self.start).total_seconds()) if self.end else _("still stands")
        return f"{format_datetime(self.start)} · {lasted}"


def trial_rows(trial: Trial) -> dict[str, Any]:
    """A trial's figures with the names of things: by series, the most first, and the newest episodes."""
    wanted = set(trial.per_series) | {episode.series_id for episode in trial.episodes}
    series = Series.objects.select_related("entity").in_bulk(wanted)
    rows = [TrialRow(series[key], n) for key, n in trial.per_series.items() if key in series]
    newest = sorted(trial.episodes, key=lambda episode: -episode.start)[:20]
    episodes = [
        EpisodeRow(
            series[episode.series_id], _time(episode.start), _time(episode.end) if episode.end else None,
            episode.peak, _decimals(series[episode.series_id]),
        )
        for episode in newest if episode.series_id in series
    ]  # fmt: skip
    rows.sort(key=lambda row: -row.count)
    return {
        "stats": [
            {"label": _("Alerts that would have been raised"), "value": trial.count},
            {"label": _("Things concerned"), "value": len(rows)},
        ],
        "rows": rows[:20],
        "more": max(0, len(rows) - 20),
        "episodes": episodes,
        "days": day_counts(trial),
    }


def day_counts(trial: Trial) -> list[int]:
    """How many alerts would have begun on each day (24 hours) of the trial, the last day last."""
    days = max(1, round(trial.days))
    counts = [0] * days
    for episode in trial.episodes:
        at = int((episode.start - trial.start) / 86400)
        counts[min(max(at, 0), days - 1)] += 1
    return counts


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _decimals(series: Series) -> int:
    spec = find_attribute(series.entity.types, series.property)
    return spec.decimals if spec else series.decimals
