"""What browsers are told by ``GET /live`` (server-sent events): soon, only what they may hear, and nothing twice missed."""

import json
import threading
import time
from contextlib import closing
from datetime import timedelta

import httpx
import pytest
from tests.e2e.conftest import eventually
from tests.e2e.doors import PATIENCE, now, post, reading
from tests.e2e.pages import faults, forms, submit

pytestmark = pytest.mark.e2e
SOON = 1.0  # seconds from a reading, or a click, to the message
LIMIT = 900.0


class Listener(threading.Thread):
    """A browser's EventSource: what it was told, with the moment; its last event id."""

    def __init__(self, browser, topics, last_event_id=None):
        super().__init__(daemon=True)
        self.told, self.last_id, self.status = [], None, None
        self.open = threading.Event()
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        self.request = (browser.base_url.join("/live"), {"topics": topics}, headers, dict(browser.cookies))
        self.client = httpx.Client(timeout=httpx.Timeout(PATIENCE, read=None))

    def run(self):
        url, params, headers, cookies = self.request
        try:
            with self.client.stream("GET", url, params=params, headers=headers, cookies=cookies) as answer:
                self.status = answer.status_code
                for line in answer.iter_lines():
                    if line.startswith("id:"):
                        self.last_id = line[3:].strip()
                        self.open.set()
                    elif line.startswith("data:") and '"topic"' in line:
                        self.told.append((time.monotonic(), json.loads(line[5:])))
        except (httpx.HTTPError, OSError, RuntimeError):
            pass  # closed by ``__exit__``
        finally:
            self.open.set()

    def __enter__(self):
        self.start()
        assert self.open.wait(PATIENCE)
        return self

    def __exit__(self, *_error):
        self.client.close()

    def after(self, moment, topic):
        """How long after a moment the first message about a topic came; None if none did."""
        return next(
            (at - moment for at, message in self.told if at >= moment and message["topic"] == topic), None
        )


@pytest.fixture(scope="module")
def operator(product):
    with closing(product.browser("operator")) as browser:
        yield browser


@pytest.fixture(scope="module")
def key(product):
    return product.key("ingest.write", "api.read")


@pytest.fixture(scope="module")
def watched(product, operator, key, new_station):
    """Four stations whose PM2.5 a rule watches; the rule is known to be at work because the first has raised its alert."""
    urns = [new_station() for _ in range(4)]
    ids = [
        str(pk)
        for (pk,) in product.rows("SELECT id FROM context_entity WHERE urn = ANY(%s) ORDER BY id", urns)
    ]
    page = operator.get("/rules/new/threshold")
    given = {"property": "pm25", "entities": ids, "direction": "above", "limit": str(LIMIT), "unit": "GQ"}
    page = submit(operator, page, "/rules/new/threshold", name=f"Thử {urns[0]}", priority="2", **given)
    assert page.url.path.removeprefix("/rules/").isdigit(), faults(page)
    page = submit(operator, page, "/switch", enabled="1")
    assert page.status_code == 200
    readings = (now() + timedelta(seconds=n) for n in range(-200, 200))

    def raised():
        assert post(product, key, [reading(urns[0], "pm25", next(readings), LIMIT + 1)])[0] == 200
        return open_alerts(product, key, urns[0])

    eventually(raised, within=30, every=0.5)
    return urns


def open_alerts(product, key, urn):
    answer = httpx.get(
        f"{product.url}/api/v1/alerts",
        params={"entity": urn, "limit": 200},
        headers={"Authorization": f"Bearer {key}"},
        timeout=PATIENCE,
    )
    return [alert for alert in answer.raise_for_status().json()["items"] if "Thử" in str(alert)]


def quiet():
    """Let the second pass in which events of a topic are put together into one."""
    time.sleep(1.2)


def test_a_reading_is_an_alert_on_the_screen_within_a_second(product, operator, key, watched):
    took = []
    with Listener(operator, "alerts") as listener:
        for urn in watched[1:]:
            quiet()
            began = time.monotonic()
            assert post(product, key, [reading(urn, "pm25", now(), LIMIT + 50)])[0] == 200
            took.append(
                eventually(lambda began=began: listener.after(began, "alerts"), within=20, every=0.02)
            )
            eventually(lambda urn=urn: open_alerts(product, key, urn))
    assert min(took) < SOON, took  # the best of three: other programs may hold the processor


def test_acknowledging_is_told_within_a_second(product, operator, key, watched):
    alert = eventually(lambda: open_alerts(product, key, watched[0]))[0]
    page = operator.get(f"/alerts/{alert['id']}")
    with Listener(operator, "alerts") as listener:
        quiet()
        began = time.monotonic()
        assert submit(operator, page, "/acknowledge").status_code == 200
        assert eventually(lambda: listener.after(began, "alerts"), within=20, every=0.02) < 3 * SOON
    assert open_alerts(product, key, watched[0])[0]["state"] == "acknowledged"
    assert not [
        action for action, _values in forms(operator.get(f"/alerts/{alert['id']}")) if "acknowledge" in action
    ]


def test_a_message_says_what_changed_and_never_how(product, operator, key, watched):
    [(entity,)] = product.rows("SELECT id FROM context_entity WHERE urn = %s", watched[0])
    with Listener(operator, f"entity:{entity},panorama") as listener:
        quiet()
        began = time.monotonic()
        post(product, key, [reading(watched[0], "pm25", now(), LIMIT + 7)])
        eventually(lambda: listener.after(began, "entity") and listener.after(began, "panorama"), within=20)
    for _at, message in listener.told:
        assert set(message) == {"topic", "id", "version", "spread"}  # the last: in how many ms listeners ask
    assert {message["id"] for _at, message in listener.told if message["topic"] == "entity"} == {str(entity)}


@pytest.fixture
def stranger(product):
    with httpx.Client(base_url=product.url, timeout=PATIENCE) as client:
        yield client


@pytest.mark.parametrize(
    "topics", ["alerts", "sources", "entity:1", "panorama,alerts", "nonsense", "alerts:1"]
)
def test_who_is_not_signed_in_hears_nothing_of_the_desk(stranger, topics):
    answer = stranger.get("/live", params={"topics": topics})
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")


@pytest.mark.parametrize("topics", ["", ",", ",".join(f"entity:{n}" for n in range(500))])
def test_topics_must_be_named_and_not_too_many(stranger, topics):
    assert stranger.get("/live", params={"topics": topics}).status_code == 422


def test_the_public_hears_of_public_pages_only(product, stranger, key, watched):
    with Listener(stranger, "public,alerts,sources") as listener:
        assert listener.status == 200
        quiet()
        began = time.monotonic()
        post(product, key, [reading(watched[0], "pm25", now(), LIMIT + 8)])
        eventually(lambda: listener.after(began, "public"), within=20)
        quiet()
    assert {message["topic"] for _at, message in listener.told} == {"public"}


def test_a_citizen_account_hears_nothing_of_the_desk(product):
    name = f"citizen{now():%H%M%S}"
    made = product.quickly("user", "add", name, "--role", "citizen")
    product.passwords[name] = made["password"]
    with closing(product.browser(name)) as browser:
        assert browser.get("/live", params={"topics": "alerts"}).status_code == 403


def test_after_an_interruption_only_what_was_missed_is_told(product, operator, key, watched):
    with Listener(operator, "panorama") as listener:
        quiet()
    seen = listener.last_id
    assert seen
    post(product, key, [reading(watched[0], "pm25", now(), LIMIT + 9)])
    with Listener(operator, "panorama") as listener:  # wait until it was told, to know that it is past
        post(product, key, [reading(watched[0], "pm25", now() - timedelta(seconds=1), LIMIT + 9)])
        eventually(lambda: listener.told, within=20)
        newest = listener.last_id
    with Listener(operator, "panorama,places", last_event_id=seen) as listener:
        eventually(lambda: listener.told, within=5)
        assert [message["topic"] for _at, message in listener.told] == ["panorama"]
    with Listener(operator, "places", last_event_id=newest) as listener:
        quiet()
        assert listener.told == []


def test_after_an_interruption_that_nobody_remembers_all_is_told(operator):
    with Listener(operator, "places,alerts", last_event_id="another-process-17") as listener:
        eventually(lambda: len(listener.told) == 2, within=5)
        assert {message["topic"] for _at, message in listener.told} == {"places", "alerts"}
