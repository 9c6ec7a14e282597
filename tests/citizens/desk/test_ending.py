"""What is laid down ends without anything in its place."""

from datetime import timedelta

import pytest
from django.utils import timezone

from halong.citizens.models import Category, Route, Terms
from halong.citizens.promises import destination_of


def address(key, row):
    return f"/reports/set-up/{key}/{row.pk}/end"


def test_a_kind_ends_and_is_offered_no_more(catalogue, at_desk):
    admin, today = at_desk("admin"), timezone.localdate()
    page = address("categories", catalogue["noise"])
    assert admin.get(page).status_code == 200
    assert admin.post(page, {"last_day": today.isoformat()})["Location"] == "/reports/set-up?kind=categories"
    codes = [row.code for row in Category.objects.on(today + timedelta(days=1))]
    assert ("noise" in codes, "pothole" in codes) == (False, True)


def test_without_its_own_route_a_kind_goes_the_general_way(catalogue, agencies, wards, at_desk):
    row = Route.objects.get(category__code="light")
    at_desk("admin").post(address("routes", row), {"last_day": timezone.localdate().isoformat()})
    tomorrow = timezone.now() + timedelta(days=1)
    assert destination_of(catalogue["light"], wards[0], tomorrow).agency == agencies["pha"]


@pytest.mark.parametrize("days", [-1, -4000])
def test_nothing_ends_in_the_past(catalogue, at_desk, days):
    day = timezone.localdate() + timedelta(days=days)
    answer = at_desk("admin").post(address("categories", catalogue["noise"]), {"last_day": day.isoformat()})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["last_day"])
    assert Category.objects.get(code="noise").valid_to is None


def test_terms_are_only_replaced(catalogue, at_desk, duty):
    assert at_desk("admin").get(address("terms", Terms.objects.get())).status_code == 404
    assert duty.get(address("categories", catalogue["noise"])).status_code == 403
