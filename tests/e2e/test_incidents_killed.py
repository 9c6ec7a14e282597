"""Whichever process is killed with SIGKILL: no alert, incident, note or step of a person is lost, none is there twice."""

import itertools
import re
import threading
import uuid
from contextlib import closing

import httpx
import pytest
from tests.e2e.conftest import eventually
from tests.e2e.doors import PATIENCE, now, post, reading
from tests.e2e.pages import faults, forms, submit
from tests.e2e.test_citizens_killed import RECOVERS_WITHIN, kill

pytestmark = pytest.mark.e2e
LIMIT = 950.0
DEEDS = 2  # of each worker, before and after each kill
NOTES = 3


class Worker(threading.Thread):
    """Does one thing after the other, each until it is answered."""

    def __init__(self, product):
        super().__init__(daemon=True)
        self.product = product
        self.over = threading.Event()
        self.done = self.failures = 0
        self.fault = None

    def run(self):
        try:
            while not self.over.is_set() and self.deed():
                self.done += 1
        except Exception as error:
            self.fault = error
            raise

    def until_answered(self, ask):
        """The first answer that isn't about a product which is down."""
        while True:
            try:
                answer = ask()
                if answer.status_code < 500:
                    return answer
            except httpx.HTTPError:
                pass
            self.failures += 1
            self.over.wait(0.1)


class Operator(Worker):
    """Declares an incident, writes notes, finishes every step that is ready; repeats what got no answer."""

    def __init__(self, product):
        super().__init__(product)
        self.browser = product.browser("operator")
        self.titles, self.notes, self.finished = [], [], []

    def deed(self):
        title = f"Cháy chợ {uuid.uuid4()}"
        page = self.until_answered(lambda: self.browser.get("/incidents/new?kind=fire"))
        page = self.until_answered(
            lambda page=page: submit(self.browser, page, "/incidents/new", title=title, kind="fire")
        )
        assert re.fullmatch(r"/incidents/\d+", page.url.path), faults(page)
        self.titles.append(title)
        for number in range(NOTES):
            page = self.note(page, f"{title}: tin {number}")
        self.finish(page.url.path)
        return True

    def note(self, page, text):
        sent = self.until_answered(lambda: submit(self.browser, page, "/note", text=text))
        assert sent.status_code == 200, faults(sent)
        self.notes.append(text)
        return sent

    def finish(self, path):
        """One step, as a person does: what got no answer is looked at before it is pressed again."""
        room = self.until_answered(lambda: self.browser.get(path))
        step = next(iter(ready(room)), None)
        while step in ready(room):
            try:
                submit(self.browser, room, step, note="xong")
            except httpx.HTTPError:
                self.failures += 1
                self.over.wait(0.1)
            room = self.until_answered(lambda: self.browser.get(path))
        if step is not None:
            self.finished.append(int(step.split("/")[-2]))


def ready(room):
    """Where the steps are finished that wait for a person."""
    return [action for action, _values in forms(room) if action.endswith("/finish")]


class Stations(Worker):
    """Each sends one reading beyond the limit, again until it is answered."""

    def __init__(self, product, urns):
        super().__init__(product)
        self.key = product.key("ingest.write")
        self.urns = iter(urns)
        self.answered = []

    def deed(self):
        urn = next(self.urns, None)
        if urn is None:
            return False
        while True:
            try:
                status, answer = post(self.product, self.key, [reading(urn, "pm25", now(), LIMIT + 20)])
            except OSError:
                status = 0
            if status == 200:
                break
            assert status in {0, 500, 503}, answer
            self.failures += 1
            self.over.wait(0.1)
        self.answered.append(urn)
        self.over.wait(0.5)
        return True


@pytest.fixture(scope="module")
def stations(own_product):
    """Every station of air, watched by a rule of ours."""
    rows = own_product.rows(
        "SELECT id, urn FROM context_entity WHERE 'AirQualityObserved' = ANY(types) ORDER BY id"
    )
    given = {"property": "pm25", "direction": "above", "limit": str(LIMIT), "unit": "GQ"}
    with closing(own_product.browser("operator")) as browser:
        page = browser.get("/rules/new/threshold")
        ids = [str(pk) for pk, _urn in rows]
        page = submit(browser, page, "/rules/new/threshold", name="Bụi", priority="2", entities=ids, **given)
        assert page.url.path.removeprefix("/rules/").isdigit(), faults(page)
        assert submit(browser, page, "/switch", enabled="1").status_code == 200
    probe, *urns = [urn for _pk, urn in rows]
    key = own_product.key("ingest.write")

    def is_judged():
        """The doors hear of a new rule within a moment; what came before isn't judged by it."""
        post(own_product, key, [reading(probe, "pm25", now(), LIMIT + 20)])
        return own_product.rows(ALERTS_OF, [probe])

    eventually(is_judged, within=30, every=1)
    return urns


def go_on(workers):
    """Wait until every one has done something again."""
    before = [worker.done for worker in workers]

    def all_worked():
        assert [worker.fault for worker in workers] == [None] * len(workers)
        return all(w.done >= n + DEEDS or not w.is_alive() for w, n in zip(workers, before, strict=True))

    eventually(all_worked, within=RECOVERS_WITHIN)


def once(product, sql, wanted):
    """Which of these the database has, each once."""
    found = [value for (value,) in product.rows(sql, list(wanted))]
    assert sorted(found) == sorted(set(found))
    return set(found)


TITLES = "SELECT title FROM incidents_incident WHERE title = ANY(%s)"
NOTES_OF = "SELECT text FROM incidents_entry WHERE kind = 'note' AND text = ANY(%s)"
STEPS_OF = """
SELECT s.id FROM incidents_step s
JOIN incidents_entry e ON e.incident_id = s.incident_id AND e.data->>'step' = s.key AND e.data->>'what' = 'done'
WHERE s.state = 'done' AND s.id = ANY(%s)
"""
ALERTS_OF = """
SELECT e.urn FROM alerts_alert a JOIN rules_rule r ON r.id = a.rule_id JOIN context_entity e ON e.id = a.entity_id
WHERE r.name = 'Bụi' AND e.urn = ANY(%s)
"""


def test_nothing_of_a_watch_is_lost_or_done_twice(own_product, stations):
    operators = [Operator(own_product), Operator(own_product)]
    workers = [*operators, Stations(own_product, stations)]
    for worker in workers:
        worker.start()
    try:
        go_on(workers)
        for victim in itertools.islice(itertools.cycle(("web", "worker", "database")), 6):
            kill(own_product, victim, own_product.children()[victim])
            go_on(workers)
    finally:
        for worker in workers:
            worker.over.set()
        for worker in workers:
            worker.join(PATIENCE * 2)
    assert [(worker.fault, worker.is_alive()) for worker in workers] == [(None, False)] * len(workers)
    assert any(worker.failures for worker in operators)  # it was in the middle
    for operator in operators:
        assert once(own_product, TITLES, operator.titles) == set(operator.titles)
        assert once(own_product, NOTES_OF, operator.notes) == set(operator.notes)
        assert once(own_product, STEPS_OF, operator.finished) == set(operator.finished)
    assert operators[0].finished
    answered = workers[-1].answered
    assert answered
    eventually(lambda: once(own_product, ALERTS_OF, answered) == set(answered), within=RECOVERS_WITHIN)
