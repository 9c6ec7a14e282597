"""What the tests of the computation share: putting readings in place, and asking for values."""

from array import array
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from halong.context.models import Entity
from halong.indicators import compute
from halong.indicators.grains import GRAINS
from halong.indicators.models import Definition, Indicator, Value
from halong.observations import rollups
from halong.observations.models import Series
from halong.observations.partitions import EPOCH, ensure_partitions_sync
from halong.places.models import Agency, Place, PlaceSuccession

HOUR = timedelta(hours=1)


def at(hour, minute=0, day=9, month=10):
    """An instant of October 2018 in UTC."""
    return datetime(2018, month, day, hour, minute, tzinfo=UTC)


def place(code, parent=None, *, kind="ward", valid_from=date(2019, 1, 1), valid_to=None):
    made = Place.objects.create(
        code=code, name=code, kind=kind, parent=parent, valid_from=valid_from, valid_to=valid_to
    )
    made.path = f"{parent.path if parent else '/'}{made.pk}/"
    made.save()
    return made


def agency(code, parent=None, *, place=None, kind=""):
    made = Agency.objects.create(
        code=code, name=code, parent=parent, place=place, kind=kind, valid_from=date(2019, 1, 1)
    )
    made.path = f"{parent.path if parent else '/'}{made.pk}/"
    made.save()
    return made


class Province:
    """A province of three wards, two of which are mainly what a city was, a committee and two departments."""

    def __init__(self):
        self.root = place("22", kind="province")
        self.city = place("193", self.root, kind="city", valid_to=date(2025, 6, 30))
        self.wards = [place(f"w{n}", self.root, valid_from=date(2025, 7, 1)) for n in range(3)]
        for ward in self.wards[:2]:
            PlaceSuccession.objects.create(former=self.city, present=ward)
        self.committee = agency("QN")
        self.departments = [agency(f"QN.{n}", self.committee) for n in range(2)]


def station(number, place=None, agency=None, *, types=("AirQualityObserved",), sector="environment", **given):
    return Entity.objects.create(
        urn=f"urn:ngsi-ld:Station:{number}", types=list(types), name=f"S{number}", place=place, agency=agency,
        sector=sector, created_at=datetime(2018, 1, 1, tzinfo=UTC), **given,
    )  # fmt: skip


def series(entity, name="pm25", **given):
    return Series.objects.create(
        entity=entity, property=name, **{"unit": "GQ", "interval_s": 300, "decimals": 1} | given
    )


def indicator(key, kind, spec, *, sector="environment", level=1, valid_from=date(2018, 1, 1), **given):
    made = Indicator.objects.create(key=key, sector=sector, level=level)
    defaults = {"name": key, "grain": "hour", "freshness_s": 7200, "over_time": "mean"}
    Definition.objects.create(indicator=made, kind=kind, spec=spec, valid_from=valid_from, **defaults | given)
    from halong.indicators.members import renew

    for definition in made.definitions.all():
        renew(definition)
    return made


def put(series, readings):
    """Stores (time, value[, quality]) readings as ingest would."""
    rows = [(row[0], row[1], row[2] if len(row) > 2 else 0) for row in readings]
    connection.ensure_connection()
    ensure_partitions_sync(connection.connection, {row[0].astimezone(UTC).date() for row in rows})
    with connection.cursor() as cursor:
        for time, value, quality in rows:
            cursor.execute(
                "INSERT INTO observation VALUES (%s, %s, %s, %s) ON CONFLICT (series_id, time) "
                "DO UPDATE SET value = excluded.value, quality = excluded.quality",
                [time, value, series.pk, quality],
            )
            label = int(-(-(time - EPOCH).total_seconds() // 3600))
            cursor.execute("INSERT INTO touched VALUES (%s, %s)", [label, array("i", [series.pk]).tobytes()])


def run(now=None):
    """Everything that is due is computed, roll-ups and indicators."""
    while rollups.work():
        pass
    with connection.cursor() as cursor:
        # in tests nobody waits for running periods to gather what comes
        while compute.work(now=now) or _hurry(cursor):
            pass


def _hurry(cursor):
    cursor.execute(
        "UPDATE dirty_indicator SET due_at = now() WHERE due_at > now() AND due_at <> label + interval '15 s'"
    )
    return cursor.rowcount


def value(indicator, label, node=0, grain="hour"):
    """(value, num, den) at a node, or None."""
    row = Value.objects.filter(indicator=indicator, grain=grain, node=node, label=label).first()
    return row and (row.value, row.num, row.den)


NUMBERS = ("value", "num", "den", "reported", "expected", "version", "running", "estimated", "simulated")


def everything(indicator=None):
    """All values, for comparing two computations."""
    rows = Value.objects.filter(grain__in=GRAINS)
    if indicator is not None:
        rows = rows.filter(indicator=indicator)
    return {
        tuple(row[:4]): tuple(row[4:])
        for row in rows.values_list("indicator", "grain", "node", "label", *NUMBERS)
    }
