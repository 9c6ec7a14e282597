"""Going live: the day from which an installation holds nothing but what is real."""

from collections import Counter
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from halong.alerts.models import Alert
from halong.audit import actions as audit
from halong.context.actions import clear_simulated, delete_attribute
from halong.context.models import Attribute, Entity
from halong.core import registry
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.home import LIVE, home
from halong.ingest.actions.sources import remove_source
from halong.ingest.models import Quarantined, Source
from halong.observations.actions import open_many_series
from halong.observations.models import Series
from halong.profiles.description import folder_of
from halong.profiles.reading import read_profile
from halong.programme.actions import remove_illustrative_projects


@transaction.atomic
def go_live(*, by: Actor) -> dict[str, int]:
    """Remove everything simulated and illustrative for good, and tell what that was, by kind.

    Illustrative things and those that only a simulated source knew go with readings, alerts and history.
    A real thing (a hospital of the profile) stays with its series, empty again. From then on nothing is
    simulated here: a file in ``HALONG_HOME`` says so, whatever ``HALONG_SIMULATE`` is.
    """
    require(by, "profile.manage")
    removed: Counter[str] = Counter()
    for remover in registry.simulated_removers:
        removed.update(remover(by=by))
    real = {
        thing.urn
        for thing in read_profile(folder_of(settings.HALONG_PROFILE)).things
        if not thing.illustrative
    }
    touched = Entity.objects.filter(Q(simulated=True) | Q(illustrative=True))
    invented = touched.exclude(urn__in=real, illustrative=False)
    removed.update(_remove_alerts(touched))
    removed.update(_remove_sources(by))
    removed.update(_remove_readings(touched))
    removed.update(_empty_real_things(touched.filter(urn__in=real, illustrative=False), by))
    removed["things"] += invented.count()
    invented.delete()
    removed["projects"] += remove_illustrative_projects(by=by)
    counts = {kind: count for kind, count in removed.items() if count}
    audit.record(by, "profile.go_live", None, address=None, **counts)
    touch("entities")
    transaction.on_commit(_mark)
    return counts


def _remove_alerts(things: QuerySet[Entity]) -> dict[str, int]:
    alerts = Alert.objects.filter(Q(simulated=True) | Q(entity__in=things) | Q(series__entity__in=things))
    count = alerts.count()
    alerts.delete()
    return {"alerts": count}


def _remove_sources(by: Actor) -> dict[str, int]:
    sources = list(Source.objects.filter(simulated=True))
    held = Quarantined.objects.filter(source__in=sources).delete()[0]
    for source in sources:
        remove_source(source, by=by)
    return {"sources": len(sources), "held payloads": held}


def _remove_readings(things: QuerySet[Entity]) -> dict[str, int]:
    """Delete the series of the things; a trigger takes their readings along."""
    series = Series.objects.filter(entity__in=things)
    ids = list(series.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM observation WHERE series_id = ANY(%s)", [ids])
        readings = cursor.fetchone()[0]
    return {"readings": readings, "series": len(ids)}


def _empty_real_things(things: QuerySet[Entity], by: Actor) -> dict[str, int]:
    """Real things lose readings and illustrative attributes; their measured series are opened again,
    empty.
    """
    measured = Series.objects.filter(entity__in=things, derived="").select_related("entity")
    again = [(s.entity, s.property, {"unit": s.unit, "interval_s": s.interval_s}) for s in measured]
    Series.objects.filter(entity__in=things).delete()
    open_many_series(again, by=by)
    invented = Attribute.objects.filter(
        entity__in=things, deleted_at__isnull=True, document__illustrative__value=True
    ).select_related("entity")
    attributes = list(invented)
    for attribute in attributes:
        delete_attribute(attribute.entity, attribute.name, by=by, dataset_id=attribute.dataset_id)
    clear_simulated(things, by=by)
    return {"illustrative attributes": len(attributes)}


def _mark() -> None:
    """Leave the file that ``halong.home.is_live`` looks for."""
    (home() / LIVE).write_text(f"{datetime.now(UTC).isoformat(timespec='seconds')}\n", encoding="utf-8")
