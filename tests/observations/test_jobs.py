"""What is let go, and what is made beforehand."""

from datetime import UTC, datetime, timedelta

import pytest

from halong.observations.jobs import let_go, make_partitions, roll_up
from halong.observations.rollups import keep_days


def partitions(rows):
    """The days that have a partition."""
    return {
        name
        for (name,) in rows(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'observation'::regclass"
        )
    }


def test_tomorrow_s_partition_is_there_today(rows):
    make_partitions(0)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert f"observation_{tomorrow:%Y%m%d}" in partitions(rows)


def test_old_readings_go_and_their_means_stay(pm25, put, rows, at, monkeypatch):
    put(pm25, [(at(8, 5), 5.0, 0), (datetime.now(UTC) - timedelta(hours=3), 6.0, 0)])
    before = rows("SELECT count(*) FROM rollup_hour")
    monkeypatch.setenv("HALONG_KEEP_READINGS_DAYS", "30")
    let_go(0)
    assert rows("SELECT value FROM observation") == [(6.0,)]
    assert "observation_20181009" not in partitions(rows)
    put(pm25, [(at(8, 10), 50.0, 0)])  # a late reading doesn't spoil the mean of readings that are gone
    assert rows("SELECT count(*) FROM rollup_hour") == before
    assert rows("SELECT mean FROM rollup_hour ORDER BY time LIMIT 1") == [(5.0,)]
    monkeypatch.setenv("HALONG_KEEP_MEANS_DAYS", "30")
    let_go(0)
    assert rows("SELECT mean FROM rollup_hour") == [(6.0,)]


def test_without_a_setting_everything_is_kept(pm25, put, rows, at, monkeypatch):
    monkeypatch.delenv("HALONG_KEEP_READINGS_DAYS", raising=False)
    put(pm25, [(at(8, 5), 5.0, 0)], compute=False)
    let_go(0)
    roll_up(0)
    assert rows("SELECT mean FROM rollup_hour") == [(5.0,)]


@pytest.mark.parametrize(("given", "days"), [("", 0), ("0", 0), ("nonsense", 0), ("1", 2), ("365", 365)])
def test_days_are_read_from_the_environment(given, days, monkeypatch):
    monkeypatch.setenv("HALONG_KEEP_TEST_DAYS", given)
    assert keep_days("HALONG_KEEP_TEST_DAYS") == days
