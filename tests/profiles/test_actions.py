import pytest
from django.db import connection
from django.utils import timezone

from halong import home
from halong.alerts.models import Alert
from halong.audit.models import AuditEntry
from halong.context.actions import create_entity
from halong.context.models import Attribute, Entity
from halong.core.errors import Forbidden
from halong.core.permissions import SYSTEM
from halong.ingest.models import Source
from halong.observations.models import Series
from halong.places.models import Place
from halong.profiles.actions import go_live
from halong.profiles.loader import load_profile
from halong.programme.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def write_reading(series):
    from halong.observations.partitions import ensure_partitions_sync

    now = timezone.now()
    with connection.cursor() as cursor:
        ensure_partitions_sync(connection.connection, [now.date()])
        cursor.execute(
            "INSERT INTO observation (time, value, series_id, quality) VALUES (%s, 1, %s, 0)",
            [now, series.pk],
        )


def test_only_what_is_real_stays(folder, django_capture_on_commit_callbacks):
    load_profile("quang_ninh", simulated=True)
    real = create_entity("urn:ngsi-ld:AirQualityObserved:real", ["AirQualityObserved"], by=SYSTEM)
    stray = create_entity(
        "urn:ngsi-ld:AirQualityObserved:stray", ["AirQualityObserved"], by=SYSTEM, simulated=True
    )
    source = Source.objects.create(kind="http-push", name="x", simulated=True)
    kept = Source.objects.create(kind="http-push", name="y")
    station = Series.objects.filter(entity__types__contains=["AirQualityObserved"], derived="").first()
    beds = Series.objects.get(entity__urn="urn:ngsi-ld:Hospital:qn-bv-dkt", property="bedsOccupied")
    for series in (station, beds):
        write_reading(series)
    Alert.objects.create(
        entity=station.entity,
        series=station,
        cause="rule:1",
        title="x",
        priority=1,
        raised_at=timezone.now(),
        changed_at=timezone.now(),
    )
    with django_capture_on_commit_callbacks(execute=True):
        removed = go_live(by=SYSTEM)
    assert removed["things"] == 545 + 1
    assert removed["alerts"] == 1
    assert removed["sources"] == 1
    assert removed["readings"] == 2
    assert removed["illustrative attributes"] == 6
    assert Entity.objects.filter(illustrative=True).count() == 0
    assert Entity.objects.filter(simulated=True).count() == 0
    assert set(Entity.objects.values_list("urn", flat=True)) == {
        real.urn,
        "urn:ngsi-ld:Hospital:qn-bv-dkt",
        "urn:ngsi-ld:Hospital:qn-bv-bc",
        "urn:ngsi-ld:Hospital:qn-bv-sn",
    }
    assert not Entity.objects.filter(pk=stray.pk).exists()
    assert not Source.objects.filter(pk=source.pk).exists()
    assert Source.objects.filter(pk=kept.pk).exists()
    assert Series.objects.count() == 24
    assert Attribute.objects.filter(name="bedsTotal", deleted_at=None).count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM observation")
        assert cursor.fetchone()[0] == 0
    assert (Place.objects.count(), Project.objects.count()) == (69, 32)
    assert AuditEntry.objects.get(action="profile.go_live").summary["things"] == 546
    assert home.is_live()
    assert load_profile("quang_ninh", simulated=True)["entities"] == 0
    assert Entity.objects.filter(simulated=True).count() == 0


def test_nobody_else_may_do_it(folder):
    class Nobody:
        actor_name = "nobody"

    with pytest.raises(Forbidden):
        go_live(by=Nobody())
    assert not home.is_live()
