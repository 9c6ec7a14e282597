from datetime import date

import pytest

from halong.core.permissions import SYSTEM
from halong.places.actions import save_agency, save_place
from halong.places.models import Agency, Place


@pytest.fixture
def ward(db):
    place = Place(
        code="06793", name="Phường Cẩm Phả", kind="ward", valid_from=date(2025, 7, 1), lon=107.29, lat=21.02
    )
    return save_place(place, by=SYSTEM)


@pytest.fixture
def agency(db):
    return save_agency(
        Agency(code="QN-X", name="Sở Nông nghiệp và Môi trường", valid_from=date(2025, 3, 1)), by=SYSTEM
    )
