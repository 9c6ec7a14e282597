"""The things of the profile as simulated devices, without a database."""

import csv
from functools import cache
from importlib.resources import files

import pytest

from halong.core.sector import find_type
from halong.simulation.device import Channel, Device
from halong.simulation.province import Province

SEED = 7


def make_device(kind_name, code, lon=107.08, lat=20.95, properties=None, interval_s=300, **traits):
    kind = find_type(kind_name)
    names = properties or [spec.name for spec in kind.attributes if spec.series and not spec.derived]
    specs = [kind.attribute(name) for name in names]
    channels = tuple(
        Channel(s.name, s.unit, interval_s or s.interval_s, s.minimum, s.maximum, s.decimals) for s in specs
    )
    return Device(f"urn:ngsi-ld:{kind_name}:{code}", kind.all_types, lon, lat, channels, traits)


@cache
def profile_devices():
    folder = files("halong.profiles") / "quang_ninh"
    found = []
    for name in ("stations.csv", "wifi.csv", "hospitals.csv"):
        with (folder / name).open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                place = float(row["lon"]), float(row["lat"])
                interval = int(row["interval_s"] or 0)
                found.append(make_device(row["type"], row["id"], *place, row["properties"].split(), interval))
    return found


@cache
def make_province(seed=SEED):
    return Province(seed, profile_devices())


@pytest.fixture(scope="session")
def device():
    """Makes a device of a type of the catalogue, with all its series or some."""
    return make_device


@pytest.fixture(scope="session")
def devices():
    """Every device of Quảng Ninh's profile."""
    return profile_devices()


@pytest.fixture(scope="session")
def province():
    """Those devices with seed 7."""
    return make_province()
