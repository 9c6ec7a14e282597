"""Periods of the calendar."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from halong.core.errors import Invalid
from halong.core.formats import local
from halong.indicators.grains import (
    GRAINS,
    code_of,
    day_of,
    label_of,
    labels_between,
    parse_period,
    period_words,
    previous,
    short_words,
    start_of,
)

instants = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@given(instants, st.sampled_from(GRAINS))
def test_every_instant_lies_in_the_period_that_its_label_ends(at, grain):
    label = label_of(at, grain)
    assert start_of(label, grain) < at <= label
    assert label_of(label, grain) == label
    assert label_of(start_of(label, grain), grain) == start_of(label, grain)
    assert previous(previous(label, grain, 7), grain, -7) == label
    assert day_of(label) == (local(label) - timedelta(microseconds=1)).date()


@given(instants, st.sampled_from(GRAINS))
def test_what_is_written_is_read_again(at, grain):
    label = label_of(at, grain)
    assert parse_period(code_of(label, grain)) == (grain, label)


@given(instants, st.sampled_from(GRAINS[1:]), st.integers(0, 40))
def test_labels_follow_each_other(at, grain, count):
    last = label_of(at, grain)
    first = previous(last, grain, count)
    labels = list(labels_between(first, at, grain))
    assert len(labels) == count
    assert all(start_of(later, grain) == earlier for earlier, later in itertools.pairwise(labels))
    assert labels[-1:] == ([last] if count else [])


def test_periods_in_words():
    label = datetime(2026, 10, 31, 17, tzinfo=UTC)
    with translation.override("en"):
        assert [period_words(label, grain) for grain in GRAINS] == [
            "00:00, 01/11", "31/10/2026", "month 10/2026", "quarter IV/2026", "year 2026",
        ]  # fmt: skip


def test_periods_of_tables():
    assert parse_period(" 2026-Q3 ") == ("quarter", datetime(2026, 9, 30, 17, tzinfo=UTC))
    assert parse_period("2026-12") == ("month", datetime(2026, 12, 31, 17, tzinfo=UTC))
    assert parse_period("2026-02-28") == ("day", datetime(2026, 2, 28, 17, tzinfo=UTC))
    assert parse_period("2026-02-28T14") == ("hour", datetime(2026, 2, 28, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["", "26", "2026-13", "2026-02-30", "2026-Q5", "10/2026", "2026-10-05T", "0000"]
)
def test_what_is_no_period(text):
    with pytest.raises(Invalid):
        parse_period(text)


@pytest.mark.parametrize(
    ("grain", "label", "words"),
    [
        ("hour", datetime(2026, 11, 23, 7, tzinfo=UTC), "14:00"),
        ("hour", datetime(2026, 11, 22, 7, tzinfo=UTC), "14:00 22/11"),
        ("day", datetime(2026, 11, 22, 17, tzinfo=UTC), "22/11"),
        ("month", datetime(2026, 10, 31, 17, tzinfo=UTC), "10/2026"),
        ("quarter", datetime(2026, 9, 30, 17, tzinfo=UTC), "Q3/2026"),
        ("year", datetime(2025, 12, 31, 17, tzinfo=UTC), "2025"),
    ],
)
def test_a_tile_names_its_period_in_few_letters(grain, label, words):
    assert short_words(label, grain, date(2026, 11, 23)) == words
