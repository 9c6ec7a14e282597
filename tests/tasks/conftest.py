"""Agencies with people, and tasks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.people import chair, person, ward

from halong.core.permissions import SYSTEM
from halong.places.actions import save_agency
from halong.places.models import Agency
from halong.tasks.actions import TaskDraft, create_task

__all__ = ["chair", "person", "ward"]

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def province(db):
    """The committee of the province."""
    return save_agency(
        Agency(code="QN.UBND", name="UBND tỉnh", valid_from=date(2025, 7, 1), phone="0203 1"), by=SYSTEM
    )


@pytest.fixture
def health(province):
    """A department of it."""
    agency = Agency(
        code="QN.SYT", name="Sở Y tế", parent=province, valid_from=date(2025, 7, 1), phone="0203 2"
    )
    return save_agency(agency, by=SYSTEM)


@pytest.fixture
def lan(person, health):
    """An officer of the department."""
    return person("lan", agency=health, phone="0912 345 678")


@pytest.fixture
def give(chair, health):
    """Gives tasks: ``give(hours=5)``."""

    def make(title="Kiểm tra trạm Cẩm Phả", *, hours=72, by=None, agency=None, **given):
        draft = TaskDraft(title=title, agency=agency or health, due_at=NOW + timedelta(hours=hours), **given)
        return create_task(draft, by=by or chair)

    return make
