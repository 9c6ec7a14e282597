"""People, a station and alerts in a real database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.rules.conftest import store_readings  # noqa: F401 -- a fixture of both

from halong.accounts.models import Grant, User
from halong.alerts.actions import Condition, raise_alert
from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.observations.models import Series
from halong.places.actions import save_agency, save_place
from halong.places.models import Agency, Place
from halong.rules.actions import create_rule
from halong.rules.drafts import RuleDraft

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def person(db):
    """Makes people: ``person("lan", "operator", sector="environment")``."""

    def make(name, role="operator", **scope):
        user = User.objects.create(username=name, full_name=name.title())
        Grant.objects.create(user=user, role=role, **scope)
        return user

    return make


@pytest.fixture
def operator(person):
    """Somebody who may respond to every alert."""
    return person("lan")


@pytest.fixture
def ward(db):
    """A place of today."""
    place = Place(
        code="06793", name="Phường Cẩm Phả", kind="ward", valid_from=date(2025, 7, 1), lon=107.29, lat=21.02
    )
    return save_place(place, by=SYSTEM)


@pytest.fixture
def agency(db):
    """Who answers for the station."""
    made = Agency(
        code="QN-NNMT",
        name="Sở Nông nghiệp và Môi trường",
        phone="0203 3835 000",
        valid_from=date(2025, 3, 1),
    )
    return save_agency(made, by=SYSTEM)


@pytest.fixture
def station(ward, agency):
    """An air station with PM2.5."""
    entity = Entity.objects.create(
        urn="urn:ngsi-ld:AirQualityObserved:one", types=["AirQualityObserved"], name="Trạm Cẩm Phả", place=ward,
        agency=agency, sector="environment", lon=107.29, lat=21.02,
    )  # fmt: skip
    Series.objects.create(entity=entity, property="pm25", unit="GQ", interval_s=300)
    return entity


@pytest.fixture
def rule(db):
    """A rule that is switched on."""
    draft = RuleDraft(
        "PM2,5 cao", "threshold", {"limit": 50}, property="pm25", legal_basis="QCVN 05:2023/BTNMT", priority=2
    )
    return create_rule(draft, by=SYSTEM, enabled=True)


@pytest.fixture
def make_alert(db):
    """Raises alerts: ``make_alert("cause", entity=station)``; ago in minutes."""
    made = []

    def make(cause=None, *, ago=0, serial=1, priority=2, title="PM2,5 cao", **given):
        made.append(1)
        condition = Condition(
            cause=cause or f"test:{len(made)}", serial=serial, at=NOW - timedelta(minutes=ago), title=title,
            priority=priority, **given,
        )  # fmt: skip
        entity = condition.entity
        if entity is not None:
            condition.place, condition.agency, condition.sector = entity.place, entity.agency, entity.sector
        return raise_alert(condition)

    return make
