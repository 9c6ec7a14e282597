import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from halong.accounts.models import Grant, User
from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.ingest.actions import add_source
from halong.ingest.models import Quarantined, Source
from halong.observations.models import Series

URN = "urn:ngsi-ld:AirQualityObserved:khi001"


@pytest.fixture
def person(transactional_db, client):
    def sign_in(role):
        user = User.objects.create(username=role)
        Grant.objects.create(user=user, role=role)
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path))


@pytest.fixture
def station(transactional_db):
    entity = Entity.objects.create(urn=URN, types=["AirQualityObserved"], name="KHI001")
    Series.objects.create(entity=entity, property="pm25", unit="GQ")
    return entity


OWN = {"name": "Trạm 1", "silent_after_s": "900"}


def test_the_list_takes_the_same_few_queries_however_many_sources(
    person, django_assert_max_num_queries, home
):
    for n in range(12):
        add_source("ftp", f"s{n}", {}, by=SYSTEM)
    client = person("administrator")
    client.get(reverse("sources"))

    with django_assert_max_num_queries(9):
        response = client.get(reverse("sources"))

    assert response.content.count(b"/sources/") >= 12


def test_an_operator_looks_but_does_not_connect(person, home):
    source, _needs = add_source("ftp", "s", {}, by=SYSTEM)
    client = person("operator")

    assert client.get(reverse("source", args=[source.pk])).status_code == 200
    assert client.get(reverse("source-add", args=["ftp"])).status_code == 403
    assert client.post(reverse("source-switch", args=[source.pk])).status_code == 403


def test_a_citizen_sees_nothing_of_it(person):
    client = person("citizen")

    assert client.get(reverse("sources")).status_code == 403
    assert client.get(reverse("quarantine")).status_code == 403


@pytest.mark.parametrize(
    "kind", ["ftp", "sftp", "folder", "ftp-pull", "sftp-pull", "mqtt", "http-push", "http-pull", "table"]
)
def test_every_kind_has_its_form(person, kind, home):
    response = person("administrator").get(reverse("source-add", args=[kind]))

    assert response.status_code == 200
    assert b'id="trial"' in response.content


def test_an_account_is_made_and_its_password_shown_once(person, home):
    client = person("administrator")

    response = client.post(reverse("source-add", args=["ftp"]), {**OWN, "entity": URN})

    source = Source.objects.get()
    assert source.settings["user"] in response.content.decode()
    assert "need-password" in response.content.decode()
    assert "need-password" not in client.get(reverse("source", args=[source.pk])).content.decode()


def test_a_key_is_made_for_who_pushes(person, home):
    response = person("administrator").post(reverse("source-add", args=["http-push"]), OWN)

    assert "hlk_" in response.content.decode()


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(person, home):
    client = person("administrator")

    response = client.post(reverse("source-add", args=["ftp"]), {**OWN, "entity": "no urn", "pattern": "("})

    assert response.status_code == 422
    assert Source.objects.count() == 0
    assert response.content.count(b"field-error") == 2


def test_a_test_shows_the_readings_of_an_example_and_saves_nothing(person, home, station):
    client = person("administrator")

    response = client.post(reverse("source-trial", args=["ftp"]), {"entity": URN})

    assert "khi001" in response.content.decode()
    assert Source.objects.count() == 0


def test_a_test_says_in_words_what_does_not_work(person, home):
    response = person("administrator").post(
        reverse("source-trial", args=["http-pull"]), {"url": "http://127.0.0.1:9/", "interval_s": "60"}
    )

    assert "mạng riêng" in response.content.decode()


def test_a_source_is_changed_switched_and_removed(person, home):
    client = person("administrator")
    source, _needs = add_source("ftp", "s", {}, by=SYSTEM)
    user = source.settings["user"]

    client.post(
        reverse("source-change", args=[source.pk]), {"name": "t", "silent_after_s": "60", "entity": URN}
    )
    source.refresh_from_db()
    assert (source.name, source.settings["entity"], source.settings["user"], source.version) == (
        "t",
        URN,
        user,
        2,
    )
    client.post(reverse("source-switch", args=[source.pk]))
    assert not Source.objects.get().enabled
    assert b"need-password" in client.post(reverse("source-renew", args=[source.pk])).content
    client.post(reverse("source-remove", args=[source.pk]), {"name": "wrong"})
    assert Source.objects.count() == 1
    client.post(reverse("source-remove", args=[source.pk]), {"name": "t"})
    assert Source.objects.count() == 0


def test_the_chart_has_a_point_a_minute(person, home):
    source, _needs = add_source("ftp", "s", {}, by=SYSTEM)
    client = person("administrator")

    body = client.get(reverse("source-counts", args=[source.pk])).json()

    assert [len(series["points"]) for series in body["series"]] == [60, 60, 60]


@pytest.fixture
def held(home, station):
    source, _needs = add_source("ftp", "s", {"entity": URN}, by=SYSTEM)
    payload = b"PM2,5\t12;5\tug/Nm3\t20261120101000\t00"
    return Quarantined.objects.create(
        source=source, reason="bad_value", detail="PM2,5", origin="a.txt:3", payload=payload, digest="d" * 64
    )


def test_what_is_held_is_corrected_and_brought_in(person, held):
    client = person("operator")
    assert "12;5" in client.get(reverse("quarantine-item", args=[held.pk])).content.decode()

    client.post(
        reverse("quarantine-replay", args=[held.pk]), {"payload": held.payload.decode().replace(";", ",")}
    )

    held.refresh_from_db()
    assert (held.state, held.settled_by) == ("replayed", "operator")
    from tests.connectors.conftest import rows

    assert [row[2] for row in rows()] == [12.5]


def test_what_is_wrong_still_is_held_again(person, held):
    client = person("operator")

    client.post(
        reverse("quarantine-replay", args=[held.pk]), {"payload": held.payload.decode().replace("12;5", "x")}
    )

    assert list(Quarantined.objects.filter(state="held").values_list("payload", flat=True)) == [
        held.payload.replace(b"12;5", b"x")
    ]


def test_many_are_discarded_with_a_word_why(person, held):
    client = person("operator")

    client.post(reverse("quarantine-settle"), {"item": [held.pk], "do": "discard", "note": "test"})

    held.refresh_from_db()
    assert held.state == "discarded"
    assert client.post(reverse("quarantine-settle"), {"item": [held.pk]}).status_code == 302


def test_bytes_that_are_no_text_are_shown_in_hexadecimal(person, held):
    Quarantined.objects.filter(pk=held.pk).update(payload=b"PK\x03\x04\x00\xff")

    response = person("operator").get(reverse("quarantine-item", args=[held.pk]))

    assert "50 4b 03 04 00 ff" in response.content.decode()


def test_the_list_of_the_quarantine_is_filtered(person, held):
    client = person("operator")

    assert "a.txt:3" in client.get(reverse("quarantine"), {"reason": "bad_value"}).content.decode()
    assert "a.txt:3" not in client.get(reverse("quarantine"), {"reason": "future"}).content.decode()
    assert "a.txt:3" not in client.get(reverse("quarantine"), {"state": "discarded"}).content.decode()


def test_tables_are_mapped_shown_and_taken_in(person, home, station):
    client = person("administrator")
    source, _needs = add_source("table", "sensor", {}, by=SYSTEM)
    table = b"Time;SDS_P1;SDS_P2;Temp;Samples\n2018/10/08 09:21:52;20,1;11,35;27.7;7\n2018/10/08 09:24:20;22;;27.8;7\n"
    files = [
        SimpleUploadedFile("a.csv", table),
        SimpleUploadedFile("b.csv", table.replace(b"10/08", b"10/09")),
    ]

    redirect = client.post(reverse("source-upload", args=[source.pk]), {"tables": files})
    page = client.get(redirect.url).content.decode()
    typed = {
        "entity": URN, "time": "Time", "zone": "utc",
        "column-0": "Time", "property-0": "",
        "column-1": "SDS_P1", "property-1": "pm10", "unit-1": "GQ",
        "column-2": "SDS_P2", "property-2": "pm25", "unit-2": "GQ",
    }  # fmt: skip
    preview = client.post(f"{redirect.url}/preview", typed).content.decode()
    done = client.post(redirect.url, typed)

    assert '<option value="pm25" selected>' in page
    assert "11,35" in preview
    assert done.url == reverse("source", args=[source.pk])
    from tests.connectors.conftest import rows

    assert [(row[1], row[2]) for row in rows()] == [
        ("pm10", 20.1),
        ("pm10", 22.0),
        ("pm10", 20.1),
        ("pm10", 22.0),
        ("pm25", 11.35),
        ("pm25", 11.35),
    ]
    assert "pm25" in Source.objects.get(pk=source.pk).settings["columns"]


def test_what_is_no_table_is_said(person, home, station):
    client = person("administrator")
    source, _needs = add_source("table", "sensor", {}, by=SYSTEM)

    redirect = client.post(
        reverse("source-upload", args=[source.pk]),
        {"tables": [SimpleUploadedFile("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(90))]},
    )

    assert client.get(redirect.url).status_code == 422
    assert client.get(reverse("source-map", args=[source.pk, "nothing"])).status_code == 404
