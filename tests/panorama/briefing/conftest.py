"""A morning with everything in it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.people import chair, person, ward

from halong.alerts.actions import Condition, raise_alert
from halong.context.scope import Scope
from halong.core.permissions import SYSTEM
from halong.panorama.briefing import actions
from halong.places.actions import save_agency
from halong.places.models import Agency
from halong.tasks.actions import TaskDraft, create_task
from halong.tasks.models import Task

__all__ = ["chair", "person", "ward"]

SEVEN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 07:00 in Vietnam
DAY = timedelta(days=1)


@pytest.fixture
def health(db):
    return save_agency(Agency(code="QN.SYT", name="Sở Y tế", valid_from=date(2025, 7, 1)), by=SYSTEM)


@pytest.fixture
def give(chair, health):
    """Gives a task that is due at a moment, also one that has passed."""

    def make(title, due_at, **given):
        draft = TaskDraft(title, health, datetime.now(UTC) + DAY, **given)
        task = create_task(draft, by=chair)
        Task.objects.filter(pk=task.pk).update(created_at=SEVEN - 9 * DAY, due_at=due_at)
        return task

    return make


@pytest.fixture
def alarm(db):
    """Raises an alert some hours before seven."""

    def make(title, *, priority=2, hours=2.0, **given):
        at = SEVEN - timedelta(hours=hours)
        return raise_alert(Condition(title, 1, at, title, priority, **given))

    return make


@pytest.fixture
def make(db):
    """Makes the briefing of a scope at seven."""

    def of(now=SEVEN, **scope):
        return actions.make_briefing(Scope(**scope), now)

    return of
