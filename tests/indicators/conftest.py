"""A small province with its trees."""

import pytest
from tests.indicators.engine import Province
from tests.indicators.screens import agencies, browse, make_indicator, put_values

__all__ = ["agencies", "browse", "make_indicator", "put_values"]


@pytest.fixture(autouse=True)
def _keep_hours(monkeypatch):
    """Readings of these tests are of 2018: nothing of them is let go."""
    monkeypatch.setenv("HALONG_KEEP_INDICATOR_HOURS_DAYS", "0")


@pytest.fixture
def province(db):
    """Three wards, a former city, three agencies."""
    return Province()
