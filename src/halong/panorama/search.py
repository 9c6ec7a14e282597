"""What ⌘K finds. Names are kept in memory by each process and looked at for changes every few seconds; what was found is
then asked of the database by id, so that nobody sees what he may not.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from halong.accounts.models import User
from halong.accounts.queries import directory
from halong.alerts.models import Alert
from halong.context.models import Entity
from halong.core.finding import Entry, Index
from halong.core.registry import SearchHit
from halong.core.sector import find_type
from halong.indicators.models import Definition, Indicator
from halong.places.models import Agency, Place
from halong.tasks.models import Task

LOOK_S = 3.0  # between two looks for changes
# what changed within the last minute is read again: its transaction may have ended late
AGAIN = timedelta(seconds=60)
RECENT = timedelta(days=30)  # alerts and tasks that ended longer ago aren't found here, but in their lists
BATCH, MOST = 60, 960  # of what was found, how much is asked of the database at once, and in all
Entries = Iterable[Entry[int]]


class Names:
    """The names of one kind of thing, in this process.

    ``read(ids)`` gives the entries (None: all); ``version()`` changes whenever anything does; ``changed(since)`` gives the
    ids of what changed after a time, where that is cheaper than reading all.
    """

    def __init__(
        self,
        read: Callable[[Sequence[int] | None], Entries],
        version: Callable[[], Hashable],
        changed: Callable[[Any], Sequence[int]] | None = None,
    ) -> None:
        self._read, self._version, self._changed = read, version, changed
        self._lock = threading.Lock()
        self._index: Index[int] = Index()
        self._known: Hashable = None
        self._looked = -LOOK_S

    def find(self, query: str) -> list[tuple[int, float]]:
        """Ids and how well they fit, best first."""
        with self._lock:
            if time.monotonic() - self._looked >= LOOK_S:
                self._look()
                self._looked = time.monotonic()
            return [(one.key, one.score) for one in self._index.find(query, MOST)]

    def forget(self) -> None:
        """Read everything anew at the next search."""
        with self._lock:
            self._known, self._looked = None, -LOOK_S

    def _look(self) -> None:
        version = self._version()
        if version == self._known:
            return
        count, at = version if isinstance(version, tuple) else (None, None)
        if self._changed is not None and self._known is not None and count == len(self._index) and at:
            for entry in self._read(self._changed(at - AGAIN)):
                self._index.put(entry)
        else:
            self._index = Index(self._read(None))
        self._known = version


def _some(rows: QuerySet[Any], ids: Sequence[int] | None) -> QuerySet[Any]:
    return rows if ids is None else rows.filter(pk__in=ids)


def _hits(
    names: Names, query: str, limit: int, rows: Callable[[list[int]], dict[int, tuple[str, str, str]]]
) -> list[SearchHit]:
    """The best ``limit`` of what was found and may be seen: ``rows`` gives label, kind and address by id."""
    found = names.find(query)
    hits: list[SearchHit] = []
    for start in range(0, len(found), BATCH):
        part = found[start : start + BATCH]
        seen = rows([pk for pk, _score in part])
        hits += [SearchHit(*seen[pk], score) for pk, score in part if pk in seen]
        if len(hits) >= limit:
            break
    return hits[:limit]


def _minute() -> int:
    """Names of things that don't note when they changed are read again every minute."""
    return int(time.time() // 60)


def _place_entries(ids: Sequence[int] | None) -> Entries:
    for place in _some(Place.objects.on(timezone.localdate()), ids).only("name", "code", "kind"):
        yield Entry(place.pk, place.name, f"{place.code} {place.get_kind_display()}")


def _agency_entries(ids: Sequence[int] | None) -> Entries:
    for agency in _some(Agency.objects.on(timezone.localdate()), ids):
        yield Entry(agency.pk, agency.name, f"{agency.short_name} {agency.code} {agency.phone}")


def _thing_entries(ids: Sequence[int] | None) -> Entries:
    rows = _some(Entity.objects.living(), ids).values_list("pk", "name", "urn", "types", "place__name")
    kinds: dict[str, str] = {}
    for pk, name, urn, types, place in rows:
        kind = kinds.setdefault(types[0], _kind(types[0]))
        yield Entry(pk, name or urn, f"{kind} {place or ''} {urn.rpartition(':')[2]}")


def _kind(type_name: str) -> str:
    kind = find_type(type_name)
    return str(kind.label) if kind else gettext("Thing")


def _indicator_entries(ids: Sequence[int] | None) -> Entries:
    rows = _some(Definition.objects.filter(indicator__active=True), ids).select_related("indicator")
    newest = {row.indicator_id: row for row in rows.order_by("valid_from", "version")}
    for pk, row in newest.items():
        yield Entry(pk, row.name, f"{row.name_en} {row.indicator.key} {row.indicator.sector}")


def _recent_alerts() -> QuerySet[Alert]:
    return Alert.objects.filter(Q(closed_at=None) | Q(closed_at__gte=timezone.now() - RECENT))


def _alert_entries(ids: Sequence[int] | None) -> Entries:
    for pk, title, folded in _some(_recent_alerts(), ids).values_list("pk", "title", "folded"):
        yield Entry(pk, title, folded)


def _recent_tasks() -> QuerySet[Task]:
    return Task.objects.filter(
        Q(pk__in=Task.objects.under_way()) | Q(changed_at__gte=timezone.now() - RECENT)
    )


def _task_entries(ids: Sequence[int] | None) -> Entries:
    for task in _some(_recent_tasks(), ids).select_related("agency", "assignee"):
        yield Entry(task.pk, task.title, f"{task.agency} {task.assignee or ''}")


def _person_entries(ids: Sequence[int] | None) -> Entries:
    people = _some(User.objects.filter(is_active=True), ids).prefetch_related("grants__agency")
    for person in people:
        agencies = " ".join(f"{g.agency} {g.agency.short_name}" for g in person.grants.all() if g.agency)
        phone = "".join(char for char in person.phone if char.isdigit())
        yield Entry(
            person.pk, str(person), f"{person.username} {person.title} {agencies} {phone} {person.phone}"
        )


def _changes(rows: Callable[[], QuerySet[Any]], field: str) -> Callable[[], Hashable]:
    def version() -> Hashable:
        found = rows().aggregate(n=Count("pk"), at=Max(field))
        return found["n"], found["at"]

    return version


def _today(rows: Callable[[], QuerySet[Any]]) -> Callable[[], Hashable]:
    changes = _changes(rows, "modified_at")
    return lambda: (changes(), timezone.localdate())


PLACES = Names(_place_entries, _today(Place.objects.all))
AGENCIES = Names(_agency_entries, _today(Agency.objects.all))
THINGS = Names(
    _thing_entries,
    _changes(Entity.objects.living, "modified_at"),
    lambda since: list(Entity.objects.filter(modified_at__gte=since).values_list("pk", flat=True)),
)
INDICATORS = Names(_indicator_entries, lambda: (_changes(Definition.objects.all, "pk")(), _minute()))
ALERTS = Names(_alert_entries, _changes(_recent_alerts, "changed_at"))
TASKS = Names(_task_entries, _changes(_recent_tasks, "changed_at"))
PEOPLE = Names(_person_entries, lambda: (_changes(User.objects.all, "pk")(), _minute()))
ALL = (PLACES, AGENCIES, THINGS, INDICATORS, ALERTS, TASKS, PEOPLE)


def find_places(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Units of today; choosing one narrows the panorama to it."""
    visible = Place.objects.visible_to(user)

    def rows(ids: list[int]) -> dict[int, tuple[str, str, str]]:
        found = visible.filter(pk__in=ids)
        return {p.pk: (p.name, p.get_kind_display(), f"{reverse('panorama')}?place={p.pk}") for p in found}

    return _hits(PLACES, query, limit, rows)


def find_agencies(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Agencies of today with their telephones; choosing one narrows the panorama to it."""
    visible = Agency.objects.visible_to(user)

    def rows(ids: list[int]) -> dict[int, tuple[str, str, str]]:
        found = visible.filter(pk__in=ids)
        return {
            a.pk: (a.name, a.phone or a.short_name, f"{reverse('panorama')}?agency={a.pk}") for a in found
        }

    return _hits(AGENCIES, query, limit, rows)


def find_things(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Visible things by name, kind, place and code."""
    visible = Entity.objects.visible_to(user)

    def rows(ids: list[int]) -> dict[int, tuple[str, str, str]]:
        found = visible.filter(pk__in=ids).values_list("pk", "name", "urn", "types", "place__name")
        return {
            pk: (
                name or urn,
                " · ".join(filter(None, [_kind(types[0]), place])),
                reverse("entity", args=[pk]),
            )
            for pk, name, urn, types, place in found
        }

    return _hits(THINGS, query, limit, rows)


def find_indicators(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Indicators by name, in either language, and key."""
    visible = Indicator.objects.visible_to(user)
    today = timezone.localdate()

    def rows(ids: list[int]) -> dict[int, tuple[str, str, str]]:
        found = visible.filter(pk__in=ids).prefetch_related("definitions")
        current = {one.pk: one.definition_on(today) for one in found}
        return {
            pk: (definition.title, definition.second_line, reverse("indicator", args=[pk]))
            for pk, definition in current.items()
            if definition is not None
        }

    return _hits(INDICATORS, query, limit, rows)


def find_alerts(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Open alerts, and those of the last 30 days."""
    visible = Alert.objects.visible_to(user)

    def rows(ids: list[int]) -> dict[int, tuple[str, str, str]]:
        found = visible.filter(pk__in=ids).select_related("place")
        return {
            a.pk: (
                a.title,
                " · ".join(filter(None, [a.get_state_display(), a.place.name if a.place else ""])),
                reverse("alert", args=[a.pk]),
            )
            for a in found
        }

    return _hits(ALERTS, query, limit, rows)


def find_tasks(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Tasks under way, and those of the last 30 days."""
    visible = Task.objects.visible_to(user)

    def rows(ids: list[int]) -> dict[int, tuple[str, str, str]]:
        found = visible.filter(pk__in=ids).select_related("agency")
        return {
            t.pk: (t.title, f"{t.get_state_display()} · {t.agency}", reverse("task", args=[t.pk]))
            for t in found
        }

    return _hits(TASKS, query, limit, rows)


def find_people(user: Any, query: str, limit: int) -> list[SearchHit]:
    """Who works here, by name, post, agency and telephone; choosing one calls him, or writes to him."""
    visible = directory(user)

    def rows(ids: list[int]) -> dict[int, tuple[str, str, str]]:
        return {
            person.pk: (
                str(person),
                " · ".join(filter(None, [person.title, person.phone])),
                f"tel:{person.phone.replace(' ', '')}" if person.phone else f"mailto:{person.email}",
            )
            for person in visible.filter(pk__in=ids)
            if person.phone or person.email
        }

    return _hits(PEOPLE, query, limit, rows)
