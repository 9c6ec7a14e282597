"""Incidents that run a playbook, for tests of steps."""

import pytest
from tests.incidents.steps.making import make_incident, make_version
from tests.people import person, ward

from halong.core.permissions import SYSTEM
from halong.incidents.steps.actions import begin_playbook

__all__ = ["person", "ward"]


@pytest.fixture
def run(db):
    """Makes an incident that runs these steps: ``run([{"key": …}], place=ward)``."""

    def make(rows, *, by=SYSTEM, **given):
        incident = make_incident(**given)
        begin_playbook(incident, make_version(rows), by=by)
        return incident

    return make


@pytest.fixture
def coordinator(person):
    """Somebody on duty, who coordinates."""
    return person("coordinator", "operator")


@pytest.fixture
def commander(person):
    """A leader."""
    return person("commander", "leader")
