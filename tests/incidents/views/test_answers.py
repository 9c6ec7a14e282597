"""Numbers as people write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.core.errors import Invalid
from halong.core.formats import format_number
from halong.incidents.forms.declare import parts_of
from halong.incidents.screens.answers import answers_of, number
from halong.playbooks.schema import read_step

PLAN = read_step({
    "key": "call", "title": "Gọi", "checks": [{"key": "told", "text": "Đã báo"}, {"key": "port", "text": "Cảng vụ"}],
    "asks": [{"key": "aboard", "label": "Số người"}],
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [("46", 46), ("1,5", 1.5), ("1.5", 1.5), ("1.234,5", 1234.5), ("12 000", 12000), ("-3", -3)],
)
def test_a_number(text, value):
    assert number(text) == value


@given(st.integers(-(10**9), 10**9), st.integers(1, 99))
def test_what_halong_writes_with_decimals_it_reads(whole, hundredths):
    value = whole + hundredths / 100
    assert math.isclose(number(format_number(value, 2, lang="vi")), value, abs_tol=1e-6)


@pytest.mark.parametrize("text", ["", "nan", "inf", "-inf", "1,2,3", "a few", "١e999"])
def test_no_number(text):
    with pytest.raises(ValueError, match=r"could not convert|^-?(nan|inf|١e999)$"):
        number(text)


def test_ticks_and_readings():
    assert answers_of(PLAN, {"check-told": "on", "ask-aboard": " 46 "}) == {"told": True, "aboard": 46}
    assert answers_of(PLAN, {"ask-aboard": ""}) == {}
    with pytest.raises(Invalid):
        answers_of(PLAN, {"ask-aboard": "many"})


@given(st.text(max_size=200))
def test_parts_are_kinds_with_their_number_once(text):
    found = parts_of(text)
    assert len(set(found)) == len(found)
    assert all(kind == "press" or ref.isdecimal() for kind, ref in found)


def test_parts_in_words():
    text = "alert:17 alert:17 call:3 fire:1 report:x press:https://example.vn/a:b"
    assert parts_of(text) == [("alert", "17"), ("call", "3"), ("press", "https://example.vn/a:b")]
