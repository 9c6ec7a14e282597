import time

import pytest

from halong.audit.models import AuditEntry
from halong.context.models import Attribute, Entity
from halong.context.queries import normalized
from halong.observations.models import Series
from halong.places.models import Agency, Place, PlaceSuccession
from halong.places.queries import locate
from halong.profiles.loader import load_profile
from halong.programme.models import IndexValue, Project

pytestmark = pytest.mark.django_db
MODELS = (Place, PlaceSuccession, Agency, Entity, Attribute, Series, Project, IndexValue)


@pytest.fixture
def loaded():
    began = time.monotonic()
    counts = load_profile("quang_ninh", simulated=True)
    return counts, time.monotonic() - began


def test_everything_is_there_in_seconds(loaded):
    counts, seconds = loaded
    assert counts["places"] == 69
    assert counts["boundaries"] == 54
    assert counts["entities"] == 548
    assert counts["projects"] == 32
    assert seconds < 15  # some seconds on a quiet machine
    assert Entity.objects.filter(place=None).count() == 0
    assert Entity.objects.filter(agency=None).count() == 0
    assert Entity.objects.filter(sector="").count() == 0


def test_loading_twice_changes_nothing(loaded):
    before = [(model.objects.count(), list(model.objects.order_by("pk").values())) for model in MODELS]
    log = AuditEntry.objects.count()
    assert set(load_profile("quang_ninh", simulated=True).values()) == {0}
    assert [(m.objects.count(), list(m.objects.order_by("pk").values())) for m in MODELS] == before
    assert AuditEntry.objects.count() == log


def test_what_an_officer_changed_survives_another_loading(loaded):
    Entity.objects.filter(urn="urn:ngsi-ld:AirQualityObserved:qn-kk-001").update(name="Tên mới")
    load_profile("quang_ninh", simulated=True)
    assert Entity.objects.filter(name="Tên mới").count() == 1


def test_air_stations_get_their_index_opened(loaded):
    stations = Entity.objects.of_type("AirQualityObserved")
    assert (
        Series.objects.filter(entity__in=stations, property="airQualityIndex").exclude(derived="").count()
        == 24
    )
    series = Series.objects.get(entity__urn="urn:ngsi-ld:AirQualityObserved:qn-kk-001", property="pm25")
    assert (series.unit, series.interval_s, series.minimum) == ("GQ", 300, 0)


def test_devices_are_marked_and_what_is_invented_says_so(loaded):
    hospital = Entity.objects.get(urn="urn:ngsi-ld:Hospital:qn-bv-dkt")
    assert (hospital.simulated, hospital.illustrative) == (True, False)
    assert normalized(hospital)["bedsTotal"]["illustrative"] == {"type": "Property", "value": True}
    school = Entity.objects.get(urn="urn:ngsi-ld:School:qn-truong-01")
    assert (school.simulated, school.illustrative) == (True, True)
    coastal = Entity.objects.get(urn="urn:ngsi-ld:CoastalWaterStation:qn-vb-001")
    assert coastal.types == ["CoastalWaterStation", "WaterQualityObserved"]


def test_without_simulation_nothing_is_marked_simulated():
    load_profile("quang_ninh", simulated=False)
    assert Entity.objects.filter(simulated=True).count() == 0


def test_points_are_found_by_the_approximate_boundaries(loaded):
    unit = Place.objects.get(code="07192")
    day = unit.valid_from
    found = locate(unit.lon, unit.lat, day)
    assert (found.place, found.approximate) == (unit, True)
    assert locate(105.85, 21.03, day) is None  # Hà Nội
