"""People and a place, as several packages' tests want them."""

from datetime import date

import pytest

from halong.accounts.models import Grant, User
from halong.core.permissions import SYSTEM
from halong.places.actions import save_place
from halong.places.models import Place


@pytest.fixture
def person(db):
    """Makes people: ``person("lan", "officer", agency=health, email="lan@example.vn")``."""

    def make(name, role="officer", *, agency=None, place=None, sector="", **given):
        user = User.objects.create(username=name, **({"full_name": name.title()} | given))
        Grant.objects.create(user=user, role=role, agency=agency, place=place, sector=sector)
        return user

    return make


@pytest.fixture
def chair(person):
    """A leader of the whole province."""
    return person("chair", "leader")


@pytest.fixture
def ward(db):
    """A place of today."""
    place = Place(code="06793", name="Phường Cẩm Phả", kind="ward", valid_from=date(2025, 7, 1))
    return save_place(place, by=SYSTEM)
