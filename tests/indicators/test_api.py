"""Indicators for machines."""

import pytest
from tests.indicators.engine import HOUR, at, indicator, put, run, series, station

from halong.accounts.models import Grant, User


@pytest.fixture
def reader(client, db):
    user = User.objects.create(username="reader")
    Grant.objects.create(user=user, role="officer")
    client.force_login(user)
    return client


@pytest.fixture
def mean(province):
    made = indicator("air.mean", "series", {"property": "pm25", "across": "mean"}, unit="GQ", name="Bụi mịn")
    for number, reading in enumerate((10, 30)):
        put(series(station(number, province.wards[number])), [(at(8, 5), reading)])
    run()
    return made


def test_indicators_as_they_stand(reader, mean):
    [row] = reader.get("/api/v1/indicators").json()["items"]
    assert (row["key"], row["name"]["vi"], row["value"], row["denominator"], row["label"]) == (
        "air.mean", "Bụi mịn", 20.0, 2.0, "2018-10-09T09:00:00+00:00",
    )  # fmt: skip
    assert reader.get("/api/v1/indicators?place=w1").json()["items"][0]["value"] == 30.0
    assert reader.get("/api/v1/indicators?sector=health").json()["items"] == []
    assert reader.get("/api/v1/indicators?place=nowhere").status_code == 404


def test_values_over_time(reader, mean):
    span = {"from": at(0).isoformat(), "to": (at(0) + 24 * HOUR).isoformat()}
    found = reader.get("/api/v1/indicators/air.mean/values", span | {"place": "w0"}).json()
    assert (found["grain"], [(point["label"], point["value"]) for point in found["points"]]) == (
        "hour", [("2018-10-09T09:00:00+00:00", 10.0)],
    )  # fmt: skip
    days = reader.get("/api/v1/indicators/air.mean/values", span | {"grain": "day"}).json()["points"]
    assert [point["value"] for point in days] == [20.0]
    assert reader.get("/api/v1/indicators/no.such/values", span).status_code == 404
    assert (
        reader.get("/api/v1/indicators/air.mean/values", {"from": "2001-01-01T00:00:00Z"}).status_code == 422
    )


def test_not_for_strangers(client, mean):
    assert client.get("/api/v1/indicators").status_code == 401
