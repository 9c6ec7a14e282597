"""Exceedances are counted as a person would count them: hour by hour, by the limit of the day and the station's permit."""

from datetime import timedelta

import pytest
from tests.province import HOUR, now, top

from halong.context.actions import append_attributes
from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.core.sector import find_limits
from halong.panorama.exceedances import exceedances
from halong.panorama.things import things_of

AIR = ("AirQualityObserved",)
EMITTER = ("WastewaterStation", "WaterQualityObserved")


def things():
    return things_of(Entity.objects.all(), SYSTEM, now())


def test_hours_over_the_hourly_limit_are_counted(make_station, put):
    [limit] = find_limits(AIR, "so2", now().date(), averaging="1h")
    one, other = make_station(1, properties=("so2",)), make_station(2, properties=("so2",))
    put(
        one,
        "so2",
        [(top() - n * HOUR, limit.maximum + (1 if n in {1, 3} else 0)) for n in range(5)],
        hours=True,
    )
    put(other, "so2", [(top() - n * HOUR, limit.maximum + (n == 2)) for n in range(5)], hours=True)

    limits, emitters = exceedances(things(), top() - 5 * HOUR, now())

    [row] = [row for row in limits if row.limit.averaging == "1h"]
    assert (row.measured, row.outside, row.things) == (10, 3, 2)
    assert row.share == 30.0
    assert row.worst.entity == one
    assert emitters == []


def test_nothing_before_the_period_and_nothing_incomplete_counts(make_station, put):
    station = make_station(1, properties=("so2",))
    put(station, "so2", [(top() - n * HOUR, 1e4) for n in range(30)], hours=True)

    limits, _emitters = exceedances(things(), top() - 24 * HOUR, now())

    assert [(row.measured, row.outside) for row in limits if row.limit.averaging == "1h"] == [(24, 24)]


def test_limits_of_every_averaging_time_and_type_of_number_are_counted_together(make_station, put):
    station = make_station(1, properties=("so2", "no2", "o3", "co", "pm25"))
    for name in ("so2", "no2", "o3", "co", "pm25"):
        put(station, name, [(top() - n * HOUR, 1.0) for n in range(3)], hours=True)
    emitter = make_station(2, types=EMITTER, properties=("pH", "cod"))
    append_attributes(emitter, {"dischargeColumn": {"type": "Property", "value": "B"}}, by=SYSTEM)
    put(emitter, "pH", [(top(), 7.0)], hours=True)

    limits, _emitters = exceedances(things(), now() - timedelta(days=1), now())

    assert {row.limit.property for row in limits} >= {"so2", "no2", "pH"}
    assert sum(row.outside for row in limits) == 0


@pytest.mark.parametrize(("column", "kq", "outside"), [("A", 1.0, 4), ("B", 1.0, 0), ("A", 1.3, 0)])
def test_discharges_are_held_against_the_column_and_factors_of_the_permit(
    make_station, put, column, kq, outside
):
    [limit] = [one for one in find_limits(EMITTER, "cod", now().date()) if one.column == "A"]
    station = make_station(1, types=EMITTER, properties=("cod",))
    append_attributes(
        station,
        {
            "dischargeColumn": {"type": "Property", "value": column},
            "kq": {"type": "Property", "value": kq},
            "kf": {"type": "Property", "value": 1.0},
        },
        by=SYSTEM,
    )
    put(station, "cod", [(top() - n * HOUR, limit.maximum * 1.1) for n in range(4)], hours=True)

    limits, [emitter] = exceedances(things(), now() - timedelta(days=1), now())

    assert [(row.measured, row.outside) for row in limits] == [(4, outside)]
    assert emitter.share == 100 * (4 - outside) / 4
