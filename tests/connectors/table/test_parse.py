import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as clock
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from halong.connectors.table.connector import Table
from halong.connectors.table.parse import TableRule, parse_table, suggest
from halong.connectors.table.read import read_table
from halong.ingest.batch import Reason
from halong.ingest.connector import Example, Known
from halong.ingest.runner import build

URN = "urn:ngsi-ld:AirQualityObserved:khi001"
KNOWN = {"khi001": Known(URN, ("AirQualityObserved",))}
SENSOR = (Path(__file__).parent / "samples" / "sensor.csv").read_bytes()
WIDE = TableRule(time="time", columns=(("PM2.5", "pm25", "GQ"), ("T", "temperature", "CEL")), entity=URN)


def parse(text, rule=WIDE, name="t.csv"):
    return parse_table(text if isinstance(text, bytes) else text.encode(), name, rule, KNOWN)


def values(batch):
    return [(o.property, o.value) for o in batch.observations]


def test_the_columns_of_a_home_made_sensor_are_known_and_the_others_stay_unmapped():
    found = suggest(read_table(SENSOR))

    assert found.time == "Time"
    assert found.columns == (
        ("SDS_P1", "pm10", "GQ"), ("SDS_P2", "pm25", "GQ"),
        ("Temp", "temperature", "CEL"), ("Humidity", "relativeHumidity", "P1"),
    )  # fmt: skip


def test_a_table_without_a_mapping_is_read_as_its_columns_say():
    batch = Table({"entity": URN, "zone": "utc"}, {}).decode(SENSOR, "sensor.csv", KNOWN)

    assert batch.rejected == []
    assert batch.observations[0].time == datetime(2018, 10, 8, 9, 21, 52, tzinfo=UTC)
    assert {o.entity for o in batch.observations} == {URN}
    assert {name for name, _unit in batch.things[0].properties} == {
        "pm10",
        "pm25",
        "temperature",
        "relativeHumidity",
    }


@pytest.mark.parametrize(
    "text",
    [
        "time;PM2.5;T\r\n2026-11-23 10:00:00;12,5;26,3\r\n",
        "time,PM2.5,T\n2026/11/23 10:00,12.5,26.3\n",
        "time\tPM2.5\tT\n23/11/2026 10:00\t12,5\t26.3\n",
        "\ufefftime|PM2.5|T\n20261123100000|12.5|26,3\n",
        "time;PM2.5;T\n2026-11-23T10:00:00+07:00;12,5;26,3\n",
    ],
)
def test_every_usual_writing_gives_the_same_readings(text):
    batch = parse(text)

    assert values(batch) == [("pm25", 12.5), ("temperature", 26.3)]
    assert {o.time for o in batch.observations} == {datetime(2026, 11, 23, 3, tzinfo=UTC)}


def test_a_workbook_is_read_as_its_text():
    book = Workbook()
    book.active.append(["time", "PM2.5", "T"])
    book.active.append([datetime(2026, 11, 23, 10), 12.5, None])
    out = BytesIO()
    book.save(out)

    assert values(parse(out.getvalue(), name="t.xlsx")) == [("pm25", 12.5)]


def test_a_long_table_names_thing_and_property_in_each_row():
    rule = TableRule(time="t", entity_column="s", property="p", value="v", unit="u")

    batch = parse(
        "t,s,p,v,u\n2026-11-23 10:00,KHI001,PM10,50,ug/m3\n2026-11-23 10:00,KHI001,CO,1.2,mg/m3\n", rule
    )

    assert [(o.entity, o.property, o.value, o.unit) for o in batch.observations] == [
        (URN, "pm10", 50.0, "GQ"),
        (URN, "co", 1.2, "GP"),
    ]


def test_days_and_months_are_told_apart_by_the_whole_column():
    batch = parse("time,PM2.5,T\n01/02/2026 10:00,1,\n01/13/2026 10:00,2,\n")

    assert [o.time.month for o in batch.observations] == [1, 1]


def test_a_bad_cell_costs_its_row_nothing_else_and_comes_again_corrected():
    batch = parse("time;PM2.5;T\n2026-11-23 10:00;12..5;26,3\n2026-11-23 10:05;13;\n")

    assert values(batch) == [("temperature", 26.3), ("pm25", 13.0)]
    [held] = batch.rejected
    assert (held.reason, held.origin) == (Reason.BAD_VALUE, "t.csv:2")
    assert values(parse(held.payload.replace(b"12..5", b"12,5"), name=held.origin)) == [
        ("pm25", 12.5),
        ("temperature", 26.3),
    ]


def test_titles_above_the_names_are_passed_over():
    batch = parse("BÁO CÁO QUAN TRẮC;;\r\n\r\ntime;PM2.5;T\r\n2026-11-23 10:00;12,5;26,3\r\n")

    assert values(batch) == [("pm25", 12.5), ("temperature", 26.3)]


def test_a_comma_that_is_a_decimal_mark_is_not_taken_for_the_delimiter():
    batch = parse("time;PM2.5;T\n2026-11-23 10:00;12,5;26,3\n2026-11-23 10:05;12,5;26,3\n")

    assert len(batch.observations) == 4


def test_a_line_with_more_cells_than_names_is_held_not_shifted():
    batch = parse("time,PM2.5,T\n2026-11-23 10:00,12,5,26,3\n2026-11-23 10:05,13,27\n")

    assert values(batch) == [("pm25", 13.0), ("temperature", 27.0)]
    assert [(held.reason, held.origin) for held in batch.rejected] == [(Reason.MALFORMED, "t.csv:2")]


def test_cells_that_say_that_there_is_no_value_and_lines_without_values_are_no_readings():
    batch = parse("time;PM2.5;T\n2026-11-23 10:00;-;N/A\nTổng cộng;;\n2026-11-23 10:05;<0,05;NaN\n")

    assert batch.observations == []
    assert [(held.reason, held.origin) for held in batch.rejected] == [(Reason.BAD_VALUE, "t.csv:4")]


def test_two_columns_of_one_name_are_two_columns():
    table = read_table(b"time;PM2.5;PM2.5;;T\n1;2;3;4;5\n")

    assert table.head == ["time", "PM2.5", "PM2.5#3", "#4", "T"]


def test_day_and_time_of_day_may_stand_in_two_columns():
    rule = TableRule(time="Ngày", clock="Giờ", columns=(("PM10", "pm10", "GQ"),), entity=URN)
    book = Workbook()
    book.active.append(["Ngày", "Giờ", "PM10"])
    book.active.append([date(2026, 11, 23), clock(10, 0), 50])
    out = BytesIO()
    book.save(out)

    for payload in ("Ngày;Giờ;PM10\n23/11/2026;10:00;50\n", out.getvalue()):
        [reading] = parse(payload, rule).observations
        assert reading.time == datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_times_of_workbooks_are_exact_to_the_second():
    book = Workbook()
    book.active.append(["time", "PM2.5", "T"])
    book.active.append([46349 + 10 / 24, 1, None])  # the day number of 23/11/2026, without a format
    book.active.append([datetime(2026, 11, 23, 10, 4, 59, 999_800), 2, None])
    out = BytesIO()
    book.save(out)

    times = [o.time for o in parse(out.getvalue()).observations]

    assert times == [datetime(2026, 11, 23, 3, tzinfo=UTC), datetime(2026, 11, 23, 3, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        (",", "1.234", 1234.0), (",", "1.234,5", 1234.5), (",", "12,5", 12.5), (",", "12.5", None),
        (".", "1,234", 1234.0), (".", "12.5", 12.5), (".", "12,5", None), ("", "1.234", 1.234),
    ],
)  # fmt: skip
def test_the_decimal_mark_of_the_settings_counts(decimal, text, value):
    batch = parse(f"time;PM2.5;T\n2026-11-23 10:00;{text};\n", replace(WIDE, decimal=decimal))

    assert values(batch) == ([("pm25", value)] if value is not None else [])
    assert len(batch.rejected) == (value is None)


def test_numbers_of_workbooks_have_no_decimal_mark():
    book = Workbook()
    book.active.append(["time", "PM2.5", "T"])
    book.active.append(["23/11/2026 10:00", 12.5, "1234,5"])
    out = BytesIO()
    book.save(out)

    batch = parse(out.getvalue(), replace(WIDE, decimal=","))

    assert values(batch) == [("pm25", 12.5), ("temperature", 1234.5)]


def test_a_workbook_that_unpacks_to_too_much_is_held():
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(101_000_000))

    assert [held.reason for held in parse(out.getvalue()).rejected] == [Reason.TOO_LARGE]


def test_a_mapping_that_names_no_property_is_read_as_a_wide_one():
    batch = parse("time;PM2.5;T\n2026-11-23 10:00;12,5;26\n", replace(WIDE, value="PM2.5"))

    assert len(batch.observations) == 2


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.MALFORMED),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), Reason.NOT_TEXT),
        (b"PK\x03\x04 no workbook", Reason.NOT_TEXT),
        (b"a;b\n1;2\n", Reason.MALFORMED),
    ],
)
def test_what_is_no_table_is_held_whole(payload, reason):
    assert [r.reason for r in parse(payload).rejected] == [reason]


@given(st.binary(max_size=300))
def test_any_bytes_end_somewhere(payload):
    batch = parse(payload)

    assert batch.observations == []
    assert batch.rejected


@given(st.text(alphabet='0123456789.,;:/-\n "aT', max_size=200))
def test_any_cells_end_somewhere(text):
    batch = parse("time;PM2.5;T\n" + text)

    assert all(isinstance(r.reason, Reason) for r in batch.rejected)


@pytest.mark.parametrize(
    "chosen", [{}, {"entity": URN}, {"entity": URN, "time": "t", "columns": "A b = pm25 GQ"}]
)
def test_the_example_that_is_shown_would_be_taken(chosen):
    table = build("table", chosen, {})

    batch = table.decode(table.client_needs(Example(URN))["example"].encode(), "t.csv", KNOWN)

    assert [(o.entity, o.property, o.value) for o in batch.observations] == [(URN, "pm25", 12.5)]
