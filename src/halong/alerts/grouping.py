"""A flood in a few rows: alerts grouped by cause and place, and more coarsely the more of them there are.

The rows of the whole flood are read as plain values; alerts are loaded only for what a page shows.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from halong.alerts.models import Alert, AlertQuerySet
from halong.alerts.queries import GROUP, Group
from halong.core.sector import all_sectors

ROWS = 29  # a list stays under 30 rows, but for what people took out of their groups
SHOWN = 20  # alerts that a group shows when it is opened
BURST = timedelta(
    minutes=30
)  # alerts of one cause that follow each other so closely are one row outside of floods, too
WAITING = {Alert.State.NEW, Alert.State.CLEARED}


class Light(NamedTuple):
    """What grouping has to know of an alert."""

    pk: int
    rule: int | None
    priority: int
    place: int | None
    sector: str
    state: str
    apart: bool
    raised_at: datetime


COLUMNS = ("pk", "rule", "priority", "place", "sector", "state", "apart", "raised_at")
Key = Callable[[Light], Hashable]


def flood_groups(alerts: AlertQuerySet) -> list[Group]:
    """All of these alerts as rows, in their order: at most 29 and those that people took out of their groups."""
    parts, level = coarsest_needed(light(alerts))
    return loaded(alerts, parts, level)


def light(alerts: AlertQuerySet) -> list[Light]:
    """What grouping has to know of these alerts, in their order."""
    return [Light(*row) for row in alerts.values_list(*COLUMNS)]


def loaded(alerts: AlertQuerySet, parts: Sequence[Sequence[Light]], level: int = 0) -> list[Group]:
    """Parts as rows of the list, with the alerts that they show."""
    shown = [row.pk for part in parts for row in part[:SHOWN]]
    whole = alerts.select_related("entity", "place", "agency", "rule", "acknowledged_by")
    found = whole.defer("place__boundary", "entity__folded").in_bulk(shown)
    groups = []
    for part in parts:
        members = [found[row.pk] for row in part[:SHOWN] if row.pk in found]
        if members:
            groups.append(_group(part, members, level))
    return groups


def grouped(alerts: Sequence[Alert]) -> list[Group]:
    """Alerts that are loaded already, those of one cause and place together."""
    by_pk = {alert.pk: alert for alert in alerts}
    rows = [
        Light(a.pk, a.rule_id, a.priority, a.place_id, a.sector, a.state, a.apart, a.raised_at)
        for a in alerts
    ]
    return [_group(part, [by_pk[row.pk] for row in part], 0) for part in split(rows, 0)]


def _group(part: Sequence[Light], members: list[Alert], level: int) -> Group:
    return Group(
        lead=members[0],
        members=members,
        pks=[row.pk for row in part],
        waits=sum(row.state in WAITING for row in part),
        places=len({row.place for row in part}),
        label=_label(part[0], members[0], level) if len(part) > 1 else "",
    )


def _label(row: Light, lead: Alert, level: int) -> str:
    """What a row of many is called."""
    if level < 2 and lead.rule is not None:
        return str(lead.rule.name)
    if level < 3:
        return next((str(one.name) for one in all_sectors() if one.key == row.sector), _("Other alerts"))
    return _("Alerts of all sectors")


def coarsest_needed(rows: Sequence[Light]) -> tuple[list[list[Light]], int]:
    """The finest grouping of 29 rows at most, and which one it is (0 cause and place, 1 cause, 2 sector, 3 priority)."""
    level, parts = 0, split(rows, 0)
    while level < 3 and sum(not part[0].apart for part in parts) > ROWS:
        level += 1
        parts = split(rows, level)
    return parts, level


def split(rows: Sequence[Light], level: int) -> list[list[Light]]:
    """The rows in groups, in the order of the first of each."""
    key = (_fine(rows), _by_cause, _by_sector, _by_priority)[level]
    found: dict[Hashable, list[Light]] = defaultdict(list)
    for row in rows:
        found[("apart", row.pk) if row.apart else key(row)].append(row)
    return list(found.values())


def _fine(rows: Sequence[Light]) -> Key:
    """By rule and place where that makes three, else by rule over all places where that makes three."""
    free = [row for row in rows if not row.apart]
    near = Counter((row.rule, row.priority, row.place) for row in free)
    wide = Counter(
        (row.rule, row.priority) for row in free if near[row.rule, row.priority, row.place] < GROUP
    )

    def key(row: Light) -> Hashable:
        here = (row.rule, row.priority, row.place)
        if row.rule is not None and near[here] >= GROUP:
            return here
        if row.rule is not None and wide[row.rule, row.priority] >= GROUP:
            return (row.rule, row.priority)
        return ("single", row.pk)

    return key


def bursts(rows: Sequence[Light]) -> list[list[Light]]:
    """Outside of a flood: alerts of one cause that three or more things raised soon after each other (a storm that comes
    ashore, a mast without power) are one row; everything else stays alone. In the order of the first of each.
    """
    waves: dict[int, Hashable] = {}
    sizes: Counter[Hashable] = Counter()
    last: dict[Hashable, tuple[datetime, int]] = {}
    for row in sorted(rows, key=lambda row: row.raised_at):
        if row.rule is None or row.apart:
            continue
        cause = (row.rule, row.priority)
        at, number = last.get(cause, (row.raised_at, 0))
        number += row.raised_at - at > BURST
        last[cause] = (row.raised_at, number)
        waves[row.pk] = (*cause, number)
        sizes[waves[row.pk]] += 1
    found: dict[Hashable, list[Light]] = defaultdict(list)
    for row in rows:
        wave = waves.get(row.pk)
        found[wave if sizes[wave] >= GROUP else ("single", row.pk)].append(row)
    return list(found.values())


def _by_cause(row: Light) -> Hashable:
    return (row.rule, row.priority) if row.rule is not None else ("none", row.sector, row.priority)


def _by_sector(row: Light) -> Hashable:
    return (row.sector, row.priority)


def _by_priority(row: Light) -> Hashable:
    return row.priority
