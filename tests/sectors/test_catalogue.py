import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.functional import Promise

import halong.sectors
from halong.core import registry
from halong.core.sector import all_types
from halong.core.units import is_known
from halong.sectors import wifi
from halong.sectors.catalogue import BUILT_IN, GROUP, load_sector, load_sectors

KEYS = ["health", "education", "environment", "traffic", "tourism", "security", "wifi"]
KEYS += ["government", "infrastructure", "economy"]
TYPES = [kind for sector in BUILT_IN for kind in sector.types]


def test_the_nine_sectors_of_the_mission_and_the_economy_are_registered_in_their_order():
    assert [sector.key for sector in sorted(BUILT_IN, key=lambda sector: sector.order)] == KEYS
    assert set(registry.sectors.keys()) >= set(KEYS)
    assert [sector.key for sector in load_sectors()][: len(KEYS)] == KEYS


def test_type_names_are_unique():
    names = [kind.name for _, kind in all_types()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_a_type_is_sound(kind):
    names = [spec.name for spec in kind.attributes]
    assert len(names) == len(set(names))
    assert set(kind.headline) <= set(names)
    assert re.fullmatch(r"[A-Z][A-Za-z]*", kind.name)
    for spec in kind.attributes:
        # What NGSI-LD's query language takes without quoting.
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", spec.name)
        assert is_known(spec.unit)
        assert spec.minimum is None or spec.maximum is None or spec.minimum < spec.maximum
        assert not spec.series or spec.interval_s > 0


def texts(kind):
    labels = [kind.label, kind.plural, *(spec.label for spec in kind.attributes)]
    labels += [label for spec in kind.attributes for _, label in spec.choices]
    return {str(label) for label in labels if isinstance(label, Promise)}


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_every_name_has_its_vietnamese(kind):
    path = Path(halong.sectors.__file__).parent / "locale/vi/LC_MESSAGES/django.po"
    translated = {message.id for message in read_po(path.open("rb")) if message.id and message.string}
    with translation.override("en"):
        assert texts(kind) - translated == set()


def test_cameras_for_security_are_never_open_data():
    assert {kind.name for kind in TYPES if kind.private} == {"SecurityCamera"}
    assert all(spec.private for kind in TYPES if kind.private for spec in kind.attributes)


def test_an_installed_sector_is_loaded():
    assert load_sector(EntryPoint("wifi", "halong.sectors.wifi:SECTOR", GROUP)) is wifi.SECTOR


@pytest.mark.parametrize("value", ["halong.sectors.nowhere:SECTOR", "halong.sectors.wifi:WIFI"])
def test_a_broken_sector_is_left_out_and_logged(value, caplog):
    assert load_sector(EntryPoint("broken", value, GROUP)) is None
    assert value in caplog.text
