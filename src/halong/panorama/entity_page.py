"""What the page of one thing shows."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from halong.alerts.models import Alert
from halong.audit.models import AuditEntry
from halong.context.models import Entity
from halong.context.queries import key_values
from halong.context.scope import PERIODS, period_name, scope_of, selectors
from halong.core import registry
from halong.core.blocks import render_blocks
from halong.core.formats import format_number
from halong.core.language import reader_language
from halong.core.permissions import has_perm
from halong.core.sector import Level, Limit, find_attribute, find_limits, find_type, sector_of
from halong.core.units import unit_symbol
from halong.observations.queries import explain
from halong.panorama.queries import level_of
from halong.panorama.things import Reading, Thing, things_of


@dataclass(frozen=True)
class Value:
    """A latest reading as the page shows it: with its band, its limits and whether it is old."""

    reading: Reading
    level: Level | None
    limits: list[Limit]
    old: bool
    selected: bool

    @property
    def unit_text(self) -> str:
        """The unit as people write it."""
        return unit_symbol(self.reading.unit)

    @property
    def level_name(self) -> str:
        """The word of the band."""
        return self.level.name(reader_language()) if self.level else ""

    @property
    def max_age(self) -> int:
        """Seconds after which the value is late: twice its interval."""
        return 2 * self.reading.interval_s

    @property
    def limit_text(self) -> str:
        """The limits of the shortest averaging time that has any, with that time."""
        first = next(iter(self.limits), None)
        if first is None:
            return ""
        ends = [format_number(end) for end in (first.minimum, first.maximum) if end is not None]
        return " – ".join(ends) + (f" ({first.averaging})" if first.averaging != "instant" else "")


def value_of(entity: Entity, reading: Reading, moment: datetime, *, selected: bool = False) -> Value:
    """A reading of a thing as it is shown at a moment."""
    limits = find_limits(entity.types, reading.name, moment.date())
    return Value(reading, level_of(reading, moment), limits, reading.is_old(moment), selected)


def now(entity: Entity, request: HttpRequest) -> dict[str, Any]:
    """The latest values with their bands and limits; derived ones (indices) first."""
    moment = timezone.now()
    [thing] = things_of(Entity.objects.filter(pk=entity.pk), request.user, moment)
    chosen = selected(thing, request)
    shown = sorted(thing.readings.values(), key=lambda r: (not r.derived, r.series_id))
    values = [value_of(entity, reading, moment, selected=reading.name == chosen) for reading in shown]
    return {"entity": entity, "thing": thing, "values": values, "now": moment, "indices": _indices(thing)}


def _indices(thing: Thing) -> list[dict[str, Any]]:
    """The indices of the thing with their parts: every parameter, the dominant one marked, as Decision 1459 wants it."""
    language = reader_language()
    found = []
    for reading in thing.readings.values():
        derived = registry.derived_series.get(reading.derived) if reading.derived else None
        if derived is None or reading.time is None:
            continue
        level = level_of(reading, reading.time)
        explanation = explain(thing.entity, derived, reading.time)
        units = {entry.property: entry.unit for entry in derived.inputs}
        found.append(
            {
                "reading": reading,
                "level": level,
                "level_name": level.name(language) if level else "",
                "texts": _advice(level, language) if level else [],
                "parts": [
                    {
                        "label": thing.readings[part.property].label,
                        "concentration": part.concentration,
                        "unit": unit_symbol(units[part.property]),
                        "index": part.index,
                        "dominant": part.dominant,
                    }
                    for part in explanation.parts
                ],
                "source": derived.source,
            }
        )
    return found


def _advice(level: Level, language: str) -> list[tuple[str, str]]:
    """The words of a band, each with whom it speaks to."""
    whom = {
        "health": "",
        "general": gettext("Everybody:"),
        "sensitive": gettext("Sensitive groups:"),
        "use": "",
    }
    return [(label, text) for kind, label in whom.items() if (text := level.text(kind, language))]


def selected(thing: Thing, request: HttpRequest) -> str:
    """The property whose chart is shown: the one asked for, else an index, else the first."""
    asked = request.GET.get("property", "")
    if asked in thing.readings:
        return asked
    derived = [name for name, r in thing.readings.items() if r.derived]
    return next(iter([*derived, *thing.readings]), "")


def context(entity: Entity, request: HttpRequest) -> dict[str, Any]:
    """Everything that the page shows."""
    latest = now(entity, request)
    thing: Thing = latest["thing"]
    kind = find_type(entity.types[0])
    chosen = selected(thing, request)
    period = request.GET.get("period", scope_of(request).period)
    alerts = Alert.objects.visible_to(request.user).filter(entity=entity)
    return {
        **latest,
        "kind": kind,
        "crumbs": [
            {"label": gettext("Panorama"), "url": reverse("panorama")},
            *([{"label": kind.plural, "url": f"{reverse('entities')}?type={kind.name}"}] if kind else []),
            {"label": entity.name},
        ],
        "sector": sector_of(entity.types),
        "chosen": chosen,
        "chosen_reading": thing.readings.get(chosen),
        "period": period if period in PERIODS else "24h",
        "tabs": _period_tabs(request, chosen, period),
        "open_alerts": alerts.open().order_by("priority", "-raised_at")[:10],
        "past_alerts": alerts.exclude(pk__in=alerts.open()).order_by("-raised_at")[:5],
        "attributes": _attributes(entity, request),
        "history": _history(entity, request),
        "may_edit": has_perm(request.user, "entities.edit", entity),
        "may_edit_series": has_perm(request.user, "series.edit", entity),
        "blocks": render_blocks(registry.entity_blocks, request, entity),
        "scope": selectors(scope_of(request), request, timezone.localdate()),
        "simulated": entity.simulated,
    }


def _attributes(entity: Entity, request: HttpRequest) -> list[tuple[str, str]]:
    """The attributes in words: the sector's label and the plain value; private ones only for who may change the thing."""
    document = key_values(entity)
    shown = []
    for name, value in document.items():
        if name in {"id", "type", "@context", "name", "location", "scope"}:
            continue
        spec = find_attribute(entity.types, name)
        if spec and spec.private and not has_perm(request.user, "entities.edit", entity):
            continue
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        label = str(spec.label) if spec else {"source": gettext("Source")}.get(name, name)
        shown.append((label, text))
    return shown


def _history(entity: Entity, request: HttpRequest) -> QuerySet[AuditEntry]:
    """Who changed the thing; only for those who may change it too."""
    if not has_perm(request.user, "entities.edit", entity):
        return AuditEntry.objects.none()
    return AuditEntry.objects.filter(object_type="context.entity", object_id=entity.urn).order_by("-at")[:10]


def _period_tabs(request: HttpRequest, chosen: str, period: str) -> list[dict[str, Any]]:
    query = request.GET.copy()
    query["property"] = chosen
    tabs = []
    for key in PERIODS:
        query["period"] = key
        tabs.append(
            {"url": f"?{query.urlencode()}#chart", "label": period_name(key), "current": key == period}
        )
    return tabs
