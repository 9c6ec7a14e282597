"""Wherever something simulated is shown, it says so."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from halong.accounts.models import Grant, User
from halong.citizens.actions.arriving import look_at_new
from halong.citizens.measures import MEASURES
from halong.citizens.models import Photo, Report, ServiceNotice, Suggestion
from halong.citizens.queries import statistics
from halong.citizens.telling import tell_followers
from halong.core import registry
from halong.core.permissions import SYSTEM
from halong.notify.models import Delivery, Notice
from halong.simulation.citizens.staff import ACCOUNTS, simulated_staff
from halong.simulation.citizens.voices import keep_notices, make_ideas

pytestmark = pytest.mark.django_db
WORD = "mô phỏng"


@pytest.fixture
def world(make_past, book):
    cache.clear()
    _count, now = make_past(days=10, fresh=True)
    make_ideas(book, 7, simulated_staff(), now)
    keep_notices(book, simulated_staff(), now)
    return now


@pytest.fixture
def duty(world, client):
    user = User.objects.create(username="truc", email="truc@example.vn")
    Grant.objects.create(user=user, role="operator")
    Grant.objects.create(user=user, role="leader")
    client.force_login(user)
    return user


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query, headers={"accept-language": "vi"})
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def test_public_pages_and_files(world, client):
    shown = Report.objects.shown().count()
    assert page(client, "public-reports").lower().count(WORD) >= 20
    report = Report.objects.shown().filter(state="closed").first()
    assert WORD in page(client, "public-report", report.pk)
    assert "có phản ánh mô phỏng" in page(client, "public-report-figures")
    rows = list(csv.DictReader(io.StringIO(page(client, "public-reports-csv").removeprefix("\ufeff"))))
    assert ({row["simulated"] for row in rows}, len(rows)) == ({"1"}, shown)
    feed = page(client, "public-reports-rss")
    assert feed.count("<item>") == feed.count(f"({WORD})</title>") > 0
    for zoom in (8, 16):
        features = json.loads(page(client, "public-reports-geojson", zoom=zoom))["features"]
        assert {feature["properties"]["simulated"] for feature in features} == {True}
    spots = json.loads(page(client, "public-report-hot-spots"))["features"]
    assert all(spot["properties"]["simulated"] for spot in spots)
    assert page(client, "public-suggestions").count(WORD) >= Suggestion.objects.shown().count() > 0
    assert WORD in page(client, "public-suggestion", Suggestion.objects.shown().first().pk)
    assert page(client, "public-notices").lower().count(WORD) >= ServiceNotice.objects.count() > 0


def test_open311(world, client):
    plain = json.loads(client.get("/open311/v2/requests.json").content)
    assert all(row["service_notice"].endswith(f"({WORD})") for row in plain)
    assert not any("extended_attributes" in row for row in plain)
    wide = json.loads(client.get("/open311/v2/requests.json", {"extensions": "true"}).content)
    assert [row["extended_attributes"] for row in wide] == [{"simulated": True}] * len(plain)
    one = client.get(f"/open311/v2/requests/{plain[0]['service_request_id']}.xml", {"extensions": "true"})
    assert b"<extended_attributes><simulated>true</simulated></extended_attributes>" in one.content
    updates = json.loads(
        client.get("/open311/v2/servicerequestupdates.json", {"start_date": "2020-01-01"}).content
    )
    assert updates
    assert all(row["description"].endswith(f"({WORD})") for row in updates)


def test_the_desk(duty, client):
    waiting = Report.objects.filter(state="sent").count()
    assert page(client, "reports-triage").count(WORD) >= waiting
    assert WORD in page(client, "reports", tab="working")
    assert WORD in page(client, "report", Report.objects.filter(state="working").first().pk)
    assert WORD in page(client, "reports-figures")
    assert WORD in page(client, "suggestions")
    assert WORD in page(client, "service-notices")
    lines = list(csv.DictReader(io.StringIO(page(client, "reports-figures-csv").removeprefix("\ufeff"))))
    assert {line["simulated"] for line in lines if line["received"] != "0"} == {"1"}
    if Photo.objects.filter(state="ready", released_at=None).exists():
        assert WORD in page(client, "reports-moderation")


def test_numbers_and_indicators_know(world):
    start = world - timedelta(days=11)
    assert statistics.flow(SYSTEM, start=start, end=world).simulated
    assert all(measure.simulated(start, world) for measure in MEASURES)
    Report.objects.update(simulated=False)
    assert not statistics.flow(SYSTEM, start=start, end=world).simulated
    assert not any(measure.simulated(start, world) for measure in MEASURES)


def test_nobody_outside_is_told(duty, settings):
    """Handlers hear of simulated reports in the product, with the word; no mail goes out, and no citizen hears at all."""
    settings.EMAIL_HOST = "mail.example.vn"
    Report.objects.filter(state="sent").update(urgent=True)
    look_at_new()
    told = Notice.objects.filter(user=duty, kind="report")
    assert told.exists()
    assert all(WORD in notice.title for notice in told)
    assert not Delivery.objects.exists()
    report = Report.objects.filter(state="working").first()
    assert tell_followers(report, "resolved", "key", timezone.now()) == 0


def test_a_burst_raises_an_alert_that_says_so(world):
    from halong.alerts.models import Alert

    look_at_new()
    alerts = Alert.objects.filter(cause__startswith="reports:water-supply")
    assert [alert.simulated for alert in alerts] == [True] * max(1, len(alerts))


def test_going_live_removes_all_of_it(world):
    for key in ("citizens", "simulated partner", "simulated officers"):
        registry.simulated_removers[key](by=SYSTEM)
    for model in (Report, Suggestion, ServiceNotice, Photo):
        assert not model.objects.exists()
    assert not User.objects.filter(username__in=ACCOUNTS).exists()
