import csv
import io

import pytest

from halong.accounts.models import Grant, User
from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.observations.actions import open_series
from halong.observations.models import Series

URN = "urn:ngsi-ld:AirQualityObserved:one"


@pytest.fixture
def admin(client, db):
    user = User.objects.create(username="admin")
    Grant.objects.create(user=user, role="administrator")
    client.force_login(user)
    return client


@pytest.fixture
def pm25(db):
    entity = Entity.objects.create(urn=URN, types=["AirQualityObserved"], name="Trạm A", sector="environment")
    return open_series(entity, "pm25", by=SYSTEM)


def test_a_series_is_changed_on_its_page(admin, pm25):
    page = admin.post(
        f"/series/{pm25.pk}/edit",
        {"unit": "GQ", "interval_s": 150, "minimum": 0, "maximum": 900, "decimals": 2},
    )
    pm25.refresh_from_db()
    assert (page.status_code, pm25.interval_s, pm25.maximum, pm25.decimals) == (302, 150, 900, 2)


def test_what_makes_no_sense_stands_beside_its_field(admin, pm25):
    page = admin.post(
        f"/series/{pm25.pk}/edit",
        {"unit": "XXX", "interval_s": 300, "minimum": 0, "maximum": 900, "decimals": 1},
    )
    assert page.status_code == 422
    assert "unit" in page.context["form"].errors


def test_a_series_is_opened_with_what_the_sector_declares(admin, pm25):
    admin.post(f"/entities/{pm25.entity_id}/series/new", {"property": "pm10"})
    opened = Series.objects.get(property="pm10")
    assert (opened.unit, opened.interval_s) == ("GQ", 300)


def test_what_is_exported_can_be_changed_and_imported_again(admin, pm25):
    table = admin.get("/series.csv").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(table))
    assert (row["entity"], row["property"]) == (URN, "pm25")
    changed = table.replace(",300,", ",150,") + f"{URN},so2,,,,,\r\n"
    look = admin.post("/series/import", {"table": changed})
    assert look.status_code == 302
    pm25.refresh_from_db()
    assert (pm25.interval_s, Series.objects.get(property="so2").unit) == (150, "GQ")


def test_faults_are_told_by_line_and_nothing_is_written(admin, pm25):
    bad = f"entity,property,interval_s\n{URN},so2,300\nurn:x,pm25,300\n{URN},pm25,soon\n"
    page = admin.post("/series/import", {"table": bad})
    assert [(f.line, f.column) for f in page.context["preview"].faults] == [(3, "entity"), (4, "interval_s")]
    assert not Series.objects.filter(property="so2").exists()


def test_an_officer_may_not(client, pm25):
    user = User.objects.create(username="officer")
    Grant.objects.create(user=user, role="officer")
    client.force_login(user)
    assert client.get(f"/series/{pm25.pk}/edit").status_code == 403
