"""Every page of incidents is drawn, for those who may see it."""

import pytest
from django.urls import reverse

PAGES = [
    "incidents",
    "incidents-map",
    "incidents-board",
    "incidents-now",
    "incident-declare",
    "incident-offer",
]
OF_ONE = ["incident", "incident-now", "incident-timeline", "incident-people", "incident-near", "incident-map",
          "incident-area", "incident-task", "incident-review"]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_drawn(desk, incident, name):
    assert desk.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", OF_ONE)
def test_a_page_of_an_incident_is_drawn(desk, incident, name):
    assert desk.get(reverse(name, args=[incident.pk])).status_code == 200
