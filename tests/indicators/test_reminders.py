"""Whose data is late hears of it once a day, and from the second day on so does the agency above."""

from datetime import timedelta

import pytest
from django.utils import timezone

from halong.accounts.models import Grant, User
from halong.indicators.grains import label_of, previous
from halong.indicators.models import Value
from halong.indicators.reminders import remind_of_data
from halong.notify.models import Notice


@pytest.fixture
def people(agencies):
    above, owner = User.objects.create(username="above"), User.objects.create(username="owner")
    Grant.objects.create(user=above, role="leader", agency=agencies[0])
    Grant.objects.create(user=owner, role="officer", agency=agencies[1])


@pytest.fixture
def last_value(make_indicator):
    """An hourly indicator whose newest value ended so many hours ago."""

    def make(hours):
        indicator = make_indicator(
            "Không khí tốt", kind="series", grain="hour", freshness_s=7200,
            spec={"types": ["AirQualityObserved"], "property": "pm25", "time": "mean", "across": "mean"},
        )  # fmt: skip
        label = previous(label_of(timezone.now(), "hour"), "hour", hours)
        Value.objects.create(
            indicator=indicator, grain="hour", node=0, label=label, value=5.0, reported=1, expected=1
        )

    return make


def told():
    return sorted(Notice.objects.filter(key__startswith="late-data").values_list("user__username", flat=True))


def test_fresh_data_reminds_nobody(people, last_value):
    last_value(1)
    assert (remind_of_data(timezone.now()), told()) == (0, [])


def test_the_owner_hears_of_it_once_a_day(people, last_value):
    last_value(6)
    now = timezone.now()
    assert [remind_of_data(now), remind_of_data(now)] == [1, 1]
    assert told() == ["owner"]
    assert "Không khí tốt" in Notice.objects.get().text


def test_the_agency_above_hears_of_it_after_a_day(people, last_value):
    last_value(30)
    remind_of_data(timezone.now())
    assert told() == ["above", "owner"]
    remind_of_data(timezone.now() + timedelta(days=1))
    assert told() == ["above", "above", "owner", "owner"]
