from datetime import date, timedelta

import pytest
from tests.province import clock, make_station, now, person, province, put, top, wards

from halong.core.permissions import SYSTEM
from halong.indicators.models import Definition, Indicator, Value, node_of
from halong.places.actions import save_agency
from halong.places.models import Agency

__all__ = ["clock", "make_station", "now", "person", "province", "put", "top", "wards"]


@pytest.fixture
def agency(province):
    return save_agency(
        Agency(code="QN.SYT", name="Sở Y tế", short_name="Sở Y tế", kind="department", valid_from=date(2019, 1, 1)),
        by=SYSTEM,
    )  # fmt: skip


@pytest.fixture
def make_indicator(agency):
    """An indicator with the values given, the newest last: ``make_indicator("beds", [20, 9], bands=[…], place=…)``."""

    def make(key, values, *, level=1, sector="health", place=None, grain="hour", **given):
        indicator, _new = Indicator.objects.get_or_create(
            key=key, defaults={"sector": sector, "level": level, "agency": agency, "order": 10}
        )
        Definition.objects.get_or_create(
            indicator=indicator, version=1,
            defaults={"valid_from": date(2019, 1, 1), "name": given.pop("name", key), "unit": "P1", "decimals": 0,
                      "kind": "series", "grain": grain, "freshness_s": 7200, "direction": "up"} | given,
        )  # fmt: skip
        for back, value in enumerate(reversed(values)):
            Value.objects.create(
                indicator=indicator, grain=grain, node=node_of(place), label=top() - timedelta(hours=back),
                value=value, num=value, den=100, reported=1, expected=1, first_at=now(),
            )  # fmt: skip
        return indicator

    return make
