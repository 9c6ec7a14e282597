"""The computation, held to sums made by hand."""

from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.utils import timezone
from tests.indicators.engine import (
    HOUR,
    at,
    everything,
    indicator,
    put,
    run,
    series,
    station,
    value,
)

from halong.context.models import Attribute
from halong.core import registry
from halong.core.permissions import SYSTEM
from halong.core.registry import RecordMeasure
from halong.indicators import compute
from halong.indicators.actions import ImportRow, import_values
from halong.indicators.grains import label_of
from halong.indicators.models import Definition, Revision, Value
from halong.places.models import PlaceSuccession

SHARE = {
    "types": ["AirQualityObserved"], "property": "pm25", "time": "mean", "across": "share",
    "where": {"op": "<=", "value": 50},
}  # fmt: skip


def stations(province):
    """Four stations: two in ward 0, one in ward 1, one in ward 2; of two departments."""
    wards, departments = province.wards, province.departments
    where = [
        (wards[0], departments[0]),
        (wards[0], departments[1]),
        (wards[1], departments[0]),
        (wards[2], None),
    ]
    return [series(station(n, ward, department)) for n, (ward, department) in enumerate(where)]


def test_a_share_is_made_of_cells_along_both_trees(province):
    found = stations(province)
    good = indicator("air.good", "series", SHARE, unit="P1")
    for one, reading in zip(found, (10, 60, 70, 20), strict=True):
        put(one, [(at(8, 5), reading), (at(8, 10), reading)])
    run()
    wards, departments = province.wards, province.departments
    assert value(good, at(9)) == (50.0, 2.0, 4.0)
    assert value(good, at(9), wards[0].pk) == (50.0, 1.0, 2.0)
    assert value(good, at(9), wards[1].pk) == (0.0, 0.0, 1.0)
    assert value(good, at(9), wards[2].pk) == (100.0, 1.0, 1.0)
    assert value(good, at(9), province.city.pk) == (100 / 3, 1.0, 3.0)
    assert value(good, at(9), -departments[0].pk) == (50.0, 1.0, 2.0)
    assert value(good, at(9), -province.committee.pk) == (100 / 3, 1.0, 3.0)
    rows = {
        row.node: row.estimated for row in Value.objects.filter(indicator=good, grain="hour", label=at(9))
    }
    assert [node for node, estimated in rows.items() if estimated] == [province.city.pk]


def test_hours_become_days_months_quarters_and_years(province):
    found = stations(province)
    good = indicator("air.good", "series", SHARE, unit="P1")
    put(found[0], [(at(8, 5), 10), (at(9, 5), 60)])
    put(found[1], [(at(9, 5), 20)])
    run()
    day = datetime(2018, 10, 9, 17, tzinfo=UTC)
    assert value(good, day, grain="day") == (100 * 1.0 / 1.5, 1.0, 1.5)
    assert value(good, label_of(day, "month"), grain="month") == (100 * 1.0 / 1.5, 1.0, 1.5)
    assert value(good, label_of(day, "quarter"), grain="quarter") == (100 * 1.0 / 1.5, 1.0, 1.5)
    assert value(good, label_of(day, "year"), grain="year") == (100 * 1.0 / 1.5, 1.0, 1.5)


def test_over_time_as_the_definition_says(province):
    one = stations(province)[0]
    spec = {"property": "pm25", "time": "mean", "across": "sum"}
    made = {
        way: indicator(f"x.{way}", "series", spec, unit="GQ", over_time=way)
        for way in ("mean", "sum", "last", "max", "min")
    }
    put(one, [(at(8, 5), 10), (at(9, 5), 40), (at(10, 5), 25)])
    run()
    day = label_of(at(9), "day")
    found = {way: value(row, day, grain="day")[0] for way, row in made.items()}
    assert found == {"mean": 25.0, "sum": 75.0, "last": 25.0, "max": 40.0, "min": 10.0}


def test_ways_over_the_hour_and_across_things(province):
    found = stations(province)
    readings = [[(at(8, 5), 1.0), (at(8, 10), 4.0)], [(at(8, 20), 7.0)], [(at(8, 30), 9.0, 2)]]
    made = {}
    for time in ("mean", "max", "min", "sum", "last", "count"):
        spec = {"property": "pm25", "time": time, "across": "sum"}
        made[time] = indicator(f"t.{time}", "series", spec)
    for across in ("mean", "max", "min", "alive", "count"):
        spec = {"property": "pm25", "time": "mean", "across": across, "where": {"op": ">", "value": 3}}
        made[across + " of"] = indicator(f"a.{across}", "series", spec)
    for one, rows in zip(found, readings, strict=False):
        put(one, rows)
    run()
    got = {key: value(row, at(9))[0] for key, row in made.items()}
    assert got == {
        "mean": 9.5, "max": 11.0, "min": 8.0, "sum": 12.0, "last": 11.0, "count": 3.0,
        "mean of": 4.75, "max of": 7.0, "min of": 2.5, "alive of": 50.0, "count of": 1.0,
    }  # fmt: skip
    assert value(made["alive of"], at(9)) == (50.0, 2.0, 4.0)


def test_a_ratio_of_two_series_and_of_a_number_of_the_registry(province):
    ward = province.wards[0]
    hospitals = [station(n, ward, types=["Hospital"], sector="health") for n in range(2)]
    for hospital, beds in zip(hospitals, (100, 300), strict=True):
        Attribute.objects.create(
            entity=hospital, name="bedsTotal", kind="Property", document={"type": "Property", "value": beds}
        )
    used = [series(hospital, "bedsUsed", unit="C62") for hospital in hospitals]
    planned = [series(hospital, "bedsPlanned", unit="C62") for hospital in hospitals]
    spec = {"types": ["Hospital"], "num_property": "bedsUsed", "time": "last", "across": "ratio"}
    of_all = indicator("h.use", "series", spec | {"den_attribute": "bedsTotal"}, unit="P1")
    of_plan = indicator("h.plan", "series", spec | {"den_property": "bedsPlanned"})
    put(used[0], [(at(8, 5), 10), (at(8, 50), 40)])
    put(used[1], [(at(8, 5), 140)])
    put(planned[0], [(at(8, 5), 80)])
    run()
    assert value(of_all, at(9), ward.pk) == (45.0, 180.0, 400.0)
    assert value(of_plan, at(9)) == (0.5, 40.0, 80.0)
    Attribute.objects.filter(entity=hospitals[1]).update(document={"type": "Property", "value": 500})
    run()
    assert value(of_all, at(9), ward.pk) == (30.0, 180.0, 600.0)


def test_readings_in_other_units_are_converted(province):
    found = stations(province)
    found[1].unit = "GP"
    found[1].save()
    mean = indicator("air.mean", "series", {"property": "pm25", "across": "mean"}, unit="GQ")
    put(found[0], [(at(8, 5), 20)])
    put(found[1], [(at(8, 5), 0.04)])
    run()
    assert value(mean, at(9)) == (30.0, 60.0, 2.0)


def test_late_readings_and_corrections_are_followed_and_leave_a_revision(province):
    one, two, *_rest = stations(province)
    good = indicator("air.good", "series", SHARE, unit="P1")
    put(one, [(at(8, 5), 10)])
    run()
    assert Revision.objects.count() == 0
    put(two, [(at(8, 5), 90)])
    run()
    assert value(good, at(9))[0] == 50.0
    put(two, [(at(8, 5), 30)])
    run()
    assert value(good, at(9))[0] == 100.0
    assert value(good, label_of(at(9), "year"), grain="year")[0] == 100.0
    changes = Revision.objects.filter(indicator=good, grain="hour", node=0).order_by("pk")
    assert list(changes.values_list("old_value", "new_value")) == [(100.0, 50.0), (50.0, 100.0)]


def test_only_what_depends_on_a_reading_is_computed(province):
    one = stations(province)[0]
    good = indicator("air.good", "series", SHARE, unit="P1")
    indicator("water", "series", {"property": "ph", "across": "mean"})
    run()
    put(one, [(at(8, 5), 10)])
    from halong.observations import rollups

    while rollups.work():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT indicator_id, label FROM indicator_note")
        assert cursor.fetchall() == [(good.pk, at(9))]


def test_a_move_takes_the_history_along(province):
    one = stations(province)[0]
    mean = indicator("air.mean", "series", {"property": "pm25", "across": "mean"}, unit="GQ")
    put(one, [(at(8, 5), 20)])
    run()
    one.entity.place, one.entity.agency = province.wards[2], province.departments[1]
    one.entity.save()
    run()
    assert value(mean, at(9), province.wards[0].pk) == (None, None, 0.0)
    assert value(mean, at(9), province.wards[2].pk) == (20.0, 20.0, 1.0)
    assert value(mean, at(9), -province.departments[1].pk) == (20.0, 20.0, 1.0)
    assert value(mean, label_of(at(9), "day"), province.wards[2].pk, "day") == (20.0, 20.0, 1.0)


def test_a_deleted_thing_counts_until_then(province):
    found = stations(province)
    alive = indicator("alive", "series", {"property": "pm25", "across": "alive"}, unit="P1")
    for hour in (8, 9, 10):
        put(found[0], [(at(hour, 5), 1)])
    run()
    found[1].entity.deleted_at = at(9, 30)
    found[1].entity.save()
    run()
    assert [value(alive, at(hour))[2] for hour in (9, 10, 11)] == [4.0, 4.0, 3.0]


def test_another_tree_makes_other_sums(province):
    found = stations(province)
    total = indicator("sum", "series", {"property": "pm25", "across": "sum"})
    put(found[3], [(at(8, 5), 5)])
    put(found[0], [(at(8, 5), 2)])
    run()
    assert value(total, at(9), province.city.pk)[0] == 2.0
    PlaceSuccession.objects.create(former=province.city, present=province.wards[2])
    run()
    assert value(total, at(9), province.city.pk)[0] == 7.0


def test_definitions_hold_from_their_day(province):
    one = stations(province)[0]
    made = indicator("air.good", "series", SHARE, unit="P1")
    Definition.objects.create(
        indicator=made, version=2, valid_from=date(2018, 10, 10), name="Good", kind="series", grain="hour",
        spec=SHARE | {"where": {"op": "<=", "value": 5}}, unit="P1", freshness_s=7200,
    )  # fmt: skip
    put(one, [(at(8, 5), 10), (at(8, 5, day=10), 10)])
    compute.rebuild(made, at(0, day=1), at(0, day=20))
    run()
    assert value(made, at(9))[0] == 100.0
    assert value(made, at(9, day=10))[0] == 0.0
    rows = Value.objects.filter(indicator=made, grain="hour", node=0, value__isnull=False).order_by("label")
    assert list(rows.values_list("version", flat=True)) == [1, 2]


def test_formulas_follow_what_they_name_at_every_node_and_grain(province):
    found = stations(province)
    many = indicator("env.bad", "series", SHARE | {"across": "count", "where": {"op": ">", "value": 50}})
    all_ = indicator("env.all", "series", SHARE | {"across": "count", "where": {}})
    share = indicator("env.share", "formula", {"expression": "env.bad / env.all * 100"}, unit="P1")
    twice = indicator("env.twice", "formula", {"expression": "2 * env.share"})
    put(found[0], [(at(8, 5), 10)])
    put(found[3], [(at(8, 5), 60)])
    run()
    assert value(share, at(9)) == (50.0, 1.0, 2.0)
    assert value(share, at(9), province.wards[0].pk) == (0.0, 0.0, 1.0)
    assert value(share, at(9), province.wards[1].pk) == (None, None, None)
    assert value(twice, label_of(at(9), "month"), grain="month")[0] == 100.0
    put(found[0], [(at(8, 5), 70)])
    run()
    assert (value(share, at(9))[0], value(twice, at(9))[0]) == (100.0, 200.0)
    assert {many.pk, all_.pk} != set()


def test_records_are_counted_and_nothing_is_zero(province, monkeypatch):
    rows = [(province.wards[0].pk, province.departments[0].pk, 3.0, 3.0)]
    calls = []

    def count(start, end, **params):
        calls.append((start, end, params))
        return rows if end <= at(9) else []

    monkeypatch.setitem(registry.record_measures._entries, "x", RecordMeasure("x", "x", "C62", count))
    made = indicator("x", "records", {"measure": "x", "sector": "health"}, over_time="sum")
    compute.rebuild(made, at(8), at(10))
    run()
    assert value(made, at(9), province.wards[0].pk)[0] == 3.0
    assert value(made, at(9), province.wards[1].pk)[0] == 0.0
    assert value(made, at(10), province.wards[0].pk)[0] == 0.0
    assert value(made, label_of(at(9), "day"), -province.committee.pk, "day")[0] == 3.0
    assert calls[-1][2] == {"sector": "health"}


def test_a_running_period_is_opened_by_the_clock_and_settled_after_its_end(province):
    stations(province)
    alive = indicator("alive", "series", {"property": "pm25", "across": "alive"}, unit="P1")
    compute.open_periods()
    run()
    row = Value.objects.get(indicator=alive, grain="hour", node=0, running=True)
    assert (row.value, row.running, row.first_at) == (0.0, True, None)
    later = row.label + timedelta(seconds=20)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT due_at FROM dirty_indicator WHERE indicator_id = %s AND grain = 'hour'", [alive.pk]
        )
        assert cursor.fetchall() == [(row.label + timedelta(seconds=15),)]
    assert later > timezone.now()


def test_figures_of_tables_become_values(province):
    revenue = indicator("e.revenue", "table", {}, grain="month", over_time="sum", sector="economy")
    rate = indicator("e.rate", "table", {}, grain="month", unit="P1", sector="economy")
    rows = [
        ImportRow("w0", "QN.0", "2018-10", 10), ImportRow("w1", "QN.0", "2018-10", 30),
        ImportRow("w0", "QN.0", "2018-11", 5),
    ]  # fmt: skip
    assert import_values(revenue, rows, by=SYSTEM) == 3
    import_values(
        rate, [ImportRow("w0", "", "2018-10", 3, 4), ImportRow("w1", "", "2018-10", 1, 4)], by=SYSTEM
    )
    run()
    october = label_of(at(9), "month")
    nodes = (0, province.city.pk, -province.committee.pk)
    assert [value(revenue, october, node, "month")[0] for node in nodes] == [40.0, 40.0, 40.0]
    assert value(revenue, label_of(at(9), "quarter"), grain="quarter")[0] == 45.0
    assert value(revenue, label_of(at(9), "year"), grain="year")[0] == 45.0
    assert value(rate, october, grain="month") == (50.0, 4.0, 8.0)
    assert value(rate, october, province.wards[0].pk, "month") == (75.0, 3.0, 4.0)


def test_what_was_said_for_the_whole_stands_before_its_parts(province):
    growth = indicator("e.grdp", "table", {}, grain="year", unit="P1", sector="economy")
    rows = [
        ImportRow("22", "", "2018", 11.1),
        ImportRow("w0", "", "2018", 9),
        ImportRow("w1", "", "2018", 14),
    ]
    import_values(growth, rows, by=SYSTEM)
    run()
    year = label_of(at(9), "year")
    assert value(growth, year, grain="year")[0] == 11.1
    assert value(growth, year, province.wards[1].pk, "year")[0] == 14.0
    assert value(growth, year, province.city.pk, "year")[0] == 11.5


def test_history_from_outside_fills_what_readings_don_t_say(province):
    one = stations(province)[0]
    mean = indicator("air.mean", "series", {"property": "pm25", "across": "mean"}, unit="GQ")
    import_values(
        mean,
        [ImportRow("", "", "2018-10-08", 44), ImportRow("", "", "2018-10-09", 99)],
        by=SYSTEM,
        simulated=True,
    )
    put(one, [(at(8, 5), 20)])
    run()
    days = Value.objects.filter(indicator=mean, grain="day", node=0, value__isnull=False).order_by("label")
    assert list(days.values_list("value", "simulated")) == [(44.0, True), (20.0, False)]
    assert value(mean, label_of(at(9), "month"), grain="month")[0] == 32.0


def test_a_trial_leaves_nothing(province):
    one = stations(province)[0]
    put(one, [(at(8, 5), 20), (at(9, 5), 80)])
    run()
    before = everything()
    tried = Definition(
        name="x", kind="series", spec=SHARE, grain="hour", unit="P1", valid_from=date(2018, 1, 1)
    )
    assert compute.trial(tried, end=at(10), count=3) == [(at(8), None), (at(9), 100.0), (at(10), 0.0)]
    assert everything() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM indicator_member")
        assert cursor.fetchone() == (0,)


def test_old_hours_go_once_their_days_exist(province, monkeypatch):
    one = stations(province)[0]
    mean = indicator("air.mean", "series", {"property": "pm25", "across": "mean"}, unit="GQ")
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    put(one, [(now - 200 * HOUR * 24, 7), (now - 2 * HOUR, 9)])
    run()
    monkeypatch.setenv("HALONG_KEEP_INDICATOR_HOURS_DAYS", "90")
    assert compute.drop_old_hours(now) > 0
    hours = Value.objects.filter(indicator=mean, grain="hour", node=0, value__isnull=False)
    assert list(hours.values_list("value", flat=True)) == [9.0]
    days = Value.objects.filter(indicator=mean, grain="day", node=0, value__isnull=False).order_by("label")
    assert list(days.values_list("value", flat=True)) == [7.0, 9.0]
    put(one, [(now - 200 * HOUR * 24, 8)])
    run()
    assert list(days.values_list("value", flat=True)) == [7.0, 9.0]


def test_simulated_things_mark_their_values(province):
    one = series(station(1, province.wards[0], simulated=True))
    mean = indicator("air.mean", "series", {"property": "pm25", "across": "mean"})
    put(one, [(at(8, 5), 20)])
    run()
    assert set(
        Value.objects.filter(indicator=mean, value__isnull=False).values_list("simulated", flat=True)
    ) == {True}
