import json
from datetime import date

import pytest

from halong.core.errors import Malformed
from halong.core.permissions import SYSTEM
from halong.places.actions import set_boundaries
from halong.places.boundaries import read_boundaries
from halong.places.models import Place
from halong.places.queries import feature_collection, locate, reforms, tree

from .conftest import REFORM, square

pytestmark = pytest.mark.django_db


def features(*rows):
    made = [{"type": "Feature", "properties": p, "geometry": g} for p, g in rows]
    return json.dumps({"type": "FeatureCollection", "features": made}).encode()


def test_a_tree_is_what_stood_on_a_day(trees):
    assert [(n.branch.code, n.depth) for n in tree(Place.objects.on(date(2020, 1, 1)))] == [
        ("22", 0),
        ("195", 1),
    ]
    # The alphabet: Phường before Xã, and Cẩm before Cửa.
    codes = [n.branch.code for n in tree(Place.objects.on(REFORM))]
    assert codes == ["22", "06793", "06781", "06799"]
    assert reforms(Place) == [REFORM, date(2019, 1, 1)]


def test_boundaries_are_matched_by_code_or_name(trees):
    data = features(
        ({"code": "06793"}, square(107.2, 21.0)),
        ({"name": "P. Cửa Ông"}, square(107.3, 21.0)),
        ({"name": "Phường Lạ"}, square(107.4, 21.0)),
        ({"code": "06799"}, {"type": "Point", "coordinates": [107, 21]}),
    )
    read = read_boundaries(data, on=REFORM)
    assert set(read.found) == {trees["campha"].pk, trees["cuaong"].pk}
    assert (read.unknown, read.without) == (["Phường Lạ"], ["Xã Hải Hòa"])
    assert read.unusable == ["Xã Hải Hòa: không có diện tích"]


def test_a_polygon_that_crosses_itself_is_repaired(trees):
    bow = {
        "type": "Polygon",
        "coordinates": [[[107, 21], [107.1, 21.1], [107.1, 21], [107, 21.1], [107, 21]]],
    }
    read = read_boundaries(features(({"code": "06793"}, bow)), on=REFORM)
    assert len(read.repaired) == 1
    assert read.found[trees["campha"].pk]["type"] == "MultiPolygon"


@pytest.mark.parametrize(
    "geometry", [None, {}, {"type": "Polygon", "coordinates": "x"}, square(500_000, 2_300_000, 1000)]
)
def test_what_is_no_geometry_in_degrees_is_named(trees, geometry):
    assert len(read_boundaries(features(({"code": "06793"}, geometry)), on=REFORM).unusable) == 1


@pytest.mark.parametrize("data", [b"", b"[]", b'{"features": 3}', b"\xff\xfe\x00"])
def test_what_is_no_collection_is_malformed(trees, data):
    with pytest.raises(Malformed):
        read_boundaries(data, on=REFORM)


def test_a_point_lies_in_its_unit_else_near_one_else_nowhere(trees):
    set_boundaries({trees["campha"].pk: square(107.2, 21.0)}, by=SYSTEM, source="x", approximate=False)
    set_boundaries({trees["cuaong"].pk: square(107.3, 21.0)}, by=SYSTEM, source="x", approximate=True)
    inside = locate(107.25, 21.05, REFORM)
    assert (inside.place, inside.approximate, inside.distance_km) == (trees["campha"], False, 0)
    rough = locate(107.35, 21.05, REFORM)
    assert (rough.place, rough.approximate) == (trees["cuaong"], True)
    sea = locate(107.25, 20.9, REFORM)  # a tenth of a degree before the coast
    assert (sea.place, sea.approximate, sea.distance_km) == (trees["campha"], True, 11.12)
    assert locate(107.36, 21.2, REFORM).place == trees["haihoa"]  # no boundary: by its point
    assert locate(105.8, 21.0, REFORM) is None


def test_shapes_are_simplified_once_and_again_after_a_change(trees, django_assert_num_queries):
    set_boundaries({trees["campha"].pk: square(107.2, 21.0)}, by=SYSTEM, source="x", approximate=False)
    kinds = {f["properties"]["code"]: f["geometry"]["type"] for f in feature_collection(REFORM)["features"]}
    assert kinds == {"06793": "MultiPolygon", "06781": "Point", "06799": "Point"}
    with django_assert_num_queries(1):
        feature_collection(REFORM)
    set_boundaries({trees["cuaong"].pk: square(107.3, 21.0)}, by=SYSTEM, source="x", approximate=True)
    found = {
        f["properties"]["code"]: f["properties"]["approximate"]
        for f in feature_collection(REFORM)["features"]
    }
    assert found == {"06793": False, "06781": True, "06799": True}
