"""A team with people and turns."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.people import person

from halong.core.permissions import SYSTEM
from halong.duty import near
from halong.duty.actions.rota import add_shift
from halong.duty.actions.teams import TeamDraft, save_member, save_team
from halong.duty.models import DutyRole

__all__ = ["person"]
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def _names_looked_at_anew():
    """Places of one test aren't known to the next."""
    near._names._looked = -near.LOOK_S


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
        "lan": person(
            "lan", "operator", full_name="Vũ Thị Lan", phone="0912 000 001", email="lan@example.vn"
        ),
        "minh": person(
            "minh", "operator", full_name="Lê Quang Minh", phone="0912 000 002", email="minh@example.vn"
        ),
        "hoa": person(
            "hoa", "operator", full_name="Trần Thị Hoa", phone="0912 000 003", email="hoa@example.vn"
        ),
    }
    roles = {"lan": DutyRole.LEADER, "minh": DutyRole.OFFICER, "hoa": DutyRole.OFFICER}
    for name, user in people.items():
        save_member(team, user, roles[name], by=SYSTEM)
    for name in ("lan", "minh"):
        add_shift(
            team, people[name], roles[name], NOW - timedelta(hours=1), NOW + timedelta(hours=6), by=SYSTEM
        )
    return people
