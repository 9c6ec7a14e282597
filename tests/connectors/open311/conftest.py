"""A partner's server that answers as each test says, and a source that speaks with it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.citizens.conftest import agencies, catalogue, clock, key, person, province, send, staff, wards

from halong.core.permissions import SYSTEM
from halong.ingest.actions import Ownership, add_source
from halong.places.actions import save_agency
from halong.places.models import Agency

__all__ = ["agencies", "catalogue", "clock", "key", "person", "province", "send", "staff", "wards"]


class Partner:
    """``answers`` by path: (status, body), or a function of the query; ``posted`` is what it was sent."""

    def __init__(self):
        self.answers, self.asked, self.posted = {}, [], []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.say("GET", parse_qs(urlsplit(self.path).query))

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                fields = parse_qs(body, keep_blank_values=True)
                outer.posted.append((fields, dict(self.headers)))
                self.say("POST", fields)

            def say(self, method, given):
                path = urlsplit(self.path).path
                outer.asked.append((method, path, given))
                found = outer.answers.get(
                    (method, path), (404, "<errors><error><code>404</code></error></errors>")
                )
                status, body = found(given) if callable(found) else found
                if status is None:  # the connection is lost before an answer
                    self.close_connection = True
                    return
                raw = (
                    body
                    if isinstance(body, bytes)
                    else body.encode()
                    if isinstance(body, str)
                    else json.dumps(body).encode()
                )
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args): ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def says(self, path, body, status=200, method="GET"):
        self.answers[method, f"/v2/{path}"] = body if callable(body) else (status, body)


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def partner():
    server = Partner()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def water(agencies, province):
    """The partner's agency."""
    return save_agency(
        Agency(
            code="NUOC",
            name="Công ty nước",
            kind="doanh nghiệp",
            place=province,
            valid_from=agencies["power"].valid_from,
        ),
        by=SYSTEM,
    )


@pytest.fixture
def connect(catalogue, partner, water):
    """``connect(services=…, push=…)``: the source, connected."""

    def make(url=None, agency=water, name="đối tác", **settings):
        chosen = {
            "url": url or f"{partner.url}/v2",
            "allow_private": True,
            "api_key": "their-key",
            **settings,
        }
        return add_source("open311", name, chosen, by=SYSTEM, ownership=Ownership(agency=agency))[0]

    return make


def request(number="17", **changes):
    """A request as the partner tells it."""
    return {
        "service_request_id": number,
        "status": "open",
        "service_code": "A1",
        "service_name": "Hole",
        "description": "Ổ gà lớn",
        "requested_datetime": "2026-11-23T08:00:00+07:00",
        "lat": 21.0,
        "long": 107.2,
    } | changes
