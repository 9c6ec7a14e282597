from datetime import date

import pytest

from halong.accounts.actions import GrantSpec, create_user
from halong.core.permissions import SYSTEM
from halong.places.models import Agency, Place

PASSWORD = "thuyền buồm đỏ thắm"


def branch(model, code, parent=None, **more):
    """A node of a tree with its path, as the places module makes it."""
    node = model.objects.create(
        code=code, name=code.title(), parent=parent, valid_from=date(2019, 1, 1), **more
    )
    node.path = f"{parent.path if parent else '/'}{node.pk}/"
    node.save(update_fields=["path"])
    return node


@pytest.fixture
def trees(db):
    """A province with two communes, a department with an office."""
    province = branch(Place, "tinh", kind=Place.Kind.PROVINCE)
    department = branch(Agency, "so")
    return {
        "tinh": province,
        "ha-lam": branch(Place, "ha-lam", province, kind=Place.Kind.WARD),
        "bai-chay": branch(Place, "bai-chay", province, kind=Place.Kind.WARD),
        "so": department,
        "chi-cuc": branch(Agency, "chi-cuc", department),
    }


@pytest.fixture
def make(db):
    """Make a person with roles: ``make("lan", "officer", place=…)``."""

    def made(name, *roles, password=PASSWORD, **scope):
        grants = [GrantSpec(role, **scope) for role in roles]
        user, _password = create_user(
            name, by=SYSTEM, grants=grants, password=password, must_change_password=False
        )
        return user

    return made


@pytest.fixture
def admin(make):
    return make("quan-tri", "administrator")


@pytest.fixture(autouse=True)
def quick_hashes(request, settings):
    """Argon2 takes its time by design; only what measures that time needs it."""
    if "slow_hashes" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def slow_hashes():
    """Ask for Argon2."""
