"""Walks every address of the product as everybody, and compares with ``tests/access_table.csv``: who may.

A new address fails here until the table says who may call it. After a change that is meant, read the difference of

    python tests/test_access.py --print-table > tests/access_table.csv
"""

import csv
import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

TABLE = Path(__file__).with_name("access_table.csv")
OUT = "HALONG_ACCESS_TABLE"
METHODS = ("GET", "POST")
ROLES = ("citizen", "officer", "operator", "leader", "administrator", "auditor", "privacy")
CALLERS = ("anonymous", *ROLES, "api key", "ingest key", "report key", "display")
PEOPLE = {"everybody": set(CALLERS), "signed in": set(ROLES), "nobody": set()}
ELSEWHERE = "203.0.113.7"  # an address that isn't this machine's
NOT_OURS = {"static"}


def addresses():
    """Every (name, pattern, view) of the URL configuration."""
    from django.urls import URLResolver, get_resolver

    def walk(resolver, path="", space=""):
        for entry in resolver.url_patterns:
            where = path + str(entry.pattern)
            if isinstance(entry, URLResolver):
                inner = f"{entry.namespace}:" if entry.namespace else ""
                yield from walk(entry, where, space + inner)
            else:
                yield f"{space}{entry.name or where}", where, entry

    return list(walk(get_resolver()))


def worlds():
    """What each app's tests give of their own: ``tests/<app>/access_world.py``."""
    files = sorted(Path(__file__).parent.glob("*/access_world.py"))
    return [import_module(f"tests.{file.parent.name}.access_world") for file in files]


@pytest.fixture
def world(db):
    """One of each thing that an address may name, by the first word of the address's name."""
    from halong.accounts.models import ApiKey, DisplayToken, SignIn, User
    from halong.alerts.models import Alert
    from halong.analysis.models import Unusual
    from halong.context.models import Entity
    from halong.context.scope import Scope
    from halong.indicators.models import Collection, Definition, Indicator, Submission, Target
    from halong.ingest.models import Quarantined, Source
    from halong.notify.models import Notice
    from halong.observations.models import Series
    from halong.panorama.briefing.actions import make_briefing
    from halong.panorama.models import WallLayout
    from halong.places.models import Agency, Place
    from halong.programme.models import Project
    from halong.rules.models import Rule
    from halong.tasks.models import Task

    place = Place.objects.create(code="p", name="p", kind="ward", valid_from=date(2019, 1, 1))
    agency = Agency.objects.create(code="a", name="a", valid_from=date(2019, 1, 1))
    for branch in (place, agency):
        branch.path = f"/{branch.pk}/"
        branch.save()
    owner = {"place": place, "agency": agency}
    entity = Entity.objects.create(
        urn="urn:ngsi-ld:AirQualityObserved:x",
        types=["AirQualityObserved"],
        public=True,
        lon=107,
        lat=21,
        **owner,
    )
    series = Series.objects.create(entity=entity, property="pm25", unit="GQ")
    moment = datetime.now(UTC)
    alert = Alert.objects.create(
        entity=entity,
        series=series,
        cause="c",
        title="t",
        priority=2,
        raised_at=moment,
        changed_at=moment,
        **owner,
    )
    person = User.objects.create(username="somebody")
    source = Source.objects.create(kind="http-push", name="s", **owner)
    held = Quarantined.objects.create(source=source, reason="syntax", digest="d")
    briefing = make_briefing(Scope(), moment)
    task = Task.objects.create(
        title="t", due_at=moment + timedelta(days=1), created_at=moment, changed_at=moment, **owner
    )
    indicator = Indicator.objects.create(key="i", sector="health", agency=agency)
    Definition.objects.create(
        indicator=indicator, valid_from=date(2019, 1, 1), name="i", kind="table", grain="month"
    )
    collection = Collection.objects.create(key="c", title="c")
    collection.indicators.add(indicator)
    collection.agencies.add(agency)
    things = {
        "user": person.pk,
        "indicator": indicator.pk,
        "collection": collection.pk,
        "submission": Submission.objects.create(
            collection=collection, agency=agency, label=moment, due_at=moment + timedelta(days=1)
        ).pk,
        "target": Target.objects.create(indicator=indicator, valid_from=date(2019, 1, 1), value=1).pk,
        "unusual": Unusual.objects.create(
            series=series,
            kind="spike",
            first=moment,
            last=moment,
            peak=moment,
            value=9.0,
            expected=1.0,
            low=0.0,
            high=2.0,
            score=9.0,
            found_at=moment,
            **owner,
        ).pk,
        "wall": WallLayout.objects.create(name="w", changed_at=moment).pk,
        "task": task.pk,
        "briefing": briefing.pk,
        "day": f"{briefing.day}",
        "notice": Notice.objects.create(user=person, key="k", at=moment).pk,
        "grant_pk": person.grants.create(role="officer").pk,
        "session_pk": SignIn.objects.create(user=person, session_key="x").pk,
        "account-session": 1,
        "key": ApiKey.objects.create(name="k", prefix="p", digest="d", permissions=["api.read"]).pk,
        "display": DisplayToken.objects.create(name="d", digest="d").pk,
        "rule": Rule.objects.create(name="r", kind="threshold", property="pm25").pk,
        "alert": alert.pk,
        "entity": entity.pk,
        "series": entity.pk,
        "public": entity.pk,
        "source": source.pk,
        "held": held.pk,
        "quarantine": held.pk,
        "place": place.pk,
        "agency": agency.pk,
        "project": Project.objects.create(code="x", kind=Project.Kind.values[0], name="x").pk,
        "urn": entity.urn,
    }
    base = SimpleNamespace(
        person=person,
        place=place,
        agency=agency,
        moment=moment,
        source=source,
        entity=entity,
        series=series,
        alert=alert,
        task=task,
    )
    for module in worlds():
        things |= module.things(base)
    return things


WORDS = {
    "change": "unlock",
    "kind": "threshold",
    "indicator kind": "series",
    "plan": "24h",
    "state": "confirmed",
    "form": "csv",
    "name": "pm25",
    "property": "pm25",
    "part": "tiles",
    "data": "map",
    "code": "p",
    "token": "t",
    "step": "accept",
    "number": 1,
}


def sample(name, wanted, world):
    """A value for one part of an address; fails with what to do when there is none."""
    of_citizen = "citizen-own code" if wanted == "code" and name.startswith("citizen-") else ""
    for known in (f"{name} {wanted}", of_citizen, wanted):
        if known in world:
            return world[known]
    if wanted == "id":
        return world["urn"]
    if wanted == "pk":
        word = name.rsplit(":", maxsplit=1)[-1]
        while word:
            for known in (word, word.removesuffix("s"), word.removesuffix("ies") + "y"):
                if known in world:
                    return world[known]
            word = word.rpartition("-")[0]
    own = f"{name.partition('-')[0]} {wanted}"
    words = WORDS.copy()
    for module in worlds():
        words |= getattr(module, "WORDS", {})
    if own in words or wanted in words:
        return words.get(own, words.get(wanted))
    return pytest.fail(f"give tests/<app>/access_world.py a sample of <{wanted}> for the address {name}")


@pytest.fixture
def callers(db):
    """What each caller sends: cookies or headers."""
    from django.test import Client

    from halong.accounts.actions import GrantSpec, create_api_key, create_display_token, create_user
    from halong.core.permissions import SYSTEM

    sent = {"anonymous": ({}, {})}
    for role in ROLES:
        user, _password = create_user(
            f"test-{role}", by=SYSTEM, grants=[GrantSpec(role)], must_change_password=False
        )
        client = Client()
        client.force_login(user)
        client.get("/healthz")  # the session gets its row now, not within a call that leaves no trace
        sent[role] = ({"sessionid": client.cookies["sessionid"].value}, {})
    for name, permission in (
        ("api key", "api.read"),
        ("ingest key", "ingest.write"),
        ("report key", "reports.send"),
    ):
        _key, secret = create_api_key(by=SYSTEM, name=name, permissions=[permission])
        sent[name] = ({}, {"Authorization": f"Bearer {secret}"})
    screen = Client()
    screen.get("/wall", {"token": create_display_token(by=SYSTEM, name="display")[1]})
    sent["display"] = ({"sessionid": screen.cookies["sessionid"].value}, {})
    return sent


def answer(path, method, cookies, headers):
    """What one call gets, leaving no trace: "yes", "no", "never" (the address doesn't know the method), or "error"."""
    from django.db import transaction
    from django.test import Client

    client = Client(raise_request_exception=False, REMOTE_ADDR=ELSEWHERE)
    for name, value in cookies.items():
        client.cookies[name] = value
    with transaction.atomic():
        got = client.generic(method, path, headers=headers)
        transaction.set_rollback(True)
    if got.status_code == 405:
        return "never"
    away = got.headers.get("Location", "")
    refused = got.status_code in {401, 403} or (
        got.status_code == 302 and (away == "/c" or away.startswith("/login?"))
    )
    if got.status_code >= 500 and got.status_code != 503:
        return "error"
    return "no" if refused else "yes"


def answers_of(path, method, callers):
    """What everybody gets; nobody else is asked once somebody hears that there is no such method."""
    answers = {}
    for who in sorted(callers, key=lambda who: who not in {"administrator", "auditor"}):
        answers[who] = answer(path, method, *callers[who])
        if answers[who] == "never":
            break
    return answers


def said(answers):
    """One cell of the table."""
    if "error" in answers.values():
        return "error for " + ", ".join(caller for caller, got in answers.items() if got == "error")
    if "never" in answers.values() and "yes" not in answers.values():
        return "-"
    may = {caller for caller, got in answers.items() if got == "yes"}
    return next(
        (word for word, who in PEOPLE.items() if who == may), ", ".join(c for c in CALLERS if c in may)
    )


@pytest.fixture
def measured(world, callers, settings):
    """The table as the product is."""
    from django.urls import reverse

    settings.HALONG_REQUIRE_TOTP = []
    rows = []
    for name, pattern, entry in addresses():
        if name in NOT_OURS:
            continue
        parts = {part: sample(name, part, world) for part in entry.pattern.converters}
        parts |= {part: sample(name, part, world) for part in entry.pattern.regex.groupindex}
        path = reverse(name, kwargs=parts)
        rows.append([name, pattern, *(said(answers_of(path, method, callers)) for method in METHODS)])
    return rows


def test_every_view_says_who_may_call_it():
    silent = [name for name, _pattern, entry in addresses() if not hasattr(entry.callback, "access")]
    assert silent == []


def test_permissions_of_views_are_somebodys():
    from halong.accounts.roles import ROLES as GIVEN
    from halong.core.access import GUARDED, PUBLIC, SIGNED_IN

    known = {PUBLIC, SIGNED_IN, GUARDED}.union(*GIVEN.values())
    wanted = {entry.callback.access for _name, _pattern, entry in addresses()}
    assert wanted - known == set()


def test_everybody_gets_what_the_table_says(measured):
    if os.environ.get(OUT):
        with Path(os.environ[OUT]).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([["name", "address", *METHODS], *measured])
        return
    with TABLE.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))[1:]
    there, here = {tuple(row) for row in table}, {tuple(row) for row in measured}
    changed = [f"- {row}" for row in sorted(there - here)] + [f"+ {row}" for row in sorted(here - there)]
    assert changed == [], "\n".join(["who may differs from tests/access_table.csv:", *changed])


def print_table():
    """Measure, and write the table to the standard output."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            __file__,
            "-k",
            "everybody",
        ]
        done = subprocess.run(command, env=os.environ | {OUT: str(file)}, stdout=sys.stderr, check=False)
        if done.returncode == 0:
            sys.stdout.write(file.read_text(encoding="utf-8"))
        return done.returncode


if __name__ == "__main__":
    sys.exit(print_table() if sys.argv[1:] == ["--print-table"] else f"usage: {sys.argv[0]} --print-table")
