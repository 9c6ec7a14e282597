"""Clients of the people of the story, and reports in every state."""

import pytest
from django.test import Client
from tests.citizens.conftest import (
    agencies,
    catalogue,
    clock,
    person,
    picture,
    province,
    send,
    staff,
    wards,
)

from halong.citizens.actions import handling, triage
from halong.citizens.actions.answering import ProofDraft, write_answer
from halong.citizens.actions.photographs import attach_photo, check_photo
from halong.citizens.models import Photo, Report

__all__ = ["agencies", "catalogue", "clock", "person", "province", "send", "staff", "wards"]

TEXT = "Ngày 22/11/2026, đội hạ tầng đã vá 2,5 m² mặt đường trước cổng chợ bằng bê tông nhựa nóng."
MEASURE = [ProofDraft("measure", name="Độ sâu ổ gà sau khi vá", value=0, unit="cm")]


@pytest.fixture
def photo(send, staff):
    """A photograph that waits for a moderator."""
    sent = send()
    made = attach_photo(sent.report, picture(), key="1", by=sent.follower)
    check_photo(made)
    triage.route_report(sent.report, by=staff["duty"])
    return Photo.objects.get(pk=made.pk)


@pytest.fixture
def at_desk(staff):
    def client_of(who):
        client = Client()
        client.user = staff[who]
        client.force_login(staff[who])
        return client

    return client_of


@pytest.fixture
def duty(at_desk):
    return at_desk("duty")


@pytest.fixture
def officer(at_desk):
    return at_desk("officer")


@pytest.fixture
def head(at_desk):
    return at_desk("head")


@pytest.fixture
def sent(send):
    return send().report


@pytest.fixture
def routed(send, staff):
    return triage.route_report(send().report, by=staff["duty"])


@pytest.fixture
def working(routed, staff):
    return handling.accept_report(routed, by=staff["officer"])


@pytest.fixture
def answered(working, staff):
    write_answer(working, by=staff["officer"], text=TEXT, proofs=MEASURE)
    return Report.objects.get(pk=working.pk)


@pytest.fixture
def fresh():
    return lambda report: Report.objects.select_related("category", "place", "agency").get(pk=report.pk)
