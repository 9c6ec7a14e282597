"""Simulated citizens at the real public doors, in this process: what they send is taken in, and taken in as simulated."""

import uuid
from datetime import timedelta

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone

from halong.citizens.actions import arriving, photographs
from halong.citizens.models import Follower, Photo, Report, Suggestion
from halong.citizens.simulated import FIELD, mark_of
from halong.simulation.citizens import doors, keeper
from halong.simulation.citizens.doors import Door, NotTaken, Outside
from halong.simulation.citizens.identity import client_id_of, report_of
from halong.simulation.citizens.partner import partner_key
from halong.simulation.citizens.past import PastMaker, draft_of
from halong.simulation.citizens.pictures import picture
from halong.simulation.citizens.staff import simulated_staff

pytestmark = pytest.mark.django_db
SEED = 7


@pytest.fixture
def http():
    """A client of the product within this process and this test's transaction."""
    moments = (request_started, request_finished)
    for moment in moments:
        moment.disconnect(close_old_connections)
    transport = httpx.WSGITransport(app=WSGIHandler())
    with httpx.Client(transport=transport, base_url="http://localhost") as client:
        yield client
    for moment in moments:
        moment.connect(close_old_connections)


@pytest.fixture
def door(http, loaded):
    return Door(http, partner_key())


@pytest.fixture
def send(door, loaded, book, town):
    """Sends the first happening that fits, as the keeper does."""
    maker = PastMaker(book, SEED, simulated_staff())
    now = timezone.now()
    rows = town.between(now - timedelta(days=30), now)

    def make(**wanted):
        row = next(r for r in rows if not r.twin and all(getattr(r, k) == v for k, v in wanted.items()))
        drawn = picture(row.photo, 1) if row.photo else None
        door.send(row, draft_of(row, SEED, maker._categories, maker._places), drawn)
        return row, report_of(SEED, row)

    return make


def test_by_the_form_with_proof_of_work_and_picture(send):
    row, report = send(partner=False, photo="waste", pinned=True)
    assert (report.simulated, report.channel, report.text) == (True, "web", row.text)
    photo = Photo.objects.get(report=report)
    assert photographs.check_photo(photo) == "ready"


def test_twice_is_once(send):
    row, report = send(partner=False, photo="")
    assert send(key=row.key)[1] == report
    assert Report.objects.count() == 1


def test_as_a_partner_over_open311(send):
    row, report = send(partner=True, photo="", language="vi")
    assert (report.simulated, report.channel, report.language) == (True, "open311", "vi")
    assert report.external_id == str(client_id_of(SEED, row.key))


def test_who_insists_is_taken_in_and_marked(send):
    _row, report = send(code="conduct", partner=False)
    assert (report.simulated, report.legal) == (True, "denunciation")


def waste(places, **more):
    """A report as a form sends it."""
    return {"category": "waste", "text": "Rác ở chợ", "place": places["06793"].pk, **more}


def test_a_mark_of_somebody_else_is_worth_nothing(http, door, loaded):
    own = str(uuid.uuid4())
    form = waste(loaded, client_id=own, altcha=door.work())
    answer = http.post("/c/api/reports", json=form | {FIELD: mark_of(uuid.uuid4())})
    assert answer.status_code == 201
    assert not Report.objects.get(client_id=own).simulated


def test_nothing_simulated_is_taken_in_after_going_live(http, door, loaded, tmp_path, monkeypatch):
    monkeypatch.setattr("halong.citizens.simulated.is_live", lambda: True)
    own = str(uuid.uuid4())
    form = waste(loaded, client_id=own) | {FIELD: mark_of(own)}
    assert http.post("/c/api/reports", json=form).status_code == 403
    assert not Report.objects.exists()


def test_a_challenge_must_be_solved(http, loaded):
    own = str(uuid.uuid4())
    form = waste(loaded, client_id=own) | {FIELD: mark_of(own)}
    assert http.post("/c/api/reports", json=form | {"altcha": "bm9wZQ=="}).status_code == 422


def test_a_suggestion_by_its_form(door, book, monkeypatch):
    monkeypatch.setattr("halong.citizens.abuse.READ", timedelta(0))
    monkeypatch.setattr(doors, "READING_S", 0.0)
    door.suggest(uuid.uuid4(), book.ideas[-1])
    assert Suggestion.objects.get().simulated


def test_the_page_behind_the_code_and_same_here(door, make_past, book, town):
    _count, now = make_past(days=12)
    report = Report.objects.filter(state="resolved", rating="", public=True).first()
    row = next(r for r in town.between(now - timedelta(days=12), now) if report_of(SEED, r) == report)
    citizen = Outside(door, SEED, row)
    citizen.rate(report, "dissatisfied", "Chưa xong.")
    citizen.reopen(report, "Chỗ tôi phản ánh vẫn như cũ, đề nghị làm lại.")
    citizen.follow(report, 99)
    citizen.follow(report, 99)
    report.refresh_from_db()
    assert (report.rating, report.state, report.reopenings) == ("dissatisfied", "routed", 1)
    assert Follower.objects.filter(report=report, client_id__isnull=False).count() == report.weight
    with pytest.raises(NotTaken):
        citizen.rate(report, "satisfied", "")


def test_the_keeper_plays_the_present(http, loaded, book, monkeypatch):
    """Begins, sends what is due, leads it on by the same steps, and leaves a handful to real people."""
    monkeypatch.setattr("halong.citizens.abuse.READ", timedelta(0))
    monkeypatch.setattr(doors, "READING_S", 0.0)
    monkeypatch.setattr(keeper, "days_before", lambda now: now - timedelta(days=2))
    playing = keeper.Keeper(book, SEED, http)
    assert playing.begin() > 20
    before = Report.objects.count()
    playing.tick(timezone.now())
    arriving.look_at_new()
    assert Suggestion.objects.count() == len(book.ideas)
    assert Report.objects.filter(state="sent").count() >= keeper.HANDFUL
    later = timezone.now() + timedelta(
        hours=14
    )  # reaches into the day, whatever the hour: at night nobody writes
    playing.tick(later)
    assert Report.objects.count() > before
    assert not Report.objects.filter(simulated=False).exists()
    assert keeper.Keeper(book, SEED, http).begin() == 0
