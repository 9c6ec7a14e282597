from datetime import date

import pytest

from halong.accounts.actions import GrantSpec, create_user
from halong.core.permissions import SYSTEM
from halong.places.actions import save_agency, save_place
from halong.places.models import Agency, Place

REFORM = date(2025, 7, 1)


def square(west, south, size=0.1):
    east, north = west + size, south + size
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


@pytest.fixture
def trees(db):
    """A province with a city until the reform and two wards since; a department and its office."""

    def place(code, name, kind, parent=None, **more):
        since = more.pop("valid_from", REFORM)
        return save_place(
            Place(code=code, name=name, kind=kind, parent=parent, valid_from=since, **more), by=SYSTEM
        )

    province = place("22", "Tỉnh Quảng Ninh", "province", valid_from=date(2019, 1, 1))
    city = {"valid_from": date(2019, 1, 1), "valid_to": date(2025, 6, 30)}
    department = save_agency(Agency(code="S", name="Sở Xây dựng", valid_from=date(2025, 3, 1)), by=SYSTEM)
    return {
        "province": province,
        "city": place("195", "Thành phố Cẩm Phả", "city", province, **city),
        "campha": place("06793", "Phường Cẩm Phả", "ward", province, lon=107.25, lat=21.05),
        "cuaong": place("06781", "Phường Cửa Ông", "ward", province, lon=107.35, lat=21.05),
        "haihoa": place("06799", "Xã Hải Hòa", "commune", province, lon=107.36, lat=21.15),
        "department": department,
    }


@pytest.fixture
def person(db, settings):
    """Make somebody with a role: ``person("officer", place=…)``."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    def made(role, **scope):
        grants = [GrantSpec(role, **scope)]
        name = f"{role}{len(scope)}"
        return create_user(
            name, by=SYSTEM, grants=grants, password="thuyền buồm đỏ", must_change_password=False
        )[0]

    return made
