"""Formulas: what they say, and that nothing else can be said in them."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.core.errors import Invalid
from halong.core.expression import parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.b + 2 * c", 14.0),
        ("(a.b + 2) * c", 30.0),
        ("-a.b / c", -0.8),
        ("min(a.b, c, 3) + max(a.b, 1e1)", 13.0),
        ("a.b\n + c", 9.0),
        ("+c", 5.0),
    ],
)
def test_arithmetic(text, value):
    read = parse(text)
    assert read.evaluate({"a.b": 4.0, "c": 5.0}) == value


def test_keys_in_the_order_of_the_text():
    assert parse("b.x / (a1 + b.x) * min(c_2, 1)").keys == ("b.x", "a1", "c_2")


def test_words_of_python_are_keys_like_others():
    assert parse("air.is / lambda.in").evaluate({"air.is": 6.0, "lambda.in": 3.0}) == 2.0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a / b * 100", (1.0, 4.0)),
        ("100 * a / b", (1.0, 4.0)),
        ("100 * (a / b)", (1.0, 4.0)),
        ("(a + 2) / b", (3.0, 4.0)),
        ("a + b", (None, None)),
        ("a * b", (None, None)),
    ],
)
def test_a_quotient_tells_its_parts(text, parts):
    assert parse(text).parts({"a": 1.0, "b": 4.0}) == parts


@pytest.mark.parametrize(
    "text",
    [
        "", "1 + 2", "a +", "a b", "a ** b", "a // b", "a % b", "a if b else c", "a.b()", "open(a)", "min(a)", "a[0]",
        "'x' + a", "a < b", "a and b", "True + a", "min(*a, b)", "max(a, b, key=c)", "__import__('os')", "a;b",
        "a := 3", "1e999 + a", "x" * 600, "(" * 300 + "a" + ")" * 300, "-" * 100 + "a", "a + \x00", "3.air + 1",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text):
    with pytest.raises(Invalid):
        parse(text)


def test_dividing_by_zero_has_no_value():
    read = parse("a / (b - b) * 100")
    assert read.evaluate({"a": 1.0, "b": 2.0}) is None
    assert parse("a * 1e30").evaluate({"a": 1e300}) is None


numbers = st.floats(-1e6, 1e6)
trees = st.recursive(
    st.one_of(st.sampled_from(["a", "b.c"]), st.integers(0, 999).map(str)),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        inner.map(lambda t: f"(-{t})"),
    ),
    max_leaves=12,
)


@given(trees, numbers, numbers)
def test_it_agrees_with_python(text, a, b):
    text += " + 0 * a"
    names = {"a": a, "bc": b, "min": min, "max": max}
    try:
        expected = float(eval(text.replace("b.c", "bc"), {"__builtins__": {}}, names))
    except (ZeroDivisionError, OverflowError):
        expected = math.nan
    found = parse(text).evaluate({"a": a, "b.c": b})
    assert found == expected if math.isfinite(expected) else found is None


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused(text):
    with contextlib.suppress(Invalid):
        parse(text)
