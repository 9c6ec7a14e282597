from contextlib import suppress

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from halong.core.units import UnknownUnitError, convert, is_known, unit_code, unit_symbol


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("µg/Nm3", "GQ"), ("ug/m3", "GQ"), ("μg/m³", "GQ"), ("UG/M3", "GQ"), ("µg / m^3", "GQ"),
        ("mg/Nm3", "GP"),
        ("mg/L", "M1"), ("mg/l", "M1"), ("mg/lít", "M1"), ("μg/l", "H29"), ("oC", "CEL"), ("°C", "CEL"),
        ("ºC", "CEL"), ("℃", "CEL"), ("C", "CEL"), ("m3/h", "MQH"), ("m³/h", "MQH"), ("m3/giờ", "MQH"),
        ("m3/ngày", "G52"), ("-", "C62"), ("", "C62"), ("pH", "C62"), ("Pt-Co", "C62"), ("Pt - Co", "C62"),
        ("%", "P1"), ("%V", "P1"), ("% V", "P1"), ("NTU", "C62"), ("mS/cm", "H61"),
        ("µS/cm", "G42"), ("‰", "NX"),
        ("ppm", "59"), ("m/s", "MTS"), ("GQ", "GQ"), (" M1 ", "M1"), ("hPa", "A97"), ("mmHg", "HN"),
    ],
)  # fmt: skip
def test_units_as_people_and_loggers_write_them(text, code):
    assert unit_code(text) == code


@pytest.mark.parametrize("text", ["furlong", "mg", "??", "µg/m2"])
def test_an_unknown_unit_is_an_error(text):
    with pytest.raises(UnknownUnitError):
        unit_code(text)


@given(st.text(max_size=20))
def test_no_text_breaks_it(text):
    with suppress(UnknownUnitError):
        assert is_known(unit_code(text))


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1.2, "GP", "GQ", 1_200.0), (0.1, "GP", "GQ", 100.0), (350.0, "GQ", "GP", 0.35),
        (0.7, "M1", "H29", 700.0),
        (36.0, "KMH", "MTS", 10.0), (1.0, "MQS", "MQH", 3_600.0), (24.0, "G52", "MQH", 1.0),
        (25.0, "CEL", "KEL", 298.15),
        (5.0, "P1", "P1", 5.0), (101.3, "KPA", "A97", 1_013.0),
    ],
)  # fmt: skip
def test_conversion(value, source, target, expected):
    assert convert(value, source, target) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("source", "target"), [("59", "GQ"), ("CEL", "P1"), ("XX", "GQ"), ("GQ", "XX")])
def test_other_quantities_are_never_converted(source, target):
    with pytest.raises(UnknownUnitError):
        convert(1.0, source, target)


@given(st.floats(-1e6, 1e6), st.sampled_from([("GP", "GQ"), ("M1", "H29"), ("CEL", "KEL"), ("MQH", "G51")]))
def test_there_and_back(value, pair):
    one, other = pair
    assert convert(convert(value, one, other), other, one) == pytest.approx(value, abs=1e-6)


def test_symbols_to_show():
    assert (unit_symbol("GQ"), unit_symbol("C62"), unit_symbol("ZZZ")) == ("µg/m³", "", "ZZZ")


@pytest.mark.parametrize(("language", "said"), [("vi", "phút"), ("en", "min")])
def test_units_that_are_words_are_said_in_the_readers_language(language, said):
    with override(language):
        assert unit_symbol("MIN") == said
