"""The list of indicators and the page of one."""

import csv
import io

import pytest
from tests.indicators.screens import ROLES
from tests.province import clock, make_station, person, province, put, wards

from halong.core.permissions import SYSTEM
from halong.indicators.editing import set_target
from halong.indicators.models import Revision

__all__ = ["clock", "make_station", "person", "province", "put", "wards"]


def rows_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("role", ROLES)
def test_every_role_of_the_desk_sees_list_page_and_league(browse, make_indicator, put_values, role):
    indicator = make_indicator()
    put_values(indicator, [10.0, 12.0, 14.0])
    desk = browse(role)
    for path in (
        "/indicators",
        f"/indicators/{indicator.pk}",
        "/collections",
        "/league",
        f"/league?indicator={indicator.pk}",
    ):
        assert (path, desk.get(path).status_code) == (path, 200)
    text = desk.get(f"/indicators/{indicator.pk}").content.decode()
    assert ("Sửa" in text or "/edit" in text) == (role == "administrator")


def test_citizens_and_strangers_see_nothing(client, browse, make_indicator):
    indicator = make_indicator()
    assert client.get(f"/indicators/{indicator.pk}").status_code == 302
    assert browse("citizen").get("/indicators").status_code == 403


def test_the_list_is_filtered_sorted_and_counted_by_the_scope(browse, make_indicator, put_values, wards):
    low, high = make_indicator("Thấp", order=1), make_indicator("Cao", sector="health", order=2)
    put_values(low, [1.0])
    put_values(high, [9.0])
    desk = browse("leader")
    names = lambda query: [row.standing.name for row in desk.get(f"/indicators?{query}").context["rows"]]  # noqa: E731
    assert names("") == ["Thấp", "Cao"]
    assert names("sort=-value") == ["Cao", "Thấp"]
    assert names("q=cao") == ["Cao"]
    assert names("freshness=none") == []
    assert names("state=bad") == []
    assert names("state=nonsense&level=9&owner=x") == ["Thấp", "Cao"]
    assert names("sector=economy") == ["Thấp"]
    assert names(f"sector=&place={wards[0].pk}&freshness=none") == ["Thấp", "Cao"]


def test_the_list_needs_as_many_queries_for_thirty_as_for_three(
    browse, make_indicator, put_values, django_assert_max_num_queries
):
    for number in range(30):
        put_values(make_indicator(f"Chỉ số {number}"), [1.0, 2.0, 3.0])
    desk = browse("leader")
    desk.get("/indicators")
    with django_assert_max_num_queries(25):
        desk.get("/indicators")


def test_the_list_as_csv(browse, make_indicator, put_values):
    indicator = make_indicator()
    put_values(indicator, [10.0, 12.0])
    head, row = rows_of(browse("auditor").get("/indicators.csv"))
    found = dict(zip(head, row, strict=True))
    assert (found["key"], found["value"], found["owner"], found["late"]) == (
        indicator.key,
        "12.0",
        "Sở TC",
        "False",
    )


def test_the_page_shows_value_target_owner_history_and_comparison(
    browse, make_indicator, put_values, wards, agencies, django_assert_max_num_queries
):
    indicator = make_indicator(
        unit="P1", direction="up", bands=[{"state": "attention", "below": 50.0}], plausible_min=0.0
    )
    put_values(indicator, [60.0, 40.0], num=40.0, den=100.0)
    for ward, value in zip(wards, (30.0, 45.0), strict=True):
        put_values(indicator, [value], node=ward.pk, num=value, den=100.0 if value > 40 else 10.0)
    set_target(indicator, by=SYSTEM, value=55.0, valid_from=indicator.definition.valid_from)
    desk = browse("leader")
    desk.get(f"/indicators/{indicator.pk}")
    with django_assert_max_num_queries(60):
        page = desk.get(f"/indicators/{indicator.pk}")
    standing = page.context["standing"]
    assert (standing.value, standing.target, standing.state) == (40.0, 55.0, "attention")
    assert page.context["target_words"] == "còn thiếu 15"
    assert [(side.name, side.rank, bool(side.why)) for side in page.context["place_rows"]] == [
        ("phường Hồng Gai", 1, False),
        ("phường Cẩm Phả", 2, False),
    ]
    text = page.content.decode()
    assert "Sở Tài chính" in text
    assert "tel:0203 2" in text
    body = desk.get(f"/indicators/{indicator.pk}/history.json").json()
    assert [point[1] for point in body["series"][0]["points"]] == [60.0, 40.0]
    assert [(limit["kind"], limit["value"]) for limit in body["limits"]] == [
        ("target", 55.0),
        ("minimum", 50.0),
    ]


def test_the_page_obeys_the_chosen_place(browse, make_indicator, put_values, wards):
    indicator = make_indicator()
    put_values(indicator, [10.0])
    put_values(indicator, [4.0], node=wards[0].pk)
    desk = browse("leader")
    page = desk.get(f"/indicators/{indicator.pk}?place={wards[0].pk}")
    assert (page.context["standing"].value, page.context["node_words"]) == (4.0, "phường Cẩm Phả")
    assert desk.get(f"/indicators/{indicator.pk}").context["standing"].value == 4.0
    assert desk.get(f"/indicators/{indicator.pk}?place=").context["standing"].value == 10.0


def test_estimated_and_running_values_are_lines_of_their_own(browse, make_indicator, put_values, wards):
    indicator = make_indicator()
    put_values(indicator, [1.0, 2.0], estimated=True)
    body = browse("leader").get(f"/indicators/{indicator.pk}/history.json?span=all").json()
    assert [(len(one["points"])) for one in body["series"]] == [0, 2]


@pytest.mark.parametrize(
    "query", ["span=x&grain=y", "span=24h&grain=hour", "grain=year&span=all", "tree=former", "place=zz"]
)
def test_nonsense_in_the_address_is_no_error(browse, make_indicator, put_values, query):
    indicator = make_indicator()
    put_values(indicator, [1.0])
    desk = browse("leader")
    for path in ("", "/history.json", "/history.csv", "/compare.csv"):
        assert desk.get(f"/indicators/{indicator.pk}{path}?{query}").status_code == 200


def test_history_and_comparison_as_csv(browse, make_indicator, put_values, wards):
    indicator = make_indicator()
    put_values(indicator, [10.0, 12.5])
    put_values(indicator, [3.0], node=wards[0].pk)
    desk = browse("leader")
    head, *rows = rows_of(desk.get(f"/indicators/{indicator.pk}/history.csv?span=all"))
    assert [dict(zip(head, row, strict=True))["value"] for row in rows] == ["10.0", "12.5"]
    head, row = rows_of(desk.get(f"/indicators/{indicator.pk}/compare.csv?by=place"))
    assert dict(zip(head, row, strict=True))["name"] == "phường Cẩm Phả"


def test_what_lies_behind_a_series_leads_to_the_station(browse, make_indicator, make_station, put):
    station = make_station(1)
    put(station, "pm25", [(clock_now(), 60.0)])
    spec = {
        "types": ["AirQualityObserved"], "property": "pm25", "time": "mean", "across": "share",
        "where": {"op": "<=", "value": 50},
    }  # fmt: skip
    indicator = make_indicator("Khí tốt", "series", spec, sector="environment", unit="P1", grain="hour")
    page = browse("leader").get(f"/indicators/{indicator.pk}")
    [row] = page.context["behind"].rows
    assert (row.value, row.state, row.url) == (60.0, "attention", f"/entities/{station.pk}?property=pm25")


def clock_now():
    from tests.province import now

    return now()


def test_what_lies_behind_a_formula_are_its_indicators(browse, make_indicator, put_values):
    one = make_indicator("Một")
    put_values(one, [4.0])
    made = make_indicator("Hai lần", "formula", {"expression": f"{one.key} * 2"})
    page = browse("leader").get(f"/indicators/{made.pk}")
    assert [row.name for row in page.context["behind"].rows] == ["Một"]
    assert page.context["formula"] == "“Một” × 2"
    assert "Hai lần</a>" in browse("leader").get(f"/indicators/{one.pk}").content.decode()


def test_revisions_are_shown(browse, make_indicator, put_values):
    indicator = make_indicator()
    put_values(indicator, [1.0])
    label = indicator.values.first().label
    Revision.objects.create(
        indicator=indicator, grain="month", node=0, label=label, old_value=1.0, new_value=2.0
    )
    page = browse("leader").get(f"/indicators/{indicator.pk}")
    assert [(row["before"], row["after"]) for row in page.context["revisions"]] == [(1.0, 2.0)]
