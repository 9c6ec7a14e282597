"""People and a playbook, for tests of playbooks."""

import pytest
from tests.people import person  # noqa: F401 -- a fixture

from halong.core.permissions import SYSTEM
from halong.playbooks.actions import Head, create_playbook, publish_playbook
from halong.playbooks.schema import read_steps

STEPS = [
    {"key": "call", "title": "Gọi tàu", "title_en": "Call the boat", "role": "coordinator", "due_minutes": 5,
     "asks": [{"key": "people", "label": "Số người", "unit": "người"}], "checks": [{"key": "list", "text": "Danh sách"}]},
    {"key": "rescue", "title": "Cứu", "after": ["call"], "condition": "call.people > 0"},
]  # fmt: skip


@pytest.fixture
def writer(person):
    """Somebody who may edit playbooks."""
    return person("writer", "administrator")


@pytest.fixture
def draft(db):
    """A playbook with a draft only."""
    return create_playbook(
        Head("Tàu gặp nạn", "boat", 1, "Boat in distress"), by=SYSTEM, steps=read_steps(STEPS)
    )


@pytest.fixture
def published(draft):
    """A playbook whose first version is in force."""
    publish_playbook(draft, by=SYSTEM, edits=1)
    return draft
