"""Whatever comes in whatever order: values that came bit by bit are those of a full rebuild, and those of plain Python."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from tests.indicators.engine import everything, indicator, put, run, series, station

from halong.core.formats import format_number
from halong.indicators import compute
from halong.indicators.grains import label_of
from halong.indicators.models import Value

START = datetime(2018, 10, 8, 15, tzinfo=UTC)  # 22:00 of 8 October in Vietnam: the steps cross midnight
STATIONS = 3
SPECS = {
    "mean": ({"across": "mean"}, "mean"),
    "good": ({"across": "share", "where": {"op": "<=", "value": 50}}, "mean"),
    "sum": ({"across": "sum", "time": "max"}, "sum"),
    "worst": ({"across": "max", "time": "last"}, "max"),
    "alive": ({"across": "alive"}, "min"),
}

reading = st.tuples(
    st.just("read"),
    st.lists(
        st.tuples(
            st.integers(0, STATIONS - 1), st.integers(0, 59),
            st.floats(-50, 500, allow_nan=False).map(lambda x: round(x, 2)), st.sampled_from([0, 0, 0, 2]),
        ),
        min_size=1, max_size=12,
    ),
)  # fmt: skip
move = st.tuples(
    st.just("move"), st.tuples(st.integers(0, STATIONS - 1), st.integers(0, 2), st.integers(0, 1))
)
steps = st.lists(st.one_of(reading, reading, move), min_size=1, max_size=6)


@pytest.fixture
def world(province):
    """Stations, their series and indicators of every way across things, with a formula over two of them."""
    found = [series(station(n, province.wards[n % 3], province.departments[n % 2])) for n in range(STATIONS)]
    made = {
        key: indicator(
            key, "series", {"property": "pm25"} | spec, over_time=over, unit="P1" if over == "mean" else ""
        )
        for key, (spec, over) in SPECS.items()
    }
    made["both"] = indicator("both", "formula", {"expression": "mean / good * 100 + min(sum, 3)"})
    return province, found, made


TABLES = (
    "observation", "rollup_hour", "rollup_day", "dirty_hour", "touched", "latest", "stale_entity", "indicators_revision",
    "indicators_value", "dirty_indicator", "indicator_note",
)  # fmt: skip


def _empty(*tables):
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")


def _apply(step, province, found, model):
    kind, given_ = step
    if kind == "move":
        number, ward, department = given_
        entity = found[number].entity
        entity.place, entity.agency = province.wards[ward], province.departments[department]
        entity.save()
        return
    rows = {(n, minute): (value, quality) for n, minute, value, quality in given_}
    for (n, minute), (value, quality) in rows.items():
        time = START + timedelta(minutes=5 * minute)
        model[n, time] = (value, quality)
        put(found[n], [(time, value, quality)])


@pytest.mark.django_db
@effort(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_bit_by_bit_is_a_rebuild_is_plain_python(world, sequence):
    province, found, made = world
    _empty(*TABLES)
    model = {}
    for step in sequence:
        _apply(step, province, found, model)
        run()
    past = {key: row for key, row in everything().items() if not row[6]}
    _agrees_with_plain_python(province, found, made, model)
    _empty(*TABLES[-3:])
    for row in made.values():
        compute.rebuild(row, START - timedelta(days=3), START + timedelta(days=3))
    run()
    again = {key: row for key, row in everything().items() if not row[6]}
    # a period whose values are all gone may have left rows that say so
    assert {key: row for key, row in past.items() if row[3]} == {
        key: row for key, row in again.items() if row[3]
    }


def _agrees_with_plain_python(province, found, made, model):
    """The mean and the share of every hour at every node, recomputed from the readings."""
    for node, inside in _nodes(province, found).items():
        hours = {}
        for (n, time), (value, quality) in model.items():
            if quality == 0 and n in inside:
                hours.setdefault(label_of(time, "hour"), {}).setdefault(n, []).append(value)
        expected = {}
        for label, things in hours.items():
            means = [float(f"{math.fsum(values) / len(values):.15g}") for values in things.values()]
            expected[label] = (
                math.fsum(means) / len(means), 100 * sum(mean <= 50 for mean in means) / len(means), len(means),
            )  # fmt: skip
        for key, position in (("mean", 0), ("good", 1)):
            rows = Value.objects.filter(
                indicator=made[key], grain="hour", node=node, value__isnull=False, running=False
            )
            got = {row.label: (format_number(row.value, 6), row.reported) for row in rows}
            assert got == {
                label: (format_number(figures[position], 6), figures[2])
                for label, figures in expected.items()
            }


def _nodes(province, found):
    """The stations (by number) that belong to each node."""
    ward = [one.entity.place for one in found]
    department = [one.entity.agency for one in found]
    everybody = set(range(len(found)))
    nodes = {0: everybody, -province.committee.pk: everybody}
    for place in province.wards:
        nodes[place.pk] = {n for n in everybody if ward[n] == place}
    nodes[province.city.pk] = {n for n in everybody if ward[n] in province.wards[:2]}
    for agency in province.departments:
        nodes[-agency.pk] = {n for n in everybody if department[n] == agency}
    return nodes
