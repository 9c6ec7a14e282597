"""A team with people and turns."""

from datetime import UTC, datetime, timedelta

import pytest

from halong.accounts.models import Grant, User
from halong.core.permissions import SYSTEM
from halong.duty.actions.rota import add_shift
from halong.duty.actions.teams import TeamDraft, save_member, save_team
from halong.duty.models import DutyRole

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def person(db):
    """Makes people: ``person("lan", "operator", phone="0912")``."""

    def make(name, role="operator", *, full_name="", phone="", email="", **scope):
        user = User.objects.create(
            username=name, full_name=full_name or name.title(), phone=phone, email=email
        )
        Grant.objects.create(user=user, role=role, **scope)
        return user

    return make


@pytest.fixture
def administrator(person):
    """Who sets up duty."""
    return person("quan", "administrator")


@pytest.fixture
def team(administrator):
    """A team without people."""
    return save_team(TeamDraft("Trực ban IOC"), by=administrator)


@pytest.fixture
def watch(team, person):
    """A team with Lan (leader) and Minh (officer) on now; Hoa is a member who is off."""
    people = {
        "lan": person("lan", full_name="Vũ Thị Lan", phone="0912 000 001", email="lan@example.vn"),
        "minh": person("minh", full_name="Lê Quang Minh", phone="0912 000 002", email="minh@example.vn"),
        "hoa": person("hoa", full_name="Trần Thị Hoa", phone="0912 000 003", email="hoa@example.vn"),
    }
    roles = {"lan": DutyRole.LEADER, "minh": DutyRole.OFFICER, "hoa": DutyRole.OFFICER}
    for name, user in people.items():
        save_member(team, user, roles[name], by=SYSTEM)
    for name in ("lan", "minh"):
        add_shift(
            team, people[name], roles[name], NOW - timedelta(hours=1), NOW + timedelta(hours=6), by=SYSTEM
        )
    return people
