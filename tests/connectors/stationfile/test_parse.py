import re
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.connectors.stationfile.parse import HELD_LINES, Options, base_name, parse_file, station_of
from halong.ingest.batch import Batch, Reason
from halong.ingest.connector import Known

SAMPLES = Path(__file__).parent / "samples"
NAME = "QN_ABCD_NUOC01_20191128101000.txt"
GOOD = (
    "pH\t7.12\t-\t20191128101000\t00\r\n"
    "COD\t41.5\tmg/L\t20191128101000\t00\r\n"
    "TSS\t18.0\tmg/L\t20191128101000\t00\r\n"
    "NH4\t0.00\tmg/L\t20191128101000\t02\r\n"
    "Temp\t26.3\toC\t20191128101000\t00\r\n"
    "Flow\t55.2\tm3/h\t20191128101000\t00\r\n"
)
WHEN = datetime(2019, 11, 28, 3, 10, tzinfo=UTC)


def parse(payload, name=NAME, known=None, **options):
    raw = payload if isinstance(payload, bytes) else payload.encode()
    return parse_file(raw, name, Options(**options), known or {})


def numbers(batch):
    return {o.property: o.value for o in batch.observations}


def reasons(batch):
    return [r.reason for r in batch.rejected]


def test_the_file_of_the_circular_becomes_readings_and_its_station():
    batch = parse(GOOD)

    assert batch.rejected == []
    assert numbers(batch) == {
        "pH": 7.12,
        "cod": 41.5,
        "tss": 18.0,
        "NH4": 0.0,
        "temperature": 26.3,
        "flow": 55.2,
    }
    assert {o.time for o in batch.observations} == {WHEN}
    assert [o.quality for o in batch.observations] == [0, 0, 0, 2, 0, 0]
    assert {o.unit for o in batch.observations} == {None, "M1", "CEL", "MQH"}
    [station] = batch.things
    assert station.urn == "urn:ngsi-ld:WastewaterStation:QN_ABCD_NUOC01"
    assert station.name == "QN_ABCD_NUOC01"
    assert ("cod", "M1") in station.properties


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", b"\xff\xfe\x00\x00"),
        ("latin-1", b""),
        ("cp1252", b""),
    ],
)
def test_every_encoding_that_loggers_use_gives_the_same_readings(encoding, mark):
    text = "NO2\t40,5\tµg/Nm³\t20261123101000\t00\r\nTemp\t26.3\t°C\t20261123101000\t00\r\n"

    batch = parse(mark + text.encode(encoding), "KHI001_20261123101000.txt")

    assert batch.rejected == []
    assert numbers(batch) == {"no2": 40.5, "temperature": 26.3}
    assert [o.unit for o in batch.observations] == ["GQ", "CEL"]


@pytest.mark.parametrize("symbol", ["PM2,5", "PM2.5", "PM25", "PM2_5", "pm2.5", "PM2,5(µg/Nm3)"])
def test_pm25_is_known_however_it_is_written(symbol):
    batch = parse(f"{symbol}\t12,5\tµg/Nm3\t20261123101000\t00")

    assert [(o.property, o.value) for o in batch.observations] == [("pm25", 12.5)]


def test_a_unit_in_the_name_of_the_column_counts_where_its_own_column_is_empty():
    batch = parse("CO(mg/Nm3)\t1.2\t-\t20261123101000\t00\r\nNO2(µg/Nm3)\t40\t\t20261123101000\t00")

    assert [(o.property, o.value, o.unit) for o in batch.observations] == [
        ("co", 1.2, "GP"),
        ("no2", 40.0, "GQ"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("pH\t7.1\t-\t20191128101000", Reason.MALFORMED),
        ("pH 7.1", Reason.MALFORMED),
        ("pH\t7.1\t-\t20191128101000\t00\textra", Reason.MALFORMED),
        ("Xyz\t7.1\t-\t20191128101000\t00", Reason.UNKNOWN_PROPERTY),
        ("\t7.1\t-\t20191128101000\t00", Reason.UNKNOWN_PROPERTY),
        ("pH\tabc\t-\t20191128101000\t00", Reason.BAD_VALUE),
        ("pH\tNaN\t-\t20191128101000\t00", Reason.BAD_VALUE),
        ("pH\t<0.05\t-\t20191128101000\t00", Reason.BAD_VALUE),
        ("pH\t1e400\t-\t20191128101000\t00", Reason.BAD_VALUE),
        ("COD\t7.1\tfurlong\t20191128101000\t00", Reason.UNKNOWN_UNIT),
        ("COD\t7.1\toC\t20191128101000\t00", Reason.UNKNOWN_UNIT),
        ("pH\t7.1\t-\t20191328101000\t00", Reason.BAD_TIME),
        ("pH\t7.1\t-\t00000000000000\t00", Reason.BAD_TIME),
        ("pH\t7.1\t-\t2019112810\t00", Reason.BAD_TIME),
        ("pH\t7.1\t-\t20191128101000\t09", Reason.BAD_QUALITY),
        ("pH\t7\x001\t-\t20191128101000\t00", Reason.ENCODING),
    ],
)
def test_a_bad_line_is_held_with_its_reason_and_the_good_ones_are_taken(line, reason):
    batch = parse(f"{GOOD}{line}\r\n")

    assert len(batch.observations) == 6
    [held] = batch.rejected
    assert held.reason == reason
    assert held.origin == f"{NAME}:7"
    assert held.payload.decode() == line


def test_a_corrected_line_can_be_replayed_under_its_origin():
    [held] = parse(f"{GOOD}pH\t7;1\t-\t20191128101000\t00").rejected

    again = parse(held.payload.replace(b";", b","), held.origin)

    assert [o.value for o in again.observations] == [7.1]
    assert again.things[0].urn == "urn:ngsi-ld:SurfaceWaterStation:QN_ABCD_NUOC01"


@pytest.mark.parametrize(
    "line",
    [
        "COD   41.5   mg/L  20191128101000   00",
        "COD;41,5;mg/L;20191128101000;00",
        "COD\t41.5 mg/L\t20191128101000\t00",
    ],
)
def test_other_separators_are_taken_where_there_is_no_doubt(line):
    assert numbers(parse(line)) == {"cod": 41.5}


def test_a_line_of_column_names_is_no_fault():
    batch = parse("Thông số\tGiá trị\tĐơn vị\tThời gian\tTrạng thái\r\n" + GOOD)

    assert (len(batch.observations), batch.rejected) == (6, [])


def test_a_file_that_is_cut_off_keeps_its_whole_lines():
    batch = parse(GOOD[:-9])

    assert len(batch.observations) == 5
    assert reasons(batch) == [Reason.MALFORMED]


def archive():
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(NAME, GOOD)
    return out.getvalue()


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (archive(), Reason.NOT_TEXT),
        (bytes(range(256)) * 20, Reason.NOT_TEXT),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, Reason.NOT_TEXT),
        (b"", Reason.MALFORMED),
        (b"\xef\xbb\xbf\r\n\r\n", Reason.MALFORMED),
        (b"\0" * 5000, Reason.MALFORMED),
        (b"pH\t7\t-\t20191128101000\t00\r\n" * 300_000, Reason.TOO_LARGE),
    ],
)
def test_what_is_no_station_file_is_held_whole(payload, reason):
    batch = parse(payload)

    assert batch.observations == []
    assert reasons(batch) == [reason]


@pytest.mark.parametrize(
    "name", ["readings.csv", "20191128101000.txt", "QN_ABCD_.txt", "..txt", "", "a/b/../../etc/passwd"]
)
def test_a_name_that_tells_of_no_station_is_held(name):
    assert reasons(parse(GOOD, name)) == [Reason.FILE_NAME]


@pytest.mark.parametrize(
    "name",
    [
        f"/etc/{NAME}",
        f"../../{NAME}",
        f"NUOC01/2019/11/28/{NAME}",
        f"C:\\data\\{NAME}",
        NAME.replace(".txt", ".TXT"),
    ],
)
def test_folders_in_a_name_mean_nothing(name):
    assert parse(GOOD, name).things[0].name == "QN_ABCD_NUOC01"


def test_a_bound_thing_gets_every_file_whatever_its_name():
    urn = "urn:ngsi-ld:AirQualityObserved:demo"
    known = {"demo": Known(urn, ("AirQualityObserved",))}

    batch = parse("NO2\t40\tµg/Nm3\t20261123101000\t00", "whatever.dat", known, entity=urn)

    assert [(o.entity, o.property) for o in batch.observations] == [(urn, "no2")]


def test_a_bound_thing_that_does_not_exist_is_of_the_type_its_urn_names():
    batch = parse("NO2\t0,4\tmg/L\t20261123101000\t00", "x.txt", entity="urn:ngsi-ld:SurfaceWaterStation:new")

    assert batch.things[0].types == ("SurfaceWaterStation", "WaterQualityObserved")
    assert batch.observations[0].property == "NO2"


def test_a_known_station_keeps_its_urn_and_its_types():
    known = {
        "qn-abcd-nuoc01": Known("urn:ngsi-ld:SurfaceWaterStation:qn-abcd-nuoc01", ("SurfaceWaterStation",))
    }

    batch = parse("NO2\t0,4\tmg/L\t20261123101000\t00", known=known)

    assert [(o.entity, o.property) for o in batch.observations] == [
        ("urn:ngsi-ld:SurfaceWaterStation:qn-abcd-nuoc01", "NO2")
    ]


def test_hundreds_of_bad_lines_are_held_as_one_file():
    payload = (GOOD + "nonsense\r\n" * (HELD_LINES + 1)).encode()

    batch = parse(payload)

    assert len(batch.observations) == 6
    assert [r.payload for r in batch.rejected] == [payload]


def test_the_pattern_is_a_setting():
    pattern = re.compile(r"(?P<ts>\d{12})-(?P<station>\w+)\.dat")

    assert station_of("201911281010-KHI001.dat", pattern) == "KHI001"
    assert base_name("a/201911281010-KHI001.dat:12") == "201911281010-KHI001.dat"


@pytest.mark.parametrize("file", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_no_file_of_the_corpus_crashes_or_vanishes(file):
    batch = parse(file.read_bytes(), file.name.partition("-")[2] or file.name)

    assert batch.observations or batch.rejected
    assert all(isinstance(r.reason, Reason) for r in batch.rejected)


@given(st.binary(max_size=600), st.text(max_size=60))
def test_any_bytes_under_any_name_end_as_readings_or_with_a_reason(payload, name):
    batch = parse(payload, name)

    assert batch.observations or batch.rejected


@given(st.binary(max_size=200), st.integers(0, 300))
def test_bytes_thrown_into_a_good_file_cost_no_other_line(noise, place):
    raw = GOOD.encode()
    place = min(place, len(raw))
    batch = parse(raw[:place] + noise + raw[place:])

    assert isinstance(batch, Batch)
    assert batch.observations or batch.rejected


@given(
    st.floats(min_value=-1e6, max_value=1e6).map(lambda v: round(v, 4)),
    st.sampled_from([".", ","]),
    st.sampled_from(["00", "01", "02"]),
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)),
)
def test_what_is_written_by_the_book_is_read_as_it_was_meant(value, mark, status, moment):
    written = f"{value:.4f}".replace(".", mark)
    batch = parse(f"Temp\t{written}\toC\t{moment:%Y%m%d%H%M%S}\t{status}")

    [reading] = batch.observations
    assert reading.value == value
    assert reading.quality == int(status)
    assert reading.time.timestamp() == pytest.approx(
        moment.replace(microsecond=0, tzinfo=UTC).timestamp() - 7 * 3600
    )
