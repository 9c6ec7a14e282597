"""A browser without scripts, and one whose script does the work."""

import base64
import hashlib
import itertools
import json
import uuid

import pytest
from tests.citizens.conftest import agencies, catalogue, clock, key, person, province, send, staff, wards

__all__ = ["agencies", "catalogue", "clock", "key", "person", "province", "send", "staff", "wards"]


def solved(client):
    """The proof of work, as the page's worker does it."""
    given = client.get("/c/api/challenge").json()
    number = next(
        n
        for n in itertools.count()
        if hashlib.sha256(f"{given['salt']}{n}".encode()).hexdigest() == given["challenge"]
    )
    return base64.b64encode(json.dumps({**given, "number": number}).encode()).decode()


@pytest.fixture
def post(client, catalogue, wards):
    """Deliver a report as the queue of a phone does."""

    def make(expect=201, altcha=None, **given):
        body = {
            "client_id": str(uuid.uuid4()),
            "category": "pothole",
            "text": "Ổ gà sâu trước cổng chợ",
            "place": wards[0].pk,
        }
        body |= {"altcha": solved(client) if altcha is None else altcha, **given}
        answer = client.post(
            "/c/api/reports", json.dumps(body), "application/json", headers={"accept": "application/json"}
        )
        assert answer.status_code == expect, answer.content
        return answer.json()

    return make
