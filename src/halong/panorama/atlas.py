"""Ten thousand things for a map: read by two statements, sent as short rows, then only what changed.

A row is ``(id, lon, lat, kind, place, state, name, label, value, flags)``: ``kind``, ``place`` and ``label`` are positions
in the tables that travel with it, ``state`` a position in ``STATES``, ``value`` the number to say first.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from halong.alerts.models import Alert
from halong.context.models import Entity
from halong.core.live import heard
from halong.core.sector import EntityType, all_sectors, find_attribute, find_type
from halong.panorama.fragments import TOPICS, key_of
from halong.panorama.ledger import Ledger, Row, ledger_of
from halong.panorama.parts import View
from halong.panorama.report_layer import report_rows
from halong.panorama.things import AIR_NOW, OF_INDEX, WATER, signal_state, worst_by_thing
from halong.places.models import Place

STATES = ("normal", "stale", "dead", "attention", "high", "critical")
OF_PRIORITY = {1: 5, 2: 4, 3: 3}
SIMULATED, ILLUSTRATIVE = 1, 2
AT_MOST_EVERY_S = 2.0
LIFE_S = 20.0  # without news: signals are lost by time alone

# What a thing says first: VN_AQI, VN_WQI, else its first measured property; and when it was heard of last.
_HEADLINES = """
    SELECT DISTINCT ON (s.entity_id) s.entity_id, s.property, s.derived, s.decimals, l.value,
           min(s.interval_s) FILTER (WHERE s.derived = '') OVER whole, max(l.time) FILTER (WHERE s.derived = '') OVER whole
    FROM observations_series s LEFT JOIN latest l ON l.series_id = s.id
    WHERE s.entity_id = ANY(%(ids)s)
    WINDOW whole AS (PARTITION BY s.entity_id)
    ORDER BY s.entity_id,
             CASE WHEN l.value IS NULL OR (s.derived <> '' AND l.time < %(index_since)s) THEN 3
                  WHEN s.derived = %(air)s THEN 0 WHEN s.derived = %(water)s THEN 1
                  WHEN s.derived = '' THEN 2 ELSE 3 END, s.id
"""  # fmt: skip


@dataclass(slots=True)
class Head:
    """What a thing says first; ``interval`` and ``last`` are those of what it measures."""

    property: str
    value: float | None
    decimals: int
    interval: timedelta | None
    last: datetime | None


def heads(ids: list[int], now: datetime) -> dict[int, Head]:
    """Of every thing that has series: one query."""
    given: dict[str, Any] = {"ids": ids, "index_since": now - OF_INDEX, "air": AIR_NOW, "water": WATER}
    found: dict[int, Head] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HEADLINES, given)
        for pk, name, derived, decimals, value, interval, last in cursor:
            stands = derived in ("", AIR_NOW, WATER)
            found[pk] = Head(
                {AIR_NOW: "VN_AQI", WATER: "VN_WQI"}.get(derived, name),
                value if stands else None,
                0 if derived else decimals,
                timedelta(seconds=interval) if interval else None,
                last,
            )
    return found


class Tables:
    """The words that rows point into: kinds of things, places, properties. They only grow, so that rows told before hold."""

    def __init__(self) -> None:
        self.kinds: list[dict[str, Any]] = []
        self.places: list[str] = []
        self.labels: list[dict[str, Any]] = []
        self._at: dict[tuple[object, ...], int] = {}
        self._sectors = {s.key: (s.order, str(s.name)) for s in all_sectors()}

    def __len__(self) -> int:
        return len(self._at)

    def kind(self, name: str, sector: str) -> int:
        """The position of a type of things."""
        return self._find(("kind", name, sector), self.kinds, lambda: self._kind(name, sector))

    def place(self, place: Place | None) -> int:
        """The position of a place's name; −1 without one."""
        if place is None:
            return -1
        return self._find(("place", place.pk, place.name), self.places, lambda: place.name)

    def label(self, kind: str, name: str, decimals: int) -> int:
        """The position of a property's name with its decimals."""
        key = ("label", kind, name, decimals)
        return self._find(key, self.labels, lambda: _label(kind, name, decimals))

    def put_kind(self, row: dict[str, Any]) -> int:
        """The position of what another module shows, described like a type; ``href`` and ``first`` say where a row leads."""
        return self._find(("own", row["kind"]), self.kinds, lambda: row)

    def put_words(self, words: str) -> int:
        """The position of words without a number."""
        return self._find(("words", words), self.labels, lambda: {"label": words, "decimals": 0})

    def _kind(self, name: str, sector: str) -> dict[str, Any]:
        kind: EntityType | None = find_type(name)
        order, words = self._sectors.get(sector, (999, gettext("Other")))
        return {
            "kind": name,
            "label": str(kind.label) if kind else name,
            "plural": str(kind.plural) if kind else name,
            "sector": sector,
            "sectorLabel": words,
            "order": order,
        }

    def _find(self, key: tuple[object, ...], rows: list[Any], make: Callable[[], Any]) -> int:
        found = self._at.get(key)
        if found is None:
            found = self._at[key] = len(rows)
            rows.append(make())
        return found


def _label(kind: str, name: str, decimals: int) -> dict[str, Any]:
    spec = find_attribute([kind], name)
    return {"label": str(spec.label) if spec else name, "decimals": decimals}


def rows(entities: QuerySet[Entity], user: object, now: datetime, tables: Tables) -> dict[int, Row]:
    """Every thing that has a position, as it stands: four queries however many there are."""
    found = _positions(entities)
    places = Place.objects.only("name").in_bulk({row[5] for row in found if row[5]})
    said = heads([row[0] for row in found], now)
    worst = worst_by_thing(Alert.objects.visible_to(user).calling(now))
    made: dict[int, Row] = {}
    for pk, name, lon, lat, types, place, sector, simulated, illustrative in found:
        head = said.get(pk)
        state = OF_PRIORITY.get(worst.get(pk, 0)) or _signal(head, now)
        has_value = head is not None and head.value is not None
        label = tables.label(types[0], head.property, head.decimals) if head and has_value else -1
        value = round(head.value, head.decimals) if head and head.value is not None else None
        kind, where = tables.kind(types[0], sector), tables.place(places.get(place or 0))
        flags = (SIMULATED if simulated else 0) | (ILLUSTRATIVE if illustrative else 0)
        made[pk] = (pk, round(lon, 5), round(lat, 5), kind, where, state, name, label, value, flags)
    return made


def _positions(entities: QuerySet[Entity]) -> list[Any]:
    """In the order of lists, which the page then needn't sort."""
    names = ("pk", "name", "lon", "lat", "types", "place_id", "sector", "simulated", "illustrative")
    return list(
        entities.filter(lon__isnull=False, lat__isnull=False).order_by("sort_key", "pk").values_list(*names)
    )


def _signal(head: Head | None, now: datetime) -> int:
    if head is None or head.interval is None:
        return 0
    return signal_state(None if head.last is None else now - head.last, head.interval)


def told(view: View, since: str) -> dict[str, Any]:
    """What a map of this scope must hear that has heard ``since``: everything, or rows that changed and ids that went; with
    ``?reports`` also citizens' reports.

    Read again when something was heard since, at most every two seconds however many ask.
    """
    with_reports = "reports" in view.request.GET
    ledger = ledger_of(key_of(view, "atlas", with_reports))
    with ledger.lock:
        tables: Tables = ledger.tables or Tables()
        _refresh(ledger, tables, view, with_reports=with_reports)
        answer = ledger.tell(since)
        body: dict[str, Any] = {"version": answer.version, "at": view.now.isoformat(), "rows": answer.rows}
        if answer.words:
            body |= {
                "kinds": list(tables.kinds),
                "places": list(tables.places),
                "labels": list(tables.labels),
            }
    if answer.whole:
        return body | {"states": STATES, "href": reverse("entity", args=[0])}
    return body | {"gone": answer.gone}


def _refresh(ledger: Ledger, tables: Tables, view: View, *, with_reports: bool) -> None:
    """Read again when something was heard since the last time, and now and then by time alone."""
    seen, at = heard(*TOPICS), time.monotonic()
    age = at - ledger.refreshed
    waits = LIFE_S if seen is not None and seen == ledger.seen else AT_MOST_EVERY_S
    if seen is not None and age <= waits:
        return
    before = len(tables)
    found = rows(view.scope.entities(Entity.objects.visible_to(view.user)), view.user, view.now, tables)
    if with_reports:
        found |= report_rows(view, tables)
    ledger.update(found, grown=len(tables) > before)
    ledger.tables, ledger.refreshed, ledger.seen = tables, at, seen
