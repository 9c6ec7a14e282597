"""What duty itself gives to hand-over notes and quick reports, from the modules before it; later ones add theirs."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from halong.alerts.models import Alert
from halong.citizens.models import Report
from halong.core.formats import format_datetime, format_number, format_time
from halong.core.permissions import SYSTEM
from halong.duty.models import Call
from halong.duty.openings import Line, Opening, QuickSection, openings, sections
from halong.ingest.models import Source
from halong.rules.models import Rule
from halong.stages.models import Bulletin
from halong.stages.queries import stage_now

MOST = 40  # of one kind in a note: more than anybody reads
HOUR = timedelta(hours=1)
STATES = {1: "critical", 2: "high", 3: "attention"}
WEATHER = ("windSpeed", "precipitation", "temperature")
# what measures the weather; others measure flue gas, water, rooms
OUTDOORS = ("AirQualityObserved", "WeatherObserved", "SeaConditions", "FloodMonitoring")
_HOURS = """
SELECT s.property, e.name, e.simulated,
    max(r.maximum) AS high, sum(r.mean * r.valid) AS total, min(r.minimum) AS low
FROM rollup_hour r JOIN observations_series s ON s.id = r.series_id JOIN context_entity e ON e.id = s.entity_id
WHERE s.property = ANY(%s) AND e.types && %s AND r.time > %s AND r.time <= %s AND r.valid > 0 AND e.deleted_at IS NULL
GROUP BY s.property, e.name, e.simulated
"""


def register() -> None:
    """Put duty's own into the registries."""
    openings.register("alerts", open_alerts)
    openings.register("shelved", shelved_alerts)
    openings.register("sources", broken_sources)
    openings.register("reports", waiting_reports)
    openings.register("calls", unsettled_calls)
    for section in (
        QuickSection("stage", pgettext_lazy("quick report", "Operating stage"), 10, stage_lines),
        QuickSection("bulletins", gettext_lazy("Official bulletins"), 20, bulletin_lines),
        QuickSection("alerts", pgettext_lazy("quick report", "Alerts"), 40, alert_lines),
        QuickSection("reports", gettext_lazy("Citizens' reports and calls"), 60, report_lines),
        QuickSection("weather", gettext_lazy("Weather as measured"), 70, weather_lines),
        QuickSection("sources", gettext_lazy("Data that doesn't come"), 80, source_lines),
    ):
        sections.register(section.key, section)


def _visible(model: Any, user: Any) -> Any:
    return model.objects.visible_to(user if user is not None else SYSTEM)


def open_alerts(user: Any, now: datetime) -> list[Opening]:
    """Critical and high alerts that ask for a response, and attention ones that nobody acknowledged."""
    graver = Q(priority__lte=Rule.Priority.HIGH) | Q(state=Alert.State.NEW)
    found = _visible(Alert, user).calling(now).filter(graver).exclude(cause__startswith="source:")
    return [
        Opening(
            alert.title,
            reverse("alert", args=[alert.pk]),
            alert.priority_key,
            f"{alert.get_state_display()} · " + _("since") + f" {format_datetime(alert.raised_at)}",
            simulated=alert.simulated,
        )
        for alert in found.order_by("priority", "-raised_at")[:MOST]
    ]


def shelved_alerts(user: Any, now: datetime) -> list[Opening]:
    """What was put aside and comes back by itself in the next shift."""
    return [
        Opening(
            alert.title,
            reverse("alert", args=[alert.pk]),
            alert.priority_key,
            _("shelved until {time}").format(time=format_datetime(alert.shelved_until)),
            simulated=alert.simulated,
        )
        for alert in _visible(Alert, user).shelved(now).order_by("shelved_until")[:MOST]
    ]


def broken_sources(user: Any, now: datetime) -> list[Opening]:
    """Sources of data that are broken or silent."""
    bad = [Source.State.BROKEN, Source.State.SILENT]
    found = _visible(Source, user).filter(enabled=True, state__in=bad)
    return [
        Opening(
            source.name,
            reverse("source", args=[source.pk]),
            "high",
            f"{source.get_state_display()} · {format_datetime(source.last_contact)}",
            simulated=source.simulated,
        )
        for source in found.order_by("name")[:MOST]
    ]


def waiting_reports(user: Any, now: datetime) -> list[Opening]:
    """Citizens' reports that wait for the duty officer: the urgent ones, and how many others."""
    waiting = _visible(Report, user).filter(state__in=["sent", "returned"])
    urgent = waiting.filter(urgent=True).select_related("category", "place").order_by("created_at")[:MOST]
    rows = [
        Opening(
            f"{report.number} · {report.category}",
            reverse("report", args=[report.pk]),
            "high",
            f"{report.place.name} · {format_datetime(report.created_at)}",
            simulated=report.simulated,
        )
        for report in urgent
    ]
    others = waiting.filter(urgent=False).count()
    if others:
        words = _("{n} other reports wait to be received").format(n=format_number(others, 0))
        rows.append(Opening(words, reverse("reports"), "attention"))
    return rows


def unsettled_calls(user: Any, now: datetime) -> list[Opening]:
    """Urgent calls of the last day of which nothing was made yet."""
    found = _visible(Call, user).filter(urgent=True, became_kind="", taken_at__gte=now - timedelta(days=1))
    return [
        Opening(
            (_("Call") + f" {call.pk} · {call.where or call.place or ''}").rstrip(" ·"),
            reverse("duty-call", args=[call.pk]),
            "attention",
            format_datetime(call.taken_at),
            simulated=call.simulated,
        )
        for call in found.select_related("place").order_by("taken_at")[:MOST]
    ]


def stage_lines(now: datetime, since: datetime) -> list[Line]:
    """The stage in force."""
    stage = stage_now()
    note = _("since {time}").format(time=format_datetime(stage.since)) if stage.since else ""
    state = {1: "normal", 2: "attention", 3: "high"}.get(stage.level, "critical")
    return [
        Line(stage.name, str(stage.level), " · ".join(part for part in (note, stage.reason) if part), state)
    ]


def bulletin_lines(now: datetime, since: datetime) -> list[Line]:
    """Which official bulletins stand: issuer, number and hour; their text is relayed elsewhere, word for word."""
    rows = Bulletin.objects.standing().order_by("-issued_at")[:10]
    return [
        Line(
            f"{row.issuer}, " + _("number") + f" {row.number}",
            _("level {n}").format(n=row.level) if row.level else "",
            f"{row.get_hazard_display()} · {format_datetime(row.issued_at)}",
            "attention",
        )
        for row in rows
    ]


def alert_lines(now: datetime, since: datetime) -> list[Line]:
    """What stands, what came, what ended."""
    calling = Alert.objects.calling(now)
    standing = [
        _counted(str(Rule.Priority(priority).label), calling.filter(priority=priority), state)
        for priority, state in STATES.items()
    ]
    raised = Alert.objects.filter(raised_at__gt=since, raised_at__lte=now, suppressed=False)
    closed = Alert.objects.filter(closed_at__gt=since, closed_at__lte=now)
    lines = [
        *(line for line in standing if line.value != "0"),
        _counted(_("Raised since the last report"), raised),
        _counted(_("Closed since the last report"), closed),
    ]
    gravest = calling.filter(priority=Rule.Priority.CRITICAL).select_related("place").order_by("-raised_at")
    return lines + [
        Line(
            alert.title,
            "",
            " · ".join(
                part
                for part in (alert.place.name if alert.place else "", format_datetime(alert.raised_at))
                if part
            ),
            "critical",
            alert.simulated,
        )
        for alert in gravest[:10]
    ]


def report_lines(now: datetime, since: datetime) -> list[Line]:
    """Reports and calls since the last report, and what waits."""
    arrived = Report.objects.filter(created_at__gt=since, created_at__lte=now)
    calls = Call.objects.filter(taken_at__gt=since, taken_at__lte=now)
    return [
        _counted(_("Reports since the last report"), arrived),
        _counted(_("Urgent reports that are open"), Report.objects.open().filter(urgent=True), "high"),
        _counted(_("Open past their deadline"), Report.objects.late(now), "attention"),
        _counted(_("Telephone calls taken in"), calls),
    ]


def _counted(text: str, rows: QuerySet[Any], state: str = "normal") -> Line:
    """How many rows there are, in ``state`` if there are any; and whether one of them is simulated."""
    simulated = Count("pk", filter=Q(simulated=True))
    found = rows.order_by().aggregate(n=Count("pk"), simulated=simulated)
    return Line(
        text, str(found["n"]), state=state if found["n"] else "normal", simulated=found["simulated"] > 0
    )


def weather_lines(now: datetime, since: datetime) -> list[Line]:
    """Strongest wind, most rain and span of temperature of the hours since the last report, by station."""
    start = min(since, now - HOUR)
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, [list(WEATHER), list(OUTDOORS), start, now])
        rows = cursor.fetchall()
    by_property: dict[str, list[Any]] = {name: [row for row in rows if row[0] == name] for name in WEATHER}
    lines = []
    if wind := by_property["windSpeed"]:
        _p, name, simulated, high, _total, _low = max(wind, key=lambda row: row[3])
        lines.append(Line(_("Strongest wind"), f"{format_number(high, 1)} m/s", name, simulated=simulated))
    if rain := by_property["precipitation"]:
        _p, name, simulated, _high, total, _low = max(rain, key=lambda row: row[4])
        words = f"{format_number(total, 1)} mm"
        note = _("{place}, {start} to {end}").format(
            place=name, start=format_time(start), end=format_time(now)
        )
        lines.append(Line(_("Most rain at one station"), words, note, simulated=simulated))
    if heat := by_property["temperature"]:
        low, high = min(row[5] for row in heat), max(row[3] for row in heat)
        value = f"{format_number(low, 1)} – {format_number(high, 1)} °C"
        lines.append(Line(pgettext("weather", "Temperature"), value, simulated=any(row[2] for row in heat)))
    return lines


def source_lines(now: datetime, since: datetime) -> list[Line]:
    """Which sources are broken or silent."""
    return [Line(one.title, "", one.note, "high", one.simulated) for one in broken_sources(None, now)[:10]]
