"""No report that was answered is lost and none comes in twice, whichever process is killed with SIGKILL in the middle."""

import http.client
import io
import itertools
import os
import re
import signal
import threading
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlencode

import httpx
import pytest
from PIL import Image
from tests.e2e.conftest import eventually
from tests.e2e.doors import PATIENCE

pytestmark = pytest.mark.e2e
RECOVERS_WITHIN = 120  # jobs whose worker has died are found out once a minute
STEPS = 5  # reports of each sender that must be answered before and after each kill
KILLS, MOST_KILLS = 2, 8
FORM = {"service_code": "road-pothole", "lat": "20.956", "long": "107.048", "email": "nguoi.gui@example.vn"}
PATH = "/open311/v2/requests.json"


@pytest.fixture(scope="module")
def key(own_product):
    return own_product.key("reports.send")


def jpeg(size=(200, 150)):
    out = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(out, "JPEG")
    return out.getvalue()


class Sender(threading.Thread):
    """An application that sends one report after the other and repeats, with the same number, what wasn't answered."""

    photo = None

    def __init__(self, product, key, name, **more):
        super().__init__(daemon=True)
        self.product, self.name = product, name
        self.form = {**FORM, "api_key": key, **more}
        self.texts = []
        self.answered = {}  # text → number of the report
        self.failures = 0
        self.over = threading.Event()
        self.fault = None

    def run(self):
        try:
            with httpx.Client(base_url=self.product.url, timeout=PATIENCE) as client:
                for n in itertools.count():
                    if self.over.wait(0.03):
                        return
                    self.texts.append(f"Vướng đường {self.name} {n}")
                    self.deliver(client, self.texts[-1])
        except Exception as error:
            self.fault = error
            raise

    def deliver(self, client, text):
        while not self.post(client, text):
            self.failures += 1
            self.over.wait(0.1)

    def post(self, client, text):
        """Whether it was answered."""
        files = {"media": ("a.jpg", self.photo, "image/jpeg")} if self.photo else None
        try:
            answer = client.post(PATH, data=self.fields(text), files=files, headers=self.headers(text))
        except httpx.HTTPError:
            return False
        if answer.status_code not in self.good:
            assert answer.status_code in {500, 503}, answer.text
            return False
        self.answered[text] = int(answer.json()[0]["service_request_id"])
        return True

    good = (200, 201)  # 200: it was there already

    def fields(self, text):
        return {**self.form, "description": text}

    def headers(self, text):
        return {"Idempotency-Key": f"{self.name} {self.texts.index(text)}"}


class WithPhoto(Sender):
    """Each report with a photo, which is kept after the report."""

    photo = jpeg()


class ByExternalId(Sender):
    """Its own number of the report stands in the form."""

    def fields(self, text):
        return {**super().fields(text), "external_id": text}

    def headers(self, text):
        return {}


class Impatient(Sender):
    """Sends each report, goes away without listening, and sends it again while the first may still be under way."""

    def post(self, client, text):
        line = http.client.HTTPConnection("127.0.0.1", int(self.product.env["HALONG_PORT"]), timeout=PATIENCE)
        plain = {"Content-Type": "application/x-www-form-urlencoded"}
        with closing(line), suppress(OSError):
            line.request("POST", PATH, urlencode(self.fields(text)), plain | self.headers(text))
        return super().post(client, text)


class Once(Sender):
    """Gives no number and never repeats."""

    good = (201,)

    def deliver(self, client, text):
        if not self.post(client, text):
            self.failures += 1
            self.over.wait(0.1)

    def headers(self, text):
        return {}


def go_on(senders):
    """Wait until every sender has been answered again."""
    before = [len(sender.answered) for sender in senders]

    def all_answered():
        assert [sender.fault for sender in senders] == [None] * len(senders)
        return all(len(s.answered) >= n + STEPS for s, n in zip(senders, before, strict=True))

    eventually(all_answered, within=RECOVERS_WITHIN)


def end(senders):
    for sender in senders:
        sender.over.set()
    for sender in senders:
        sender.join(PATIENCE * 2)
    assert [(sender.fault, sender.is_alive()) for sender in senders] == [(None, False)] * len(senders)


def kill(product, victim, pid):
    """Kill one process; the supervisor brings it back."""
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: product.children().get(victim, pid) != pid, within=RECOVERS_WITHIN)


# A report with all that belongs to it: first entry, sender with sealed address, line of the log, photos, their bytes.
KEPT = """
SELECT r.text, r.id,
  (SELECT count(*) FROM citizens_reportevent e WHERE e.report_id = r.id AND e.kind = 'sent'),
  (SELECT count(*) FROM citizens_follower f JOIN citizens_contact c ON c.follower_id = f.id
   WHERE f.report_id = r.id AND f.sender),
  (SELECT count(*) FROM audit_auditentry a WHERE a.action = 'reports.sent' AND a.object_id = r.id::text),
  (SELECT count(*) FROM citizens_photo p WHERE p.report_id = r.id),
  (SELECT count(*) FROM citizens_photo p JOIN citizens_photocopy c ON c.photo_id = p.id
   WHERE p.report_id = r.id AND c.kind IN ('raw', 'work'))
FROM citizens_report r WHERE r.text = ANY(%s) ORDER BY r.id
"""


@pytest.mark.parametrize("victim", ["web", "database"])
def test_every_answered_report_outlives_a_kill_and_is_there_once(own_product, key, victim):
    kinds = (Sender, WithPhoto, ByExternalId, Impatient, Once)
    senders = [kind(own_product, key, f"{victim} {kind.__name__}") for kind in kinds]
    for sender in senders:
        sender.start()
    try:
        go_on(senders)
        for time in itertools.count(1):
            kill(own_product, victim, own_product.children()[victim])
            go_on(senders)
            if time >= KILLS and any(sender.failures for sender in senders):
                break  # it was in the middle
            assert time < MOST_KILLS
    finally:
        end(senders)
    for sender in senders:
        rows = own_product.rows(KEPT, sender.texts)
        photos = int(sender.photo is not None)
        found = {text: (number, *parts) for text, number, *parts in rows}
        assert len(found) == len(rows)
        assert {text: found[text] for text in sender.answered} == {
            text: (number, 1, 1, 1, photos, photos) for text, number in sender.answered.items()
        }
        if not isinstance(sender, Once):
            assert set(found) == set(sender.answered) == set(sender.texts)


def kill_amid(product, sql, numbers):
    """Kill the worker as soon as a part of its work on these reports is done, and not all."""
    eventually(lambda: product.rows(sql, numbers)[0][0], within=RECOVERS_WITHIN, every=0.01)
    pid = product.children()["worker"]  # as it is now: one that was held up may have been started anew
    os.kill(pid, signal.SIGKILL)
    assert 0 < product.rows(sql, numbers)[0][0] < len(numbers)
    eventually(lambda: product.children().get("worker", pid) != pid, within=RECOVERS_WITHIN)


@contextmanager
def held_up(product):
    """Stop the worker meanwhile, so that work piles up."""
    pid = product.children()["worker"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def send_many(product, key, name, count, photo=None, **more):
    """Send so many reports; their numbers."""
    sender, numbers = Sender(product, key, name, **more), []
    sender.photo = photo
    with httpx.Client(base_url=product.url, timeout=PATIENCE) as client:
        for n in range(count):
            sender.texts.append(f"Vướng đường {name} {n}")
            assert sender.post(client, sender.texts[-1])
            numbers.append(sender.answered[sender.texts[-1]])
    return numbers


LOOKED_AT = "SELECT count(*) FROM citizens_report WHERE id = ANY(%s) AND proposal <> '{}'"
CHECKED = "SELECT count(*) FROM citizens_photo WHERE report_id = ANY(%s) AND state = 'ready'"
COPIES = """
SELECT p.state, array_agg(c.kind) FROM citizens_photo p LEFT JOIN citizens_photocopy c ON c.photo_id = p.id
WHERE p.report_id = ANY(%s) AND c.kind <> 'small' GROUP BY p.id
"""
NOTICES = """
SELECT user_id, array_agg(split_part(url, '/', 3)::bigint ORDER BY id) FROM notify_notice
WHERE kind = 'report' AND split_part(url, '/', 3) = ANY(%s::text[]) GROUP BY user_id
"""
TOLD = """
SELECT count(*) FROM citizens_message m JOIN citizens_follower f ON f.id = m.follower_id WHERE f.report_id = ANY(%s)
"""
MESSAGES = """
SELECT f.report_id, count(m.id) FROM citizens_follower f LEFT JOIN citizens_message m ON m.follower_id = f.id
WHERE f.report_id = ANY(%s) GROUP BY f.id ORDER BY f.report_id
"""


def test_a_killed_worker_leaves_no_photo_unchecked_and_no_report_unseen(own_product, key):
    with held_up(own_product):
        plain = send_many(own_product, key, "unseen", 80, service_code="road-block")
        pictured = send_many(own_product, key, "pictured", 12, photo=jpeg((3000, 2000)))
    kill_amid(own_product, CHECKED, pictured)
    kill_amid(own_product, LOOKED_AT, plain)
    everything = plain + pictured
    eventually(lambda: own_product.rows(LOOKED_AT, everything) == [(92,)], within=RECOVERS_WITHIN)
    eventually(lambda: own_product.rows(CHECKED, pictured) == [(12,)], within=RECOVERS_WITHIN)
    assert own_product.rows(COPIES, pictured) == [("ready", ["work"])] * 12
    told = own_product.rows(NOTICES, plain)  # urgent: each duty officer hears of each, once
    assert told
    assert all(sorted(numbers) == plain for _user, numbers in told)


def test_a_killed_worker_tells_every_follower_once(own_product, key):
    numbers = send_many(own_product, key, "routed", 60)
    eventually(lambda: own_product.rows(LOOKED_AT, numbers) == [(60,)], within=RECOVERS_WITHIN)
    with held_up(own_product), closing(own_product.browser("operator")) as officer:
        page = officer.get("/reports/triage").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        form = {"pk": [str(number) for number in numbers], "csrfmiddlewaretoken": token}
        answer = officer.post("/reports/triage/send", data=form, headers={"Referer": own_product.url})
        assert answer.status_code == 200, answer.text
    assert own_product.rows("SELECT DISTINCT state FROM citizens_report WHERE id = ANY(%s)", numbers) == [
        ("routed",)
    ]
    kill_amid(own_product, TOLD, numbers)
    once = [(number, 1) for number in numbers]
    eventually(lambda: own_product.rows(MESSAGES, numbers) == once, within=RECOVERS_WITHIN, every=0.5)
