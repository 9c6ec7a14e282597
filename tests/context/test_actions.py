import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from halong.audit.models import AuditEntry
from halong.context import actions, queries
from halong.context.documents import NULL
from halong.context.models import Attribute, AttributeVersion, Entity
from halong.core.errors import Conflict, Invalid, NotFound
from halong.core.permissions import SYSTEM

from .test_documents import INSTANCES, NAME, st

pytestmark = pytest.mark.django_db
POINT = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [107.29, 21.02]}}


def make(urn="urn:ngsi-ld:AirQualityObserved:t1", **attributes):
    return actions.create_entity(
        urn, ["AirQualityObserved"], by=SYSTEM, attributes=attributes, sector="environment"
    )


def states(entity, name):
    rows = AttributeVersion.objects.filter(entity=entity, name=name).order_by("id")
    return [(row.change, row.document.get("value")) for row in rows]


def test_a_new_entity_repeats_name_and_place_in_its_columns(ward, agency):
    entity = actions.create_entity(
        "urn:ngsi-ld:AirQualityObserved:t1",
        ["AirQualityObserved"],
        by=SYSTEM,
        attributes={"name": "Trạm Đèo Nai", "location": POINT},
        place=ward,
        agency=agency,
        public=True,
        illustrative=True,
    )
    entity.refresh_from_db()
    assert (entity.name, entity.folded, entity.lon, entity.lat) == (
        "Trạm Đèo Nai",
        "tram deo nai",
        107.29,
        21.02,
    )
    assert (entity.public, entity.illustrative, entity.simulated) == (True, True, False)
    assert AuditEntry.objects.filter(action="entities.create").count() == 1


def test_names_of_several_languages_show_the_vietnamese_one():
    entity = make(name={"languageMap": {"en": "Ha Long Bay", "vi": "Vịnh Hạ Long"}})
    assert Entity.objects.get(pk=entity.pk).name == "Vịnh Hạ Long"


def test_an_area_is_drawn_at_a_point_inside_it():
    ring = [[107, 20], [108, 20], [108, 21], [107, 21], [107, 20]]
    entity = make(location={"type": "Polygon", "coordinates": [ring]})
    assert 107 < entity.lon < 108
    assert 20 < entity.lat < 21


def test_the_same_urn_twice_is_a_conflict_and_a_deleted_one_can_return():
    entity = make(name="a", old=1)
    with pytest.raises(Conflict):
        make()
    actions.delete_entity(entity, by=SYSTEM)
    again = make(name="b")
    assert again.pk == entity.pk
    assert queries.key_values(again) == {
        "id": entity.urn,
        "type": "AirQualityObserved",
        "name": "b",
        "@context": queries.CORE_CONTEXT,
    }
    with pytest.raises(Conflict):
        actions.create_entities(
            [actions.Draft("urn:x:1", ("T",)), actions.Draft("urn:x:1", ("T",))], by=SYSTEM
        )


@pytest.mark.parametrize(
    ("urn", "types", "scopes"),
    [
        ("no uri", ["T"], []),
        ("urn:x:1", [], []),
        ("urn:x:1", ["a b"], []),
        ("urn:x:1", ["T"], ["Env"]),
        ("urn:x:1", ["T"], ["/a//b"]),
    ],
)
def test_headers_are_checked(urn, types, scopes):
    with pytest.raises(Invalid):
        actions.create_entity(urn, types, by=SYSTEM, scopes=scopes)


def test_append_overwrites_unless_told_not_to():
    entity = make(a=1)
    assert actions.append_attributes(entity, {"a": 2, "b": 3}, by=SYSTEM, overwrite=False) == ["a"]
    assert actions.append_attributes(entity, {"a": 4}, by=SYSTEM) == []
    assert states(entity, "a") == [("created", 1), ("updated", 4)]
    assert states(entity, "b") == [("created", 3)]


def test_update_touches_only_what_exists():
    entity = make(a=1)
    assert actions.update_attributes(entity, {"a": 2, "b": 3}, by=SYSTEM) == ["b"]
    assert Attribute.objects.filter(entity=entity).count() == 1


def test_replace_deletes_what_is_not_named_and_leaves_what_is_equal():
    entity = make(a=1, b=2, c=3, name="x")
    actions.replace_attributes(entity, {"a": 1, "b": 5, "d": 4}, by=SYSTEM)
    assert states(entity, "a") == [("created", 1)]
    assert states(entity, "b") == [("created", 2), ("updated", 5)]
    assert states(entity, "c") == [("created", 3), ("deleted", 3)]
    assert Entity.objects.get(pk=entity.pk).name == ""


def test_patch_changes_members_of_one_instance():
    entity = make(speed=[{"value": 1, "unitCode": "KMH"}, {"value": 2, "datasetId": "urn:x:gps"}])
    actions.patch_attribute(entity, "speed", {"value": 9}, by=SYSTEM, dataset_id="urn:x:gps")
    actions.patch_attribute(entity, "speed", {"unitCode": NULL}, by=SYSTEM)
    assert queries.normalized(entity)["speed"] == [
        {"type": "Property", "value": 1},
        {"type": "Property", "value": 9, "datasetId": "urn:x:gps"},
    ]
    with pytest.raises(NotFound):
        actions.patch_attribute(entity, "nothing", {"value": 1}, by=SYSTEM)
    with pytest.raises(Invalid):
        actions.patch_attribute(entity, "speed", {"datasetId": "urn:x:other"}, by=SYSTEM)


def test_merge_adds_patches_and_deletes():
    entity = make(a={"value": 1, "unitCode": "CEL"}, b=2)
    actions.merge_attributes(entity, {"a": {"value": 7}, "b": NULL, "c": 3}, by=SYSTEM)
    document = queries.normalized(entity)
    assert document["a"] == {"type": "Property", "value": 7, "unitCode": "CEL"}
    assert "b" not in document
    assert document["c"] == {"type": "Property", "value": 3}


def test_delete_attribute_takes_one_instance_or_all_and_clears_the_columns():
    entity = make(location=POINT, speed=[{"value": 1}, {"value": 2, "datasetId": "urn:x:gps"}])
    actions.delete_attribute(entity, "speed", by=SYSTEM)
    assert queries.normalized(entity)["speed"]["datasetId"] == "urn:x:gps"
    actions.delete_attribute(entity, "speed", by=SYSTEM, every_instance=True)
    actions.delete_attribute(entity, "location", by=SYSTEM)
    entity.refresh_from_db()
    assert (entity.lon, entity.lat) == (None, None)
    with pytest.raises(NotFound):
        actions.delete_attribute(entity, "location", by=SYSTEM)


def test_a_deleted_entity_takes_no_more_changes():
    entity = make(a=1)
    actions.delete_entity(entity, by=SYSTEM)
    with pytest.raises(NotFound):
        actions.append_attributes(entity, {"a": 2}, by=SYSTEM)
    assert list(Entity.objects.visible_to(SYSTEM)) == []


def test_owner_and_description_change(ward, agency):
    entity = make(a=1)
    actions.change_owner(entity, by=SYSTEM, place=ward, agency=agency)
    actions.describe_entity(entity, by=SYSTEM, public=True, scopes=["/Env/Air"])
    entity.refresh_from_db()
    assert (entity.place, entity.agency, entity.sector) == (ward, agency, "environment")
    assert (entity.public, entity.scopes) == (True, ["/Env/Air"])
    assert queries.normalized(entity)["scope"] == "/Env/Air"


def test_history_tells_every_past_state():
    before = timezone.now()
    entity = make(a=1, name="x")
    first = timezone.now()
    actions.append_attributes(entity, {"a": 2, "b": {"object": "urn:x:1"}}, by=SYSTEM)
    second = timezone.now()
    actions.delete_attribute(entity, "a", by=SYSTEM)
    third = timezone.now()
    actions.append_attributes(entity, {"a": "again"}, by=SYSTEM)
    fourth = timezone.now()
    actions.delete_entity(entity, by=SYSTEM)
    entity.refresh_from_db()

    def at(time):
        document = queries.state_at(entity, time)
        return document and {k: v for k, v in queries.simplified(document).items() if k in {"a", "b"}}

    assert at(before) is None
    assert at(first) == {"a": 1}
    assert at(second) == {"a": 2, "b": "urn:x:1"}
    assert at(third) == {"b": "urn:x:1"}
    assert at(fourth) == {"a": "again", "b": "urn:x:1"}
    assert at(timezone.now()) is None
    stamped = queries.state_at(entity, second, system=True)["a"]
    assert stamped["createdAt"] < stamped["modifiedAt"]
    changes = [next(k for k in ("modifiedAt", "deletedAt") if k in s) for s in queries.evolution(entity, "a")]
    assert changes == ["modifiedAt", "modifiedAt", "deletedAt", "modifiedAt", "deletedAt"]


def test_the_newest_readings_are_merged_in_by_whoever_keeps_them():
    entity = make(pm25=[{"value": 1}, {"value": 3, "datasetId": "urn:x:model"}])
    reading = {"type": "Property", "value": 41.5, "unitCode": "GQ", "observedAt": "2026-11-23T07:05:00Z"}
    document = queries.normalized(entity, latest=lambda entities: {e.pk: {"pm25": reading} for e in entities})
    assert document["pm25"] == [{"type": "Property", "value": 3, "datasetId": "urn:x:model"}, reading]
    assert queries.key_values(entity)["pm25"] == {"dataset": {"@none": 1, "urn:x:model": 3}}


def test_many_documents_cost_one_query(django_assert_num_queries):
    for n in range(5):
        make(f"urn:x:{n}", a=n, b=n)
    entities = list(Entity.objects.order_by("urn"))
    with django_assert_num_queries(1):
        found = queries.documents(entities, system=True)
    assert [one["a"]["value"] for one in found] == [0, 1, 2, 3, 4]


@given(st.dictionaries(NAME, INSTANCES, max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_documents_make_the_round_trip_through_the_database(attributes):
    Entity.objects.filter(urn="urn:x:trip").delete()
    entity = actions.create_entity("urn:x:trip", ["T"], by=SYSTEM, attributes=attributes)
    expected = {"id": "urn:x:trip", "type": "T", **attributes, "@context": queries.CORE_CONTEXT}
    assert queries.normalized(entity) == expected
    assert queries.state_at(entity, timezone.now()) == expected
    actions.replace_attributes(entity, queries.normalized(entity) and attributes, by=SYSTEM)
    assert AttributeVersion.objects.filter(entity=entity).count() == len(attributes)
