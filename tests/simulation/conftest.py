"""The things of the profile as simulated devices, without a database."""

from functools import cache

import pytest

from halong.core.sector import find_type
from halong.profiles.description import BUILT_IN
from halong.profiles.reading import read_profile
from halong.simulation.device import Channel, Device
from halong.simulation.fleet import TRAITS
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
    found = []
    for thing in read_profile(BUILT_IN / "quang_ninh").things:
        known = {**thing.attributes, **thing.invented}
        traits = {name: float(known[name]) for name in TRAITS if name in known}
        place = thing.lon, thing.lat
        found.append(
            make_device(thing.kind.name, thing.id, *place, thing.properties, thing.interval_s, **traits)
        )
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
