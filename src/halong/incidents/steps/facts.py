"""What conditions of a playbook know of an incident at an hour (``playbooks.facts`` says what each means)."""

import math
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count
from django.utils import timezone
from shapely.geometry import shape

from halong.citizens.queries.similar import metres
from halong.incidents.models import Incident, Step
from halong.incidents.steps.plan import FORMER
from halong.playbooks.facts import FACTS, NEAR, NearFact
from halong.stages.queries import stage_now

NEAR_M = 15_000  # things within it of the incident's point are near
WIDER = 0.05  # degrees around a drawn area
_LATEST = """
SELECT s.property, e.types, e.lon, e.lat, coalesce(p.path, ''), l.value
FROM latest l JOIN observations_series s ON s.id = l.series_id JOIN context_entity e ON e.id = s.entity_id
LEFT JOIN places_place p ON p.id = e.place_id
WHERE s.property = ANY(%s) AND l.quality = 0 AND e.deleted_at IS NULL
AND l.time > %s - greatest(3 * s.interval_s, 3600) * interval '1 second' AND l.time <= %s + interval '5 minutes'
"""


class _Reading(NamedTuple):
    property: str
    types: list[str]
    lon: float | None
    lat: float | None
    path: str
    value: float


def facts_of(
    incident: Incident, *, now: datetime | None = None, wanted: Collection[str] | None = None
) -> dict[str, float | None]:
    """Everything that a condition may name (or of it what is ``wanted``); None for what isn't known."""
    moment = now or timezone.now()
    names = set(FACTS) if wanted is None else set(wanted)
    facts: dict[str, float | None] = dict.fromkeys(names)
    facts |= {name: of(incident, moment) for name, of in _OWN.items() if name in names}
    if names & {"alerts", "reports", "calls"}:
        facts |= _parts(incident)
    if near := [fact for fact in NEAR if fact.key in names]:
        facts |= _readings(incident, near, moment)
    if wanted is None or any("." in name for name in names):
        facts |= _answers(incident)
    return facts


_OWN: dict[str, Callable[[Incident, datetime], float]] = {
    "severity": lambda incident, _now: float(incident.severity),
    "stage": lambda _incident, _now: float(stage_now().level),
    "minutes": lambda incident, now: math.floor((now - incident.declared_at).total_seconds() / 60),
}


def _parts(incident: Incident) -> dict[str, float | None]:
    rows = incident.parts.filter(live=True).values("kind").annotate(n=Count("pk"))
    counts = {row["kind"]: float(row["n"]) for row in rows}
    return {f"{kind}s": counts.get(kind, 0.0) for kind in ("alert", "report", "call")}


def _answers(incident: Incident) -> dict[str, float | None]:
    """``step.ask``, ``step.check`` (1 ticked, 0 not) of steps that are done, ``done.step`` of all; of the plan that runs."""
    found: dict[str, float | None] = {}
    for step in Step.objects.filter(incident=incident).exclude(key__contains=FORMER):
        done = step.state == Step.State.DONE
        found[f"done.{step.key}"] = float(done)
        if done:
            found |= {f"{step.key}.{name}": _number(value) for name, value in step.answers.items()}
    return found


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _readings(incident: Incident, facts: Iterable[NearFact], now: datetime) -> dict[str, float | None]:
    wanted = list(facts)
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [[fact.property for fact in wanted], now, now])
        rows = [_Reading(*row) for row in cursor.fetchall()]
    is_near = _nearness(incident)
    near = [row for row in rows if is_near(row)]
    return {fact.key: _across(fact, rows if fact.wide else near) for fact in wanted}


def _across(fact: NearFact, rows: Iterable[_Reading]) -> float | None:
    values = [
        row.value
        for row in rows
        if row.property == fact.property and (not fact.types or set(fact.types) & set(row.types))
    ]
    if not values:
        return None
    if fact.across == "sum":
        return math.fsum(values)
    return max(values) if fact.across == "max" else min(values)


def _nearness(incident: Incident) -> Callable[[_Reading], bool]:
    """Whether something is near: to the point, in or around the area, in the place; without any of them everything is."""
    if incident.lon is not None and incident.lat is not None:
        lon, lat = incident.lon, incident.lat
        return lambda row: (
            row.lon is not None and row.lat is not None and metres(lon, lat, row.lon, row.lat) <= NEAR_M
        )
    if incident.area:
        west, south, east, north = shape(incident.area).buffer(WIDER).bounds
        return lambda row: (
            row.lon is not None
            and row.lat is not None
            and west <= row.lon <= east
            and south <= row.lat <= north
        )
    if incident.place is not None:
        path = incident.place.path
        return lambda row: row.path.startswith(path)
    return lambda _row: True
