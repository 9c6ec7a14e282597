from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halong.connectors.stationfile.parse import Options, parse_file
from halong.core.units import convert
from halong.ingest.connector import Known, station_key
from halong.simulation.device import STEP, Reading
from halong.simulation.stationfile import Logger, file_name, stamp

NOW = 1_795_400_100


def test_a_file_is_named_after_its_station_and_its_time_in_viet_nam(device):
    assert stamp(NOW) == "20261123091500"
    assert file_name(device("AirQualityObserved", "qn-kk-001"), NOW) == "qn-kk-001_20261123091500.txt"


@settings(deadline=None)
@given(place=st.integers(0, 85), step=st.integers(0, 20_000))
def test_the_real_parser_reads_back_what_was_written(province, place, step):
    member = province.stations[place]
    device = member.device
    time = NOW - step * STEP
    readings = province.readings(member, time, NOW)
    known = {station_key(device.code): Known(device.urn, device.types)}
    text = Logger(device).lines(time, readings)
    batch = parse_file(text.encode(), file_name(device, time), Options(), known)
    assert batch.rejected == []
    units = {channel.property: channel.unit for channel in device.channels}
    found = [
        (
            o.entity,
            o.property,
            o.time,
            convert(o.value, o.unit or units[o.property], units[o.property]),
            o.quality,
        )
        for o in batch.observations
    ]
    at = datetime.fromtimestamp(time, UTC)
    sent = [(device.urn, r.property, at, pytest.approx(r.value, rel=1e-12), r.quality) for r in readings]
    assert found == sent


def test_every_symbol_of_the_catalogue_is_read_back(device):
    for kind in (
        "AirQualityObserved",
        "EmissionStation",
        "SurfaceWaterStation",
        "CoastalWaterStation",
        "WastewaterStation",
    ):
        made = device(kind, "S1")
        readings = [Reading(channel.property, channel.fit(1.0)) for channel in made.channels]
        known = {"s1": Known(made.urn, made.types)}
        batch = parse_file(Logger(made).lines(NOW, readings).encode(), file_name(made, NOW), Options(), known)
        assert [o.property for o in batch.observations] == [r.property for r in readings]
        assert batch.rejected == []
