"""The units, agencies and kinds of report of the profile, in which simulated citizens live."""

from datetime import timedelta

import pytest
from django.utils import timezone

from halong.citizens.actions.catalogue import ensure_catalogue
from halong.citizens.proposals import forget_past
from halong.core.permissions import SYSTEM
from halong.places.models import Place
from halong.profiles.description import BUILT_IN
from halong.profiles.loader import _load_agencies, _load_places
from halong.profiles.reading import read_profile
from halong.simulation.citizens.book import read_book
from halong.simulation.citizens.happenings import Town, Unit
from halong.simulation.citizens.past import PastMaker
from halong.simulation.citizens.staff import simulated_staff

SEED = 7
FOLDER = BUILT_IN / "quang_ninh"


@pytest.fixture(scope="session")
def profile():
    return read_profile(FOLDER)


@pytest.fixture(scope="session")
def book():
    return read_book(FOLDER)


@pytest.fixture(scope="session")
def town(profile, book):
    """The people of the profile's units of today, without a database."""
    units = [Unit(r["code"], r["kind"], r["lon"], r["lat"]) for r in profile.places if r["valid_to"] is None]
    return Town(book, SEED, [unit for unit in units if unit.lon])


@pytest.fixture
def loaded(db, profile):
    """Units, agencies and catalogue in the database."""
    forget_past()
    _load_places(profile)
    _load_agencies(profile)
    ensure_catalogue(profile.catalogue, by=SYSTEM)
    return {place.code: place for place in Place.objects.all()}


@pytest.fixture
def make_past(loaded, book, town):
    """Makes the past of some days; returns how many reports and the moment up to which."""

    def make(days=3, now=None, fresh=False):
        now = now or timezone.now()
        begun, maker = now - timedelta(days=days), PastMaker(book, SEED, simulated_staff())
        made = maker.make(town.fresh(now), begun) if fresh else 0  # nobody has looked at these yet
        return made + maker.make(town.between(begun, now), now), now

    return make
