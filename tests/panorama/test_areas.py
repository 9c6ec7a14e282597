"""Units coloured by an indicator, with figures that an agency gave."""

from datetime import date

import pytest
from django.test import Client
from tests.indicators.engine import Province, indicator, run

from halong.accounts.models import Grant, User
from halong.core.permissions import SYSTEM
from halong.indicators.actions import ImportRow, import_values
from halong.panorama import choropleth

TODAY = date(2026, 11, 23)


@pytest.fixture
def province(db):
    return Province()


@pytest.fixture
def rate(province):
    """On time of all files by ward: 3 of 4, 1 of 4, and nothing of the third."""
    made = indicator(
        "files.on_time", "table", {}, grain="month", unit="P1", decimals=0, sector="government", direction="up",
        shows_denominator=True,
    )  # fmt: skip
    rows = [
        ImportRow("22", "", "2026-10", 4, 8),
        ImportRow("w0", "", "2026-10", 3, 4),
        ImportRow("w1", "", "2026-10", 1, 4),
    ]
    import_values(made, rows, by=SYSTEM)
    run()
    return made


def test_units_have_their_class_value_and_denominator(province, rate):
    found = choropleth.areas(rate, TODAY, TODAY)
    rows = {row["id"]: (row["value"], row["of"], row["class"], row["shapes"]) for row in found["rows"]}
    one, two = (ward.pk for ward in province.wards[:2])
    assert rows == {one: (75, "3 /4", 1, [one]), two: (25, "1 /4", 0, [two])}
    assert [(c["class"], c["words"], c["count"]) for c in found["classes"]] == [(0, "25", 1), (1, "75", 1)]
    assert (found["unit"], found["period"], found["former"]) == ("%", "tháng 10/2026", False)


def test_a_unit_of_before_is_the_sum_of_those_that_followed_and_says_so(province, rate):
    found = choropleth.areas(rate, date(2025, 6, 30), TODAY)
    [row] = found["rows"]
    assert (row["id"], row["value"], row["of"]) == (province.city.pk, 50, "4 /8")
    assert sorted(row["shapes"]) == sorted(ward.pk for ward in province.wards[:2])
    assert (found["former"], found["estimated"]) == (True, True)
    assert row["name"] == province.city.qualified_name


def test_an_indicator_without_figures_colours_nothing(province):
    empty = indicator("e.empty", "table", {}, grain="month", sector="economy")
    found = choropleth.areas(empty, TODAY, TODAY)
    assert (found["rows"], found["classes"], found["period"]) == ([], [], "")


def test_the_address_needs_the_permission_and_a_day(province, rate):
    client = Client()
    user = User.objects.create(username="l")
    Grant.objects.create(user=user, role="leader")
    client.force_login(user)
    assert client.get("/map/areas.json?indicator=files.on_time").json()["key"] == "files.on_time"
    assert client.get("/map/areas.json?indicator=nothing").status_code == 404
    assert client.get("/map/areas.json?indicator=files.on_time&tree=yesterday").status_code == 400
    citizen = User.objects.create(username="c")
    Grant.objects.create(user=citizen, role="citizen")
    client.force_login(citizen)
    assert client.get("/map/areas.json?indicator=files.on_time").status_code in {403, 404}


def test_the_map_page_offers_the_indicator_and_both_trees(province, rate):
    client = Client()
    user = User.objects.create(username="l")
    Grant.objects.create(user=user, role="leader")
    client.force_login(user)
    page = client.get("/map")
    assert ("files.on_time", "files.on_time") in page.context["indicators"]
    assert [day for day, _words in page.context["trees"]][1:] == ["2025-06-30"]
