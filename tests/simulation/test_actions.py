"""Simulated tables in a real database: entered once, marked, and gone at go-live."""

from datetime import UTC, datetime, timedelta

import pytest

from halong.core import registry
from halong.core.permissions import SYSTEM
from halong.indicators.actions import ImportRow, ensure_collections, ensure_indicators, import_values
from halong.indicators.collecting import open_submissions
from halong.indicators.models import Cell, Collection, Indicator, Submission
from halong.places.models import Agency, Place
from halong.profiles.description import BUILT_IN
from halong.profiles.reading import read_profile
from halong.simulation.actions import SOURCE, send_tables

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.fixture
def loaded():
    """The places, agencies, tables and collections of Quảng Ninh's profile, without its things."""
    profile = read_profile(BUILT_IN / "quang_ninh")
    province = Place.objects.create(code="22", name="Quảng Ninh", kind="province", valid_from=NOW.date())
    Place.objects.bulk_create(
        Place(
            parent=province,
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            valid_from=row["valid_from"],
        )
        for row in profile.places
    )
    places = {place.code: place for place in Place.objects.all()}
    Agency.objects.bulk_create(
        Agency(
            code=row["code"], name=row["name"], valid_from=row["valid_from"], place=places.get(row["place"])
        )
        for row in profile.agencies
    )
    ensure_indicators([row for row in profile.figures.indicators if row["kind"] == "table"], by=SYSTEM)
    ensure_collections(profile.figures.collections, by=SYSTEM)


def cells(key):
    return Cell.objects.filter(indicator__key=key)


def test_history_is_entered_once_and_says_that_it_is_simulated(loaded):
    assert send_tables(7, NOW.timestamp(), by=SYSTEM) > 10_000
    assert send_tables(7, NOW.timestamp(), by=SYSTEM) == 0
    assert Cell.objects.filter(simulated=False).count() == 0
    assert set(Cell.objects.values_list("source", flat=True)) == {SOURCE}
    assert 725 < cells("tourism.visitors").values("label").distinct().count() <= 732
    assert 55 <= cells("economy.revenue").count() <= 61
    assert cells("economy.grdp_growth").count() in range(18, 22)


def test_what_somebody_entered_stays(loaded):
    indicator = Indicator.objects.get(key="economy.revenue")
    import_values(indicator, [ImportRow("", "QN.STC", "2026-09", 1234.0)], by=SYSTEM)
    send_tables(7, NOW.timestamp(), by=SYSTEM)
    assert cells("economy.revenue").get(simulated=False).num == 1234.0


def test_submissions_are_settled_when_the_agency_sends_and_removed_at_go_live(loaded):
    later = NOW + timedelta(days=14)
    Collection.objects.update(starts=NOW.date() - timedelta(days=60))
    open_submissions(later)
    send_tables(7, later.timestamp(), by=SYSTEM)
    settled = Submission.objects.filter(state=Submission.State.APPROVED)
    assert settled.count() > 60
    assert set(settled.values_list("note", flat=True)) == {SOURCE}
    assert all(row.submitted_at <= later for row in settled)
    removed = registry.simulated_removers["simulated submissions"](by=SYSTEM)
    assert removed["submissions"] > 60
    registry.simulated_removers["indicators"](by=SYSTEM)
    assert Cell.objects.count() == 0
