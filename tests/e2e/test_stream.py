"""One reading through the house: a file comes in, a rule judges it, a person acknowledges, everybody sees."""

import ftplib
import io
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from tests.e2e.conftest import eventually

pytestmark = pytest.mark.e2e
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def station_file(at, **values):
    lines = [f"{name}\t{value}\tug/m3\t{at:%Y%m%d%H%M%S}\t00" for name, value in values.items()]
    return ("\r\n".join(lines) + "\r\n").encode()


@pytest.fixture(scope="module")
def air_station(product):
    """A public air station of the profile."""
    found = httpx.get(
        f"{product.url}/api/v1/entities?type=AirQualityObserved&limit=1&options=keyValues",
        headers={"Authorization": f"Bearer {product.key('api.read')}"},
    )
    return found.json()["items"][0]["id"]


@pytest.fixture(scope="module")
def door(product, air_station):
    """An FTP account bound to the station."""
    return product.source("ftp", "Trạm thử", entity=air_station)


def push(door, name, content):
    with ftplib.FTP() as client:
        client.connect(door["address"], door["port"], timeout=20)
        client.login(door["user"], door["password"])
        if door.get("path") not in (None, "", "/"):
            client.cwd(door["path"])
        assert client.storbinary(f"STOR {name}", io.BytesIO(content)).startswith("226")


def test_a_reading_reaches_every_screen_and_raises_an_alert(product, air_station, door):
    api = httpx.Client(
        base_url=product.url, headers={"Authorization": f"Bearer {product.key('api.read')}"}, timeout=20
    )
    now = datetime.now(LOCAL).replace(microsecond=0)
    example = door["example"]
    stamp = re.compile(r"\d{14}")
    for minutes in range(180, 0, -5):
        at = now - timedelta(minutes=minutes)
        push(
            door, stamp.sub(f"{at:%Y%m%d%H%M%S}", example), station_file(at, **{"PM2,5": 40.0, "PM10": 60.0})
        )
    push(door, stamp.sub(f"{now:%Y%m%d%H%M%S}", example), station_file(now, **{"PM2,5": 41.5, "PM10": 61.0}))

    def newest():
        entity = api.get(f"/api/v1/entities/{air_station}?options=keyValues").json()
        return entity.get("pm25") == 41.5

    eventually(newest, within=10)
    points = api.get(f"/api/v1/entities/{air_station}/series/pm25").json()["points"]
    assert [p["value"] for p in points if p["value"] is not None][-2:] == [40.0, 41.5]

    leader = product.browser("leader")
    eventually(lambda: "Không khí tốt" in leader.get("/").text, within=30)  # absent while it has no value
    row = re.compile(r'href="/entities/\d+"(?:(?!</tr>).)*\b41,5\b', re.DOTALL)
    # stations of other tests may have pushed it on to a later page
    pages = [f"/sectors/environment?page={n}" for n in range(1, 6)]
    eventually(lambda: any(row.search(leader.get(page).text) for page in pages), within=10)

    public = eventually(lambda: "Trung bình" in httpx.get(f"{product.url}/c/map").text, within=60)
    assert public
