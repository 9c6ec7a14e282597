from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halong.context.documents import (
    NULL,
    format_datetime,
    is_name,
    is_uri,
    merge,
    parse_datetime,
    read_attributes,
    read_document,
)
from halong.core.errors import Invalid

POINT = {"type": "Point", "coordinates": [107.08, 20.95]}
WHOLE = [
    {"type": "Property", "value": 35.6, "unitCode": "GQ", "observedAt": "2026-11-23T07:05:00Z"},
    {"type": "Relationship", "object": "urn:ngsi-ld:Device:1", "objectType": "Device"},
    {"type": "Relationship", "object": ["urn:ngsi-ld:Device:1", "urn:ngsi-ld:Device:2"]},
    {"type": "GeoProperty", "value": POINT},
    {"type": "LanguageProperty", "languageMap": {"vi": "Vịnh Hạ Long", "en": ["Ha Long Bay", "Bay"]}},
    {"type": "JsonProperty", "json": {"street": "Trần Phú", "type": "nothing to do with NGSI-LD", "n": None}},
    {"type": "VocabProperty", "vocab": ["open", "public"]},
    {"type": "ListProperty", "valueList": [1, 2.5, "x"], "unitCode": "CEL"},
    {"type": "ListRelationship", "objectList": [{"object": "urn:ngsi-ld:Device:1"}]},
]


@pytest.mark.parametrize("document", WHOLE, ids=lambda d: d["type"])
def test_every_kind_is_kept_as_it_is(document):
    assert read_document(document) == document


@pytest.mark.parametrize(
    ("concise", "canonical"),
    [
        (12, {"type": "Property", "value": 12}),
        ("Trạm 1", {"type": "Property", "value": "Trạm 1"}),
        (["a", "b"], {"type": "Property", "value": ["a", "b"]}),
        ({"value": 12, "unitCode": "CEL"}, {"type": "Property", "value": 12, "unitCode": "CEL"}),
        ({"value": POINT}, {"type": "GeoProperty", "value": POINT}),
        (POINT, {"type": "GeoProperty", "value": POINT}),
        ({"object": "urn:x:1"}, {"type": "Relationship", "object": "urn:x:1"}),
        ({"languageMap": {"vi": "a"}}, {"type": "LanguageProperty", "languageMap": {"vi": "a"}}),
        ({"json": None}, {"type": "JsonProperty", "json": None}),
        ({"vocab": "a"}, {"type": "VocabProperty", "vocab": "a"}),
    ],
)
def test_concise_forms_become_normalized(concise, canonical):
    assert read_document(concise) == canonical


def test_sub_attributes_are_kept_and_what_only_the_system_writes_is_dropped():
    raw = {
        "type": "Property",
        "value": 1,
        "createdAt": "2020-01-01T00:00:00Z",
        "instanceId": "urn:x:1",
        "previousValue": 0,
        "accuracy": {"value": 0.1, "unitCode": "P1", "modifiedAt": "2020-01-01T00:00:00Z"},
        "measuredBy": {"type": "Relationship", "object": "urn:ngsi-ld:Device:7"},
    }
    assert read_document(raw) == {
        "type": "Property",
        "value": 1,
        "accuracy": {"type": "Property", "value": 0.1, "unitCode": "P1"},
        "measuredBy": {"type": "Relationship", "object": "urn:ngsi-ld:Device:7"},
    }


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"type": "Property"}, "a.value"),
        ({"type": "Property", "value": None}, "a.value"),
        ({"type": "Property", "value": float("nan")}, "a.value"),
        ({"type": "Property", "value": 1, "unitCode": ""}, "a.unitCode"),
        ({"type": "Property", "value": 1, "observedAt": "2026-11-23"}, "a.observedAt"),
        ({"type": "Property", "value": 1, "observedAt": "2026-11-23T07:00:00"}, "a.observedAt"),
        ({"type": "Property", "value": 1, "datasetId": "two words"}, "a.datasetId"),
        ({"type": "Property", "value": 1, "object": "urn:x:1"}, "a.object"),
        ({"type": "Property", "value": "nul\0"}, "a.value"),
        ({"type": "Relationship", "object": "not a uri"}, "a.object"),
        ({"type": "Relationship", "object": []}, "a.object"),
        ({"type": "Relationship", "object": "urn:x:1", "unitCode": "CEL"}, "a.unitCode"),
        ({"type": "GeoProperty", "value": {"type": "Point", "coordinates": [200, 0]}}, "a.value"),
        ({"type": "GeoProperty", "value": {"type": "Point", "coordinates": ["1", 0]}}, "a.value"),
        ({"type": "GeoProperty", "value": {"type": "Point", "coordinates": [True, 0]}}, "a.value"),
        ({"type": "GeoProperty", "value": {"type": "LineString", "coordinates": [[1, 1]]}}, "a.value"),
        ({"type": "GeoProperty", "value": {"type": "Polygon", "coordinates": []}}, "a.value"),
        (
            {
                "type": "GeoProperty",
                "value": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
            },
            "a.value",
        ),
        ({"type": "GeoProperty", "value": {"type": "GeometryCollection", "geometries": []}}, "a.value"),
        ({"type": "LanguageProperty", "languageMap": {}}, "a.languageMap"),
        ({"type": "LanguageProperty", "languageMap": {"tiếng Việt": "a"}}, "a.languageMap"),
        ({"type": "LanguageProperty", "languageMap": {"vi": 3}}, "a.languageMap"),
        ({"type": "VocabProperty", "vocab": [1]}, "a.vocab"),
        ({"type": "ListProperty", "valueList": 1}, "a.valueList"),
        ({"type": "ListRelationship", "objectList": [{"object": 1}]}, "a.objectList"),
        ({"type": "Thing", "value": 1}, "a.type"),
        ({"type": "Property", "value": 1, "sub": {"type": "Relationship", "object": 1}}, "a.sub.object"),
        ({"type": "Property", "value": 1, "@context": {}}, "a.@context"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(document, path):
    with pytest.raises(Invalid) as caught:
        read_attributes({"a": document})
    assert list(caught.value.fields) == [path]


def test_two_instances_need_two_datasets():
    with pytest.raises(Invalid) as caught:
        read_attributes({"speed": [{"value": 1}, {"value": 2}]})
    assert caught.value.fields == {"speed": "two instances have the same datasetId"}
    found = read_attributes({"speed": [{"value": 1}, {"value": 2, "datasetId": "urn:x:gps"}]})
    assert [(one.dataset_id, one.document["value"]) for one in found] == [("", 1), ("urn:x:gps", 2)]


def test_merging_replaces_members_and_takes_away_those_set_to_null():
    old = {"type": "Property", "value": 1, "unitCode": "CEL", "note": {"type": "Property", "value": "a"}}
    assert merge(old, {"value": 2, "note": NULL}) == {"type": "Property", "value": 2, "unitCode": "CEL"}
    with pytest.raises(Invalid):
        merge(old, {"type": "Relationship", "object": "urn:x:1"})
    with pytest.raises(Invalid):
        merge(old, {"value": NULL})


@pytest.mark.parametrize(
    ("text", "answer"),
    [("urn:a:1", True), ("https://x.vn/a", True), ("abc", False), ("", False), ("urn:", False), (3, False)],
)
def test_uris(text, answer):
    assert is_uri(text) is answer


@pytest.mark.parametrize("text", ["pm25", "N_TOT", "schema:name", "https://x.vn/a"])
def test_names(text):
    assert is_name(text)


@pytest.mark.parametrize("text", ["id", "a b", "1a", "", "pm2,5", None])
def test_no_names(text):
    assert not is_name(text)


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.timezones()))
def test_times_come_back(time):
    assert parse_datetime(format_datetime(time)) == time.astimezone(UTC)


TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e12, 1e12, allow_subnormal=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
@settings(max_examples=300)
def test_any_json_is_read_or_refused_with_a_reason_and_what_is_read_is_canonical(raw):
    try:
        document = read_document(raw)
    except Invalid as error:
        document = None
        reasons = error.fields
    assert reasons if document is None else read_document(document) == document


URN = st.from_regex(r"urn:ngsi-ld:[A-Z][a-z]{2,6}:[a-z0-9]{1,8}", fullmatch=True)
NAME = st.from_regex(r"[a-z][A-Za-z0-9_]{0,8}", fullmatch=True).filter(is_name).filter(
    lambda n: n not in {"value", "object", "json", "vocab"}
)  # fmt: skip
LON = st.floats(-180, 180, allow_nan=False)
LAT = st.floats(-90, 90, allow_nan=False)
VALUES = st.one_of(
    JSON.filter(lambda v: v is not None).map(lambda v: {"type": "Property", "value": v}),
    URN.map(lambda u: {"type": "Relationship", "object": u}),
    st.tuples(LON, LAT).map(
        lambda p: {"type": "GeoProperty", "value": {"type": "Point", "coordinates": list(p)}}
    ),
    st.dictionaries(st.sampled_from(["vi", "en", "@none", "zh-Hans"]), TEXT, min_size=1).map(
        lambda m: {"type": "LanguageProperty", "languageMap": m}
    ),
    JSON.map(lambda v: {"type": "JsonProperty", "json": v}),
    TEXT.filter(bool).map(lambda v: {"type": "VocabProperty", "vocab": v}),
    st.lists(JSON, max_size=3).map(lambda v: {"type": "ListProperty", "valueList": v}),
    st.lists(URN, max_size=3).map(
        lambda v: {"type": "ListRelationship", "objectList": [{"object": u} for u in v]}
    ),
)
INSTANCES = st.builds(
    lambda base, subs, meta: {**subs, **meta, **base},
    VALUES,
    st.dictionaries(NAME, VALUES, max_size=2),
    st.fixed_dictionaries({}, optional={"observedAt": st.just("2026-11-23T07:00:00Z"), "datasetId": URN}),
)


@given(st.dictionaries(NAME, INSTANCES, max_size=4))
@settings(max_examples=150)
def test_every_valid_document_is_kept_word_for_word(attributes):
    assert {one.name: one.document for one in read_attributes(attributes)} == attributes
