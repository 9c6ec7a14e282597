from importlib.resources import files

from halong.simulation.plan import DEFAULT, Door, assign, read_plan

PROFILE = files("halong.profiles") / "quang_ninh"


def test_the_profile_gives_every_simulated_thing_one_door(devices):
    plan = read_plan(PROFILE)
    doors = assign(plan.doors, devices, {})
    assert sorted(device.urn for chosen in doors.values() for device in chosen) == sorted(
        d.urn for d in devices
    )
    assert {door.key: len(chosen) for door, chosen in doors.items()} == {
        "station-files": 86,
        "wifi-push": 107,
        "hospital-push": 3,
        "school-push": 46,
        "traffic-push": 54,
        "police-push": 57,
        "tourism-push": 30,
        "office-push": 55,
        "city-push": 110,
    }


def test_a_broker_takes_some_air_stations_from_the_files(devices):
    plan = read_plan(PROFILE)
    without = {door.key: len(chosen) for door, chosen in assign(plan.doors, devices, {}).items()}
    doors = assign(plan.doors, devices, {"HALONG_MQTT_URL": "mqtt://broker"})
    lengths = {door.key: len(chosen) for door, chosen in doors.items()}
    moved = lengths.pop("air-mqtt")
    assert 2 < moved < 10
    assert lengths == without | {"station-files": 86 - moved}


def test_a_profile_that_says_nothing_gets_the_usual_doors(tmp_path, devices):
    plan = read_plan(tmp_path)
    assert plan.doors == DEFAULT
    assert {door.key: len(chosen) for door, chosen in assign(plan.doors, devices, {}).items()} == {
        "station-files": 86,
        "points": 462,
    }


def test_a_thing_without_a_door_is_left_out(devices):
    only_air = (Door("air", "ftp", "Air", ("AirQualityObserved",)),)
    found = assign(only_air, devices, {})
    assert {device.types[0] for device in found[only_air[0]]} == {"AirQualityObserved"}
