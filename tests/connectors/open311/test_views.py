"""The page of what is exchanged, and who may decide."""

import pytest
from django.urls import reverse
from django.utils import timezone

from halong.citizens.actions import triage
from halong.connectors.open311.models import Exchange


@pytest.fixture
def refused(connect, send, staff):
    source = connect(push="pothole = H7")
    report = triage.route_report(send().report, by=staff["duty"])
    return Exchange.objects.create(
        source=source,
        report=report,
        direction="out",
        state="failed",
        error="400: no such service",
        created_at=timezone.now(),
    )


def test_what_was_refused_is_seen_and_sent_again(client, refused, staff, django_assert_max_num_queries):
    client.force_login(staff["admin"])
    with django_assert_max_num_queries(25):
        page = client.get(reverse("open311-exchange"), {"state": "failed"})
    assert (page.status_code, "400: no such service" in page.content.decode()) == (200, True)
    answer = client.post(reverse("open311-settle", args=[refused.pk]), {"do": "retry"})
    refused.refresh_from_db()
    assert (answer.status_code, refused.state) == (302, "waiting")
    client.post(reverse("open311-settle", args=[refused.pk]), {"do": "drop"})
    refused.refresh_from_db()
    assert refused.state == "dropped"


def test_others_decide_nothing(client, refused, staff):
    client.force_login(staff["officer"])
    assert client.post(reverse("open311-settle", args=[refused.pk]), {"do": "retry"}).status_code == 403
    refused.refresh_from_db()
    assert refused.state == "failed"
