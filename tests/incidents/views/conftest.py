"""People at their browsers, and an incident whose playbook runs."""

import uuid

import pytest
from django.conf import settings
from django.test import Client
from tests.alerts.conftest import rule  # noqa: F401 -- a fixture
from tests.incidents.steps.making import make_version

from halong.incidents.actions import PartRef
from halong.incidents.steps.actions import begin_playbook

STEPS = [
    {"key": "call", "title": "Gọi biên phòng", "title_en": "Call the coast guard", "due_minutes": 10, "critical": True,
     "checks": [{"key": "told", "text": "Đã báo tọa độ"}],
     "asks": [{"key": "aboard", "label": "Số người trên tàu", "unit": "người"}]},
    {"key": "boat", "title": "Cử tàu cứu nạn", "after": ["call"], "instruction": "Tàu gần nhất.", "role": "commander"},
]  # fmt: skip
HTMX = {"HX-Request": "true"}


@pytest.fixture
def at(db):
    """Somebody's browser: ``at(operator)``."""

    def client_of(user):
        client = Client()
        client.force_login(user)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        return client

    return client_of


@pytest.fixture
def desk(at, operator):
    """The browser of the operator."""
    return at(operator)


@pytest.fixture
def alert(make_alert, ward):
    """An alert that stands."""
    return make_alert()


@pytest.fixture
def incident(declare, alert, operator):
    """A boat in distress, made of an alert, with two steps."""
    made = declare(
        title="Tàu Bình Minh gặp nạn",
        severity=3,
        lon=107.1,
        lat=20.9,
        parts=(PartRef("alert", str(alert.pk)),),
    )
    begin_playbook(made, make_version(STEPS), by=operator)
    made.refresh_from_db()
    return made


@pytest.fixture
def fresh():
    """A number that makes a sending one."""
    return lambda: str(uuid.uuid4())
