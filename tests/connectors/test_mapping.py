from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.connectors.mapping import Rule, decode_json, parse_fields
from halong.ingest.batch import Reason
from halong.ingest.connector import Known

URN = "urn:ngsi-ld:AirQualityObserved:khi001"
KNOWN = {"khi001": Known(URN, ("AirQualityObserved",))}
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def decode(document, rule=None, **more):
    payload = document if isinstance(document, bytes) else msgspec.json.encode(document)
    return decode_json(payload, "topic", rule or Rule(), KNOWN, arrived=AT, **more)


def rows(batch):
    return [(o.entity, o.property, o.value, o.unit, o.quality, o.time) for o in batch.observations]


def test_an_object_as_the_http_door_takes_it_needs_no_rule():
    item = {
        "entity": URN,
        "property": "pm25",
        "time": "2026-11-23T10:00:00+07:00",
        "value": 12.5,
        "unit": "ug/m3",
        "quality": 1,
    }

    assert rows(decode(item)) == [(URN, "pm25", 12.5, "GQ", 1, AT)]
    assert rows(decode([item, item])) == [(URN, "pm25", 12.5, "GQ", 1, AT)] * 2


@pytest.mark.parametrize("payload", [b"12.5", b"12,5", b'"12.5"', b" 12.5\n"])
def test_a_bare_number_is_the_topics_value_at_its_arrival(payload):
    batch = decode(payload, parts={"station": "KHI001", "property": "PM2.5"})

    assert rows(batch) == [(URN, "pm25", 12.5, None, 0, AT)]


def test_pointers_lead_to_what_others_call_by_other_names():
    rule = Rule(
        items="/d/list",
        entity="urn:ngsi-ld:AirQualityObserved:{dev}",
        property="/k",
        value="/v/0",
        time="/ts",
        unit="mg/m3",
    )
    document = {"d": {"list": [{"dev": "khi001", "k": "co", "v": [1.5], "ts": 1795402800}]}}

    assert rows(decode(document, rule)) == [
        (URN, "co", 1.5, "GP", 0, datetime.fromtimestamp(1795402800, UTC))
    ]


def test_one_object_may_carry_many_values():
    rule = Rule(fields=parse_fields("/pm25 = pm25 GQ\n/t = temperature oC\n/no = no2"))

    batch = decode({"station": "khi001", "pm25": 12, "t": 26.5, "time": 1795402800000}, rule)

    assert [(o.property, o.value, o.unit) for o in batch.observations] == [
        ("pm25", 12.0, "GQ"),
        ("temperature", 26.5, "CEL"),
    ]


def test_an_unknown_station_is_opened_only_if_a_type_is_chosen():
    parts = {"station": "new", "property": "pm25"}

    [thing] = decode(b"1", Rule(type="AirQualityObserved"), parts=parts).things

    assert (thing.urn, thing.properties) == ("urn:ngsi-ld:AirQualityObserved:new", (("pm25", "GQ"),))
    assert decode(b"1", parts=parts).things == []


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"entity": URN, "property": "pm25", "value": None}, Reason.BAD_VALUE),
        ({"entity": URN, "property": "pm25", "value": True}, Reason.BAD_VALUE),
        ({"entity": URN, "property": "pm25", "value": "x"}, Reason.BAD_VALUE),
        ({"entity": URN, "property": "pm25"}, Reason.MALFORMED),
        ({"property": "pm25", "value": 1}, Reason.UNKNOWN_ENTITY),
        ({"entity": URN, "value": 1}, Reason.UNKNOWN_PROPERTY),
        ({"entity": URN, "property": "pm25", "value": 1, "time": "soon"}, Reason.BAD_TIME),
        ({"entity": URN, "property": "pm25", "value": 1, "time": 1e300}, Reason.BAD_TIME),
        ({"entity": URN, "property": "pm25", "value": 1, "unit": "furlong"}, Reason.UNKNOWN_UNIT),
        ({"entity": URN, "property": "pm25", "value": 1, "quality": 7}, Reason.BAD_QUALITY),
        ("nonsense", Reason.UNKNOWN_PROPERTY),
    ],
)
def test_what_can_not_be_a_reading_is_held_with_its_reason(document, reason):
    batch = decode(document, parts={"entity": URN} if isinstance(document, str) else None)

    assert batch.observations == []
    assert [r.reason for r in batch.rejected] == [reason]


json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["entity", "property", "value", "time", "unit"]), inner, max_size=5)
    ),
    max_leaves=8,
)  # fmt: skip


@given(json)
def test_any_document_ends_as_readings_or_with_a_reason(document):
    batch = decode(msgspec.json.encode(document), parts={"entity": URN, "property": "pm25"})

    assert batch.observations or batch.rejected or document == []


@given(st.binary(max_size=80))
def test_any_bytes_end_as_readings_or_with_a_reason(payload):
    batch = decode(payload, parts={"entity": URN, "property": "pm25"})

    assert batch.observations or batch.rejected or payload.strip() == b"[]"
