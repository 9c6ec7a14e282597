"""Formats of numbers, times and ages (core.formats), which every screen shows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from halong.core import formats

NOON = datetime(2026, 11, 23, 7, 5, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (1234.5, None, "1.234,5", "1,234.5"),
        (1234.5, 2, "1.234,50", "1,234.50"),
        (41280, 0, "41.280", "41,280"),
        (-0.04, 1, "0,0", "0.0"),
        (-3.25, None, "−3,25", "−3.25"),
        (0.00049, None, "0", "0"),
        (None, 1, "–", "–"),
        (float("nan"), 1, "–", "–"),
    ],
)
def test_numbers(value, decimals, vi, en):
    assert (formats.format_number(value, decimals, "vi"), formats.format_number(value, decimals, "en")) == (
        vi,
        en,
    )


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 6))
def test_a_number_reads_back(value, decimals):
    text = formats.format_number(value, decimals, "vi").replace(".", "").replace(",", ".").replace("−", "-")
    assert float(text) == pytest.approx(value, abs=0.5 * 10**-decimals + abs(value) * 1e-6)


def test_times_stand_in_the_zone_of_vietnam():
    assert formats.format_datetime(NOON) == "23/11/2026 14:05"
    assert formats.format_datetime(NOON.replace(tzinfo=None), seconds=True) == "23/11/2026 14:05:20"
    assert formats.format_date(datetime(2026, 11, 22, 18, tzinfo=UTC)) == "23/11/2026"
    assert formats.format_date(date(2026, 11, 23)) == "23/11/2026"
    assert formats.format_day(date(2026, 11, 23), "vi") == "Thứ Hai, 23/11/2026"
    assert formats.format_day(NOON, "en") == "Monday, 23/11/2026"


@pytest.mark.parametrize(
    ("ago", "english"),
    [
        (timedelta(seconds=20), "updated 14:05:20"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=1), "23/11/2026 14:05"),
        (timedelta(minutes=-10), "23/11/2026 14:05"),
    ],
)
def test_ages(ago, english):
    with translation.override("en"):
        assert formats.format_age(NOON, now=NOON + ago) == english


def test_durations_have_two_units():
    with translation.override("en"):
        assert [formats.format_duration(s) for s in (20, 38 * 60, 80 * 60, 3600 * 51)] == [
            "20 seconds",
            "38 minutes",
            "1 hour 20 minutes",
            "2 days 3 hours",
        ]
