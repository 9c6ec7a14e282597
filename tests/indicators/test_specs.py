"""What a definition may say."""

from datetime import date

import pytest
from tests.indicators.engine import indicator

from halong.core.errors import Invalid
from halong.indicators.models import Definition, Indicator
from halong.indicators.specs import Shape, check_spec, shape_of


def unsaved(kind, spec, *, key="new", **given):
    return Definition(
        indicator=Indicator(key=key), kind=kind, spec=spec, grain="hour", valid_from=date(2020, 1, 1), **given
    )


@pytest.mark.parametrize(
    ("kind", "spec", "field"),
    [
        ("series", {}, "property"),
        ("series", {"property": "x", "time": "median"}, "time"),
        ("series", {"property": "x", "across": "mode"}, "across"),
        ("series", {"property": "x", "across": "share"}, "where_value"),
        ("series", {"property": "x", "across": "share", "where": {"op": "; DROP", "value": 1}}, "where_op"),
        ("series", {"num_property": "x", "across": "ratio"}, "den_property"),
        ("records", {"measure": "nobody.counts"}, "measure"),
        ("formula", {"expression": "a.b +"}, "expression"),
        ("formula", {"expression": "no.such + 1"}, "expression"),
        ("table", {"across": "mode"}, "across"),
    ],
)
def test_what_can_t_be_computed_is_refused_by_field(db, kind, spec, field):
    with pytest.raises(Invalid) as caught:
        check_spec(unsaved(kind, spec))
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("series", {"property": "x"}),
        ("series", {"num_property": "x", "den_attribute": "beds", "across": "ratio"}),
        ("records", {"measure": "alerts.raised"}),
        ("table", {}),
    ],
)
def test_what_can(db, kind, spec):
    check_spec(unsaved(kind, spec))


def test_circles_are_told_in_words(db):
    indicator("a", "series", {"property": "x"})
    indicator("b", "formula", {"expression": "a * 2"})
    indicator("c", "formula", {"expression": "b + a"})
    check_spec(unsaved("formula", {"expression": "c - b"}))
    made = Indicator.objects.get(key="b")
    with pytest.raises(Invalid) as caught:
        check_spec(Definition(indicator=made, kind="formula", spec={"expression": "a + c"}))
    assert "b → c → b" in caught.value.detail
    with pytest.raises(Invalid) as caught:
        check_spec(Definition(indicator=made, kind="formula", spec={"expression": "b / a"}))
    assert "b → b" in caught.value.detail


@pytest.mark.parametrize(
    ("kind", "spec", "unit", "shape"),
    [
        ("series", {"across": "mean"}, "P1", Shape("quotient", 1.0)),
        ("series", {"across": "share"}, "P1", Shape("quotient", 100.0)),
        ("series", {"across": "ratio"}, "P1", Shape("quotient", 100.0)),
        ("series", {"across": "ratio"}, "C62", Shape("quotient", 1.0)),
        ("series", {"across": "max"}, "C62", Shape("high")),
        ("series", {"across": "count"}, "C62", Shape("sum")),
        ("records", {"measure": "alerts.ack_minutes"}, "MIN", Shape("quotient", 1.0)),
        ("records", {"measure": "sources.working"}, "P1", Shape("quotient", 100.0)),
        ("records", {"measure": "sources.working"}, "C62", Shape("sum")),
        ("table", {}, "P1", Shape("quotient", 100.0)),
        ("table", {}, "VND", Shape("sum")),
    ],
)
def test_how_cells_become_values(db, kind, spec, unit, shape):
    assert shape_of(unsaved(kind, spec, unit=unit)) == shape
