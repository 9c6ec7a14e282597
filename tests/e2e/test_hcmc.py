"""Thirteen days of real readings of a sensor in Ho Chi Minh City (October 2018, public repository ``kreier/aqi``): every
hour's and every day's VN_AQI equals a computation of our own, however the readings come in.
"""

import csv
import random
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from tests.e2e import vn_aqi
from tests.e2e.conftest import eventually
from tests.e2e.doors import LOCAL, ftp, store
from tests.e2e.pages import faults, forms, submit

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "hcmc-pm-2018"
COLUMNS = {"pm25": ("SDS_P2", "PM2,5"), "pm10": ("SDS_P1", "PM10")}
DECLARED = 300  # seconds: what the sector declares of air stations
REAL = 150  # seconds: how often this sensor really reports
PATIENCE = 120
A_FILE = 10  # readings

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"no reference readings in {REFERENCE}"),
]


@pytest.fixture(scope="module")
def readings():
    """{parameter: {time: text}} of all thirteen files; two gaps are torn into it, of two hours and of six."""
    found = {name: {} for name in COLUMNS}
    for file in sorted(REFERENCE.glob("*.csv")):
        with file.open(newline="") as lines:
            for row in csv.DictReader(lines, delimiter=";"):
                at = datetime.strptime(row["Time"], "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
                for name, (column, _symbol) in COLUMNS.items():
                    if row[column] and not is_torn_out(at):
                        found[name][at] = row[column]
    assert len(found["pm25"]) > 6_900
    return found


def is_torn_out(at):
    gaps = ((datetime(2018, 10, 12, 5, tzinfo=UTC), 2), (datetime(2018, 10, 16, 20, tzinfo=UTC), 6))
    return any(start < at <= start + timedelta(hours=hours) for start, hours in gaps)


@pytest.fixture(scope="module")
def api(product):
    headers = {"Authorization": f"Bearer {product.key('api.read')}"}
    with httpx.Client(base_url=product.url, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def admin(product):
    with closing(product.browser("admin")) as browser:
        yield browser


def lines_of(readings, times):
    """The bytes of a station file with these moments."""
    return "".join(
        f"{symbol}\t{readings[name][at]}\tug/m3\t{at.astimezone(LOCAL):%Y%m%d%H%M%S}\t00\r\n"
        for at in times
        for name, (_column, symbol) in COLUMNS.items()
        if at in readings[name]
    ).encode()


def push(door, readings, size, seed):
    """Push all moments in files of ``size``, in an order that ``seed`` shuffles."""
    times = sorted(set().union(*readings.values()))
    pieces = [times[n : n + size] for n in range(0, len(times), size)]
    random.Random(seed).shuffle(pieces)
    with ftp(door) as client:
        for piece in pieces:
            name = f"QN_TEST_HCMC01_{piece[-1].astimezone(LOCAL):%Y%m%d%H%M%S}.txt"
            assert store(client, name, lines_of(readings, piece))


def published(api, urn, name):
    """{label: value} of a derived series as the API tells it."""
    span = {"from": "2018-10-07T00:00:00Z", "to": "2018-10-22T00:00:00Z"}
    answer = api.get(f"/api/v1/entities/{urn}/series/{name}", params=span)
    if answer.status_code == 404:
        return {}
    points = answer.raise_for_status().json()["points"]
    return {datetime.fromisoformat(p["time"]): p["value"] for p in points if p["value"] is not None}


def agree(api, urn, readings, interval_s):
    """Wait until the product publishes what we compute: each hour and each day, no more and no less."""
    hours = vn_aqi.hourly(readings, interval_s)
    days = vn_aqi.ends_of(vn_aqi.daily(readings, interval_s))
    assert len(hours) > 250
    assert len(days) > 9

    def same():
        found = published(api, urn, "airQualityIndex"), published(api, urn, "airQualityIndexDaily")
        same.differences = [
            sorted((at, one.get(at), other.get(at)) for at in {*one, *other} if one.get(at) != other.get(at))
            for one, other in zip(found, (hours, days), strict=True)
        ]
        return same.differences == [[], []]

    try:
        eventually(same, within=PATIENCE, every=1)
    finally:
        assert same.differences == [[], []]


def state(product, urn):
    """Everything that is stored and computed of a station."""
    ids = (
        "SELECT s.id FROM observations_series s JOIN context_entity e ON e.id = s.entity_id WHERE e.urn = %s"
    )
    return [
        product.rows(f"SELECT * FROM {table} WHERE series_id IN ({ids}) ORDER BY series_id, {order}", urn)
        for table, order in (("observation", "time"), ("rollup_hour", "time"), ("rollup_day", "day"))
    ]


def settled(product):
    """Whether nothing waits to be computed."""
    waiting = (
        "SELECT (SELECT count(*) FROM touched) + (SELECT count(*) FROM dirty_hour WHERE due_at <= now())"
        " + (SELECT count(*) FROM dirty_derived WHERE due_at <= now())"
    )
    return product.rows(waiting) == [(0,)]


def declare(product, admin, urn, interval_s):
    """Say on the screen how often a station's particles are measured."""
    wanted = (
        "SELECT s.id FROM observations_series s JOIN context_entity e ON e.id = s.entity_id"
        " WHERE e.urn = %s AND s.property = ANY(%s)"
    )
    for (pk,) in product.rows(wanted, urn, list(COLUMNS)):
        page = submit(
            admin, admin.get(f"/series/{pk}/edit"), f"/series/{pk}/edit", interval_s=str(interval_s)
        )
        assert page.status_code == 200, faults(page)


def counts(product, door):
    """What became of all readings of a source: accepted, duplicate, corrected, quarantined."""
    return product.rows(
        "SELECT sum(m.accepted), sum(m.duplicate), sum(m.corrected), sum(m.quarantined) FROM ingest_sourceminute m"
        " JOIN ingest_source s ON s.id = m.source_id WHERE s.settings->>'user' = %s",
        door["user"],
    )[0]


def test_station_files_in_any_order_twice_and_corrected(product, api, admin, readings, new_station):
    urn = new_station().replace("KHI", "HCMC")
    door = product.source("ftp", f"real readings {urn}", entity=urn)
    total = sum(map(len, readings.values()))

    push(door, readings, A_FILE, seed=1459)
    agree(api, urn, readings, DECLARED)
    eventually(lambda: counts(product, door) == (total, 0, 0, 0))

    assert vn_aqi.hourly(readings, REAL) != vn_aqi.hourly(readings, DECLARED)
    declare(product, admin, urn, REAL)
    agree(api, urn, readings, REAL)

    eventually(lambda: settled(product), within=PATIENCE)
    before = state(product, urn)
    push(door, readings, 8 * A_FILE, seed=2019)
    eventually(lambda: counts(product, door) == (total, total, 0, 0))
    eventually(lambda: settled(product), within=PATIENCE)
    assert state(product, urn) == before

    push(door, readings, 8 * A_FILE, seed=7)  # the same files once more: not even read
    assert counts(product, door) == (total, total, 0, 0)

    corrected = {name: dict(values) for name, values in readings.items()}
    hour = [at for at in corrected["pm25"] if at.date().day == 14 and at.hour == 3]
    assert len(hour) > 20
    corrected["pm25"] |= dict.fromkeys(hour, "180,5")
    push(door, {"pm25": {at: corrected["pm25"][at] for at in hour}, "pm10": {}}, len(hour), seed=0)
    corrected["pm25"] |= dict.fromkeys(hour, "180.5")
    assert vn_aqi.hourly(corrected, REAL) != vn_aqi.hourly(readings, REAL)
    agree(api, urn, corrected, REAL)
    eventually(lambda: counts(product, door) == (total, total, len(hour), 0))


def tables():
    """The thirteen files as they are published, without what is torn out."""
    for file in sorted(REFERENCE.glob("*.csv")):
        head, *rows = file.read_text().splitlines(keepends=True)
        kept = [
            row
            for row in rows
            if not is_torn_out(datetime.strptime(row[:19], "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC))
        ]
        yield file.name, "".join([head, *kept]).encode()


def meanings(values):
    """How the screen's fields say what the columns are."""
    wanted = {column: name for name, (column, _symbol) in COLUMNS.items()}
    chosen = {}
    for field, [column] in values.items():
        if field.startswith("column-"):
            number = field.removeprefix("column-")
            chosen |= {
                f"property-{number}": wanted.get(column, ""),
                f"unit-{number}": "GQ" if column in wanted else "",
            }
    assert sum(bool(value) for value in chosen.values()) == 2 * len(COLUMNS)
    return chosen


def test_tables_through_the_screen(product, api, admin, readings, new_station):
    urn = new_station().replace("KHI", "TABLE")
    name = f"Bảng số liệu {urn}"
    page = submit(
        admin, admin.get("/sources/add/table"), "/sources/add/table", name=name, type="AirQualityObserved"
    )
    assert page.status_code == 200, faults(page)
    [(pk,)] = product.rows("SELECT id FROM ingest_source WHERE name = %s", name)
    total = sum(map(len, readings.values()))
    sums = (
        "SELECT sum(accepted), sum(duplicate), sum(corrected), sum(quarantined) FROM ingest_sourceminute"
        " WHERE source_id = %s"
    )
    for stored in ((total, 0, 0, 0), (total, total, 0, 0)):  # once, and everything once more
        files = [(file, content, "text/csv") for file, content in tables()]
        page = submit(admin, admin.get(f"/sources/{pk}/upload"), f"/sources/{pk}/upload", files=files)
        path = page.url.path
        assert path.startswith(f"/sources/{pk}/upload/"), faults(page)
        assert "2018/10/08 09:21:52" in page.text
        values = next(values for action, values in forms(page) if action == path)
        filled = {**meanings(values), "time": "Time", "zone": "utc", "entity": urn, "entity_column": ""}
        shown = admin.post(f"{path}/preview", data={**values, **filled}, headers={"Referer": str(page.url)})
        assert shown.status_code == 200
        assert "08/10/2018 16:21" in shown.text  # on the clocks of Việt Nam
        assert "27,2" in shown.text
        page = submit(admin, page, path, **filled)
        assert page.url.path == f"/sources/{pk}", faults(page)
        eventually(lambda expected=stored: product.rows(sums, pk) == [expected], within=PATIENCE)
    agree(api, urn, readings, DECLARED)
