from datetime import date

import pytest

from halong.core.errors import Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.places.actions import end_branch, import_agencies, import_places, save_place
from halong.places.models import Agency, Place
from halong.places.sheets import AGENCY_COLUMNS, PLACE_COLUMNS, agency_rows, place_rows

pytestmark = pytest.mark.django_db


def table(columns, *rows):
    from halong.core.tables import write_csv

    return write_csv(columns, rows).encode()


def test_paths_follow_the_tree(trees):
    province, city = trees["province"], trees["city"]
    assert city.path == f"/{province.pk}/{city.pk}/"
    below = save_place(
        Place(code="x", name="Phường X", kind="ward", parent=city, valid_from=date(2019, 1, 1)), by=SYSTEM
    )
    city.parent = None
    save_place(city, by=SYSTEM)
    assert Place.objects.get(pk=below.pk).path == f"/{city.pk}/{below.pk}/"
    assert set(Place.objects.within(city)) == {city, below}


def test_a_unit_can_not_lie_below_itself(trees):
    province = trees["province"]
    province.parent = trees["city"]
    with pytest.raises(Invalid) as caught:
        save_place(province, by=SYSTEM)
    assert list(caught.value.fields) == ["parent"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "hamlet"}, "kind"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to"),
        ({"lon": None}, "lon"),
        ({"lon": 200.0}, "lon"),
        ({"lat": -91.0}, "lat"),
    ],
)
def test_what_can_not_be_right_is_refused_by_field(trees, change, field):
    ward = trees["campha"]
    for name, value in change.items():
        setattr(ward, name, value)
    with pytest.raises(Invalid) as caught:
        save_place(ward, by=SYSTEM)
    assert list(caught.value.fields) == [field]


def test_an_administrator_of_a_ward_edits_that_ward_only(trees, person):
    local = person("administrator", place=trees["campha"])
    trees["campha"].population = 5
    save_place(trees["campha"], by=local)
    with pytest.raises(Forbidden):
        save_place(trees["cuaong"], by=local)
    with pytest.raises(Forbidden):
        save_place(Place(code="n", name="Phường N", kind="ward", valid_from=date(2025, 7, 1)), by=local)
    with pytest.raises(Forbidden):
        save_place(trees["campha"], by=person("officer"))


def test_succession_needs_an_end(trees):
    end_branch(trees["city"], by=SYSTEM, successors=[trees["campha"], trees["cuaong"]])
    assert {link.present for link in trees["city"].successors.all()} == {trees["campha"], trees["cuaong"]}
    with pytest.raises(Invalid):
        end_branch(trees["campha"], by=SYSTEM, successors=[trees["cuaong"]])
    with pytest.raises(Invalid):
        end_branch(trees["city"], by=SYSTEM, successors=[trees["department"]])


def test_what_is_exported_comes_back_unchanged(trees):
    data = table(PLACE_COLUMNS, *place_rows(Place.objects.order_by("valid_from", "code")))
    preview = import_places(data, by=SYSTEM, dry_run=False)
    assert (len(preview.unchanged), preview.changed, preview.created, preview.faults) == (5, [], [], [])
    data = table(AGENCY_COLUMNS, *agency_rows(Agency.objects.all()))
    assert import_agencies(data, by=SYSTEM, dry_run=False).unchanged == ["S · Sở Xây dựng"]


def test_a_table_adds_and_changes(trees):
    data = (
        "code;name;kind;valid_from;parent;population\n"
        "06793;Phường Cẩm Phả;ward;2025-07-01;22;70000\n"
        "9;Xã Mới;commune;2025-07-01;22;\n"
    ).encode("utf-8-sig")
    dry = import_places(data, by=SYSTEM, dry_run=True)
    assert (dry.created, dry.changed) == (["9 · Xã Mới"], ["06793 · Phường Cẩm Phả"])
    assert Place.objects.filter(code="9").count() == 0
    import_places(data, by=SYSTEM, dry_run=False)
    place = Place.objects.get(code="06793")
    assert (place.population, place.lon) == (70000, 107.25)  # a column that isn't there changes nothing
    assert Place.objects.get(code="9").path == f"{trees['province'].path}{Place.objects.get(code='9').pk}/"


def test_every_fault_has_its_line_and_nothing_is_written(trees):
    data = (
        "code,name,kind,valid_from,parent,lon,lat\n"
        "1,Xã Một,commune,2025-07-01,22,107,21\n"
        "2,Xã Hai,hamlet,2025-07-01,22,,\n"
        "3,Xã Ba,commune,tomorrow,22,,\n"
        "4,Xã Bốn,commune,2025-07-01,77,,\n"
        ",Xã Năm,commune,2025-07-01,,,\n"
        "6,Xã Sáu,commune,2025-07-01,22,east,21\n"
    ).encode()
    preview = import_places(data, by=SYSTEM, dry_run=False)
    assert [(f.line, f.column) for f in preview.faults] == [
        (3, "kind"),
        (4, "valid_from"),
        (5, "parent"),
        (6, "code"),
        (7, "lon"),
    ]
    assert Place.objects.count() == 5


def test_agencies_come_with_what_they_became(trees):
    data = (
        "code,name,valid_from,valid_to,successors,place\n"
        "GTVT,Sở Giao thông vận tải,2019-01-01,2025-02-28,S,22\n"
    ).encode()
    import_agencies(data, by=SYSTEM, dry_run=False)
    former = Agency.objects.get(code="GTVT")
    assert [link.present.code for link in former.successors.all()] == ["S"]
    assert former.qualified_name == "Sở Giao thông vận tải (đến 28/02/2025)"
