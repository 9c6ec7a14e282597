import json
from dataclasses import replace

import pytest

from halong.context.actions import Draft, create_entities
from halong.core import registry
from halong.core.permissions import SYSTEM
from halong.home import private
from halong.ingest.actions import Ownership, add_source
from halong.ingest.models import Source
from halong.ingest.secrets import check_password, unseal
from halong.observations.actions import open_many_series
from halong.places.models import Agency
from halong.simulation.device import Channel, Device
from halong.simulation.fleet import load_devices
from halong.simulation.plan import Door
from halong.simulation.progress import Progress
from halong.simulation.sources import forget, open_source, progress_file, renew

pytestmark = pytest.mark.django_db
DOOR = Door("station-files", "ftp", "Mô phỏng: trạm quan trắc (FTP)", ("AirQualityObserved",), agency="QN.A")


@pytest.fixture(autouse=True)
def _no_secrets():
    (private("secrets") / "simulation.json").unlink(missing_ok=True)


def station(urn, agency=None, simulated=True):
    attributes = {
        "name": {"type": "Property", "value": "Trạm"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [107.1, 20.95]}},
    }
    draft = Draft(
        urn=urn, types=("AirQualityObserved",), attributes=attributes, agency=agency, simulated=simulated
    )
    (entity,) = create_entities([draft], by=SYSTEM)
    open_many_series([(entity, "pm25", {}), (entity, "co", {"interval_s": 600})], by=SYSTEM)
    return entity


def test_devices_are_the_simulated_things_that_measure():
    station("urn:ngsi-ld:AirQualityObserved:a")
    station("urn:ngsi-ld:AirQualityObserved:real", simulated=False)
    (device,) = load_devices()
    assert device.urn == "urn:ngsi-ld:AirQualityObserved:a"
    assert (device.lon, device.lat) == (107.1, 20.95)
    assert {c.property: (c.unit, c.interval_s) for c in device.channels} == {
        "pm25": ("GQ", 300),
        "co": ("GQ", 600),
    }


def test_a_source_is_made_once_marked_as_simulated_and_its_password_kept_privately():
    first = open_source(DOOR, [], {})
    again = open_source(DOOR, [], {})
    assert first == again
    source = Source.objects.get()
    assert (source.name, source.kind, source.simulated) == (DOOR.name, "ftp", True)
    assert first.needs["user"] == source.settings["user"]
    assert check_password(first.needs["password"], unseal(source.secrets)["password_hash"])
    file = private("secrets") / "simulation.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(file.read_text())) == [first.id]


def test_a_door_is_silent_after_three_deliveries_of_its_quickest_things_failed():
    device = Device("urn:a", ("X",), 0, 0, (Channel("slow", "P1", 7200), Channel("quick", "P1", 3600)))
    open_source(DOOR, [device], {})
    assert Source.objects.get().silent_after_s == 3 * 3600
    Source.objects.all().delete()
    open_source(DOOR, [replace(device, channels=(Channel("quickest", "P1", 60),))], {})
    assert Source.objects.get().silent_after_s == 900


def test_lost_credentials_are_made_anew():
    first = open_source(DOOR, [], {})
    (private("secrets") / "simulation.json").unlink()
    again = open_source(DOOR, [], {})
    assert again.id == first.id
    assert again.needs["password"] != first.needs["password"]
    assert check_password(again.needs["password"], unseal(Source.objects.get().secrets)["password_hash"])


def test_a_source_that_was_switched_off_or_removed_is_left_alone():
    open_source(DOOR, [], {})
    Source.objects.update(enabled=False)
    assert renew(DOOR) is None
    Source.objects.all().delete()
    assert renew(DOOR) is None


def test_a_real_source_of_the_same_name_is_never_taken_over():
    add_source("ftp", "Trạm thật", {}, by=SYSTEM, ownership=Ownership(simulated=False))
    assert open_source(DOOR, [], {}).needs["user"] != Source.objects.get(name="Trạm thật").settings["user"]


def test_a_source_stands_with_its_agency_only_where_all_its_things_do():
    agency = Agency.objects.create(code="QN.A", name="Trung tâm", valid_from="2019-01-01", path="/1/")
    other = Agency.objects.create(code="QN.B", name="Khác", valid_from="2019-01-01", path="/2/")
    station("urn:ngsi-ld:AirQualityObserved:a", agency)
    open_source(DOOR, load_devices(), {})
    assert Source.objects.get().agency == agency
    Source.objects.all().delete()
    station("urn:ngsi-ld:AirQualityObserved:b", other)
    open_source(DOOR, load_devices(), {})
    assert Source.objects.get().agency is None


def test_going_live_leaves_no_credentials_behind():
    open_source(DOOR, [], {})
    progress = Progress(progress_file(DOOR), "1@5")
    progress.extend("urn:a", 0, 300)
    progress.save()
    assert progress_file(DOOR).exists()
    assert registry.simulated_removers["simulation"] == forget
    forget(by=SYSTEM)
    assert not progress_file(DOOR).exists()
    assert not (private("secrets") / "simulation.json").exists()
