"""Letters that play tricks."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.citizens.masking import mask
from halong.citizens.plain import TRICKS, plain


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("a\u202eb\u2066c\u2069", "abc"),
        ("09\u200b12", "0912"),
        ("x\x00y\r\nz\rw", "xy\nz\nw"),
        ("Gia\u0300", "Già"),
        ("e" + "\u0301" * 40, "é" + "\u0301" * 3),
        ("👨\u200d👩\u200d👧 ok", "👨\u200d👩\u200d👧 ok"),
    ],
)
def test_what_is_left(given, left):
    assert plain(given) == left


@given(st.text())
def test_plain_text_stays_and_has_no_tricks(text):
    once = plain(text)
    assert (plain(once), TRICKS.search(once), unicodedata.is_normalized("NFC", once)) == (once, None, True)


def test_a_number_can_not_hide_between_letters_without_width():
    assert mask("gọi 09\u200b12 345\u2060 678").text == "gọi [SĐT]"
