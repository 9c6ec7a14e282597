"""Figures from outside, and what a profile brings."""

import pytest
from tests.indicators.engine import indicator, run

from halong.accounts.models import Grant, User
from halong.audit.models import AuditEntry
from halong.core.errors import Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.indicators.actions import (
    ImportRow,
    ensure_collections,
    ensure_indicators,
    import_values,
    remove_simulated_values,
)
from halong.indicators.models import Cell, Collection, Indicator, Target, Value
from halong.places.models import Agency


def person(role, **scope):
    user = User.objects.create(username=f"{role}{len(scope)}")
    Grant.objects.create(user=user, role=role, **scope)
    return user


@pytest.fixture
def revenue(province):
    return indicator("e.revenue", "table", {}, grain="month", over_time="sum", sector="economy")


def test_an_officer_hands_in_the_figures_of_his_own_agency(revenue, province):
    officer = person("officer", agency=province.departments[0])
    assert import_values(revenue, [ImportRow("", "QN.0", "2018-10", 4)], by=officer) == 1
    for code in ("QN.1", ""):
        with pytest.raises(Forbidden):
            import_values(revenue, [ImportRow("", code, "2018-10", 4)], by=officer)
    with pytest.raises(Forbidden):
        import_values(revenue, [ImportRow("", "QN.0", "2018-11", 4)], by=person("operator"))
    assert import_values(revenue, [ImportRow("", "", "2018-11", 4)], by=person("administrator")) == 1
    assert Cell.objects.count() == 2
    assert AuditEntry.objects.filter(action="indicators.import").count() == 2


def test_the_same_again_changes_nothing_and_another_figure_replaces(revenue):
    rows = [ImportRow("w0", "", "2018-10", 4)]
    assert [import_values(revenue, rows, by=SYSTEM) for _again in range(2)] == [1, 0]
    assert import_values(revenue, [ImportRow("w0", "", "2018-10", 5)], by=SYSTEM) == 1
    run()
    assert Value.objects.get(indicator=revenue, grain="month", node=0).value == 5.0


def test_faults_are_named_by_row_and_nothing_is_kept(revenue):
    rows = [
        ImportRow("w0", "", "2018-10", 4), ImportRow("nowhere", "", "2018-10", 4), ImportRow("", "", "10/2018", 4),
        ImportRow("w1", "", "2018-10", 4, 0),
    ]  # fmt: skip
    with pytest.raises(Invalid) as caught:
        import_values(revenue, rows, by=SYSTEM)
    assert set(caught.value.fields) == {"row 2", "row 3", "row 4"}
    with pytest.raises(Invalid):
        import_values(revenue, [rows[0], rows[0]], by=SYSTEM)
    assert not Cell.objects.exists()


def test_a_commune_speaks_of_itself(revenue, province):
    Agency.objects.filter(pk=province.departments[1].pk).update(place=province.wards[2])
    import_values(revenue, [ImportRow("", "QN.1", "2018-10", 4)], by=SYSTEM)
    assert Cell.objects.get().place_id == province.wards[2].pk


ROW = {
    "key": "air.good", "sector": "environment", "name": {"vi": "Không khí tốt", "en": "Good air"},
    "meaning": {"vi": "…"}, "owner": "QN.0", "level": 1, "order": 3, "unit": "P1", "decimals": 0, "direction": "up",
    "kind": "series", "grain": "hour", "over_time": "mean", "freshness_s": 7200, "shows_denominator": True,
    "plausible": [0, 100], "bands": [{"state": "high", "below": 25}], "target": {"value": 80, "source": "x"},
    "spec": {"property": "airQualityIndex", "across": "share", "where": {"op": "<=", "value": 50}},
}  # fmt: skip
TABLE = {"key": "e.revenue", "name": {"vi": "Thu"}, "kind": "table", "grain": "month"}
COLLECTION = {
    "key": "c", "title": {"vi": "Thu", "en": "Revenue"}, "indicators": ["e.revenue"], "agencies": ["QN.0", "QN.1"],
    "grain": "month", "due_days": 3, "approver": "QN",
}  # fmt: skip


def test_a_profile_brings_what_is_missing_and_leaves_what_people_made(province):
    assert ensure_indicators([ROW, TABLE], by=SYSTEM) == 2
    assert ensure_collections([COLLECTION], by=SYSTEM) == 1
    made = Indicator.objects.get(key="air.good")
    definition = made.definition
    assert (made.agency.code, made.level, definition.name_en, definition.plausible_max) == (
        "QN.0",
        1,
        "Good air",
        100,
    )
    assert Target.objects.get(indicator=made).value == 80
    assert Collection.objects.get().agencies.count() == 2
    Indicator.objects.filter(pk=made.pk).update(level=3)
    assert ensure_indicators([ROW, TABLE], by=SYSTEM) == 0
    assert ensure_collections([COLLECTION], by=SYSTEM) == 0
    assert Indicator.objects.get(pk=made.pk).level == 3
    with pytest.raises(Forbidden):
        ensure_indicators([ROW], by=person("officer"))


def test_going_live_takes_simulated_figures_away(revenue, province):
    import_values(revenue, [ImportRow("", "", "2018-09", 1)], by=SYSTEM)
    import_values(revenue, [ImportRow("", "", "2018-10", 4)], by=SYSTEM, simulated=True)
    run()
    remove_simulated_values(by=SYSTEM)
    run()
    months = Value.objects.filter(indicator=revenue, grain="month", node=0)
    assert list(months.values_list("value", flat=True)) == [1.0]
    year = Value.objects.get(indicator=revenue, grain="year", node=0)
    assert (year.value, year.simulated) == (1.0, False)
