"""What simulated citizens report: the same for the same seed, by the rhythm of days, fitting the places."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from halong.core.formats import ZONE
from halong.simulation.citizens.happenings import STORM_KINDS, Town, reporting
from halong.simulation.storm import HOUR, Storm

END = datetime(2026, 11, 23, 5, tzinfo=UTC)
MONTH = END - timedelta(days=30)


def test_the_same_seed_gives_the_same_reports(book, town):
    again = Town(book, 7, list(town._units.values()))
    assert again.between(MONTH, END) == town.between(MONTH, END)
    other = Town(book, 8, list(town._units.values()))
    assert other.between(MONTH, END) != town.between(MONTH, END)


def test_a_span_is_what_its_parts_are(town):
    middle = MONTH + timedelta(days=11, hours=5)
    parts = town.between(MONTH, middle) + town.between(middle, END)
    assert parts == town.between(MONTH, END)


def test_a_month_has_some_hundred_reports_with_names_of_their_own(town):
    rows = town.between(MONTH, END)
    assert 300 <= len(rows) <= 650
    assert len({row.key for row in rows}) == len(rows)
    assert all(MONTH < row.at <= END for row in rows)


def test_evenings_are_busier_than_nights_and_working_days_than_weekends(town):
    rows = town.between(END - timedelta(days=360), END)
    hours = Counter(row.at.astimezone(ZONE).hour for row in rows)
    assert hours[19] + hours[20] > 6 * (hours[2] + hours[3])
    days = Counter(row.at.astimezone(ZONE).weekday() for row in rows)
    assert sum(days[n] for n in range(5)) / 5 > 1.1 * (days[5] + days[6]) / 2
    assert reporting(datetime(2026, 11, 23, 19, tzinfo=ZONE)) > 10 * reporting(
        datetime(2026, 11, 23, 3, tzinfo=ZONE)
    )


def test_texts_are_varied_and_filled_in(town):
    rows = town.between(MONTH, END)
    texts = [row.text for row in rows]
    assert len(set(texts)) > 0.9 * len(texts)
    assert not any("{" in text or "đường đường" in text.lower() for text in texts)
    assert min(map(len, texts)) >= 5
    languages = Counter(row.language for row in rows)
    assert 0 < languages["en"] < 0.2 * languages["vi"]
    plain = [text for row, text in zip(rows, texts, strict=True) if row.language == "vi" and text.isascii()]
    assert plain  # written without accents


def test_kinds_fit_the_places(book, town):
    for row in town.between(MONTH, END):
        topic = book.topics[row.topic]
        if ":burst:" not in row.key:
            assert not topic.only or row.place in topic.only
        assert row.street in (
            *book.streets.get(row.place, ()),
            *book.streets["ward"],
            *book.streets["commune"],
        )


def test_bursts_bring_many_of_a_kind_within_two_hours_and_a_street(town):
    rows = [row for row in town.between(END - timedelta(days=90), END) if ":burst:" in row.key]
    bursts = {}
    for row in rows:
        bursts.setdefault(row.key.rpartition(":")[0], []).append(row)
    assert bursts
    for found in bursts.values():
        assert len({row.code for row in found}) == 1
        assert max(row.at for row in found) - min(row.at for row in found) <= timedelta(minutes=100)
        assert max(row.lat for row in found) - min(row.lat for row in found) < 0.003


def test_repeated_reports_name_the_first(town):
    rows = {row.key: row for row in town.between(MONTH, END)}
    twins = [row for row in rows.values() if row.twin in rows]
    assert twins
    assert all(rows[row.twin].code == row.code and rows[row.twin].at < row.at for row in twins)


def test_what_waits_at_the_start_has_come_in_lately(town):
    rows = town.fresh(END)
    assert len(rows) >= 10
    assert all(END - timedelta(minutes=101) <= row.at <= END for row in rows)
    assert {row.code for row in rows} >= {"water-supply", "conduct", "other"}


def test_a_storm_brings_its_own_kinds_while_it_blows(town):
    storm = Storm(int(datetime(2026, 9, 1, 3, tzinfo=UTC).timestamp()))
    start = datetime.fromtimestamp(storm.start, UTC)
    rows = list(town.in_storm(storm, start, start + timedelta(hours=24)))
    assert len(rows) > 40
    assert {row.code for row in rows} <= set(STORM_KINDS)
    halves = [*town.in_storm(storm, start, start + timedelta(hours=9)),
              *town.in_storm(storm, start + timedelta(hours=9), start + timedelta(hours=24))]  # fmt: skip
    assert halves == rows
    assert not list(town.in_storm(storm, start - timedelta(hours=3), start + timedelta(seconds=HOUR / 2)))


def test_a_day_without_reports_before_the_profile_is_no_trouble(town):
    assert town.of_day(date(2025, 7, 1))
