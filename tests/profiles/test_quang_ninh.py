"""The profile of Quảng Ninh against the figures of the mission and of the facts."""

from collections import Counter

import pytest

from halong.core.sector import sector_of
from halong.profiles.description import BUILT_IN
from halong.profiles.reading import read_profile


@pytest.fixture(scope="module")
def profile():
    return read_profile(BUILT_IN / "quang_ninh")


def of_type(profile, *names):
    return [thing for thing in profile.things if thing.kind.name in names]


def test_both_trees_of_places(profile):
    former = [p for p in profile.places if p["valid_to"] is not None]
    present = [p for p in profile.places if p["valid_to"] is None]
    assert Counter(p["kind"] for p in former) == {"city": 4, "town": 2, "district": 8}
    assert Counter(p["kind"] for p in present) == {"ward": 30, "commune": 22, "special_zone": 2}
    assert {str(p["valid_to"]) for p in former} == {"2019-12-31", "2025-06-30"}
    assert {str(p["valid_from"]) for p in present} == {"2025-07-01"}
    assert all(p["reference"] for p in profile.places)


def test_every_unit_has_its_place_in_the_succession(profile):
    former = {p["code"] for p in profile.places if p["valid_to"] is not None}
    present = {p["code"] for p in profile.places if p["valid_to"] is None}
    pairs = [(row["former"], row["present"]) for row in profile.succession]
    assert len(set(pairs)) == len(pairs)
    assert {f for f, _ in pairs} == former
    assert {p for _, p in pairs} == present | {"193"}  # Hạ Long took Hoành Bồ in


def test_agencies_of_both_times(profile):
    codes = {a["code"]: a for a in profile.agencies}
    assert len([c for c in codes if c.startswith("UB.") and codes[c]["valid_to"] is None]) == 54
    assert len([c for c in codes if c.startswith("UB.") and codes[c]["valid_to"] is not None]) == 14
    ended = [a for a in profile.agencies if a["valid_to"] is not None]
    assert all(a["successors"] for a in ended)
    assert codes["QN.STTTT"]["successors"] == ["QN.SKHCN"]
    assert {a["successors"][0] for a in ended if a["code"] in {"QN.SGTVT", "QN.SXD19"}} == {"QN.SXD"}
    assert len([c for c in codes if c.startswith("BV.")]) == 3


def test_the_86_stations(profile):
    stations = [t for t in profile.things if sector_of(t.kind.name).key == "environment"]
    assert Counter(t.kind.name for t in stations) == {
        "AirQualityObserved": 24,
        "SurfaceWaterStation": 16,
        "CoastalWaterStation": 12,
        "WastewaterStation": 22,
        "EmissionStation": 12,
    }
    assert len(stations) == 86
    assert all(t.illustrative and t.public and t.interval_s == 300 and t.properties for t in stations)


def test_wifi_schools_hospitals(profile):
    assert len(of_type(profile, "AccessPoint")) == 107
    schools = of_type(profile, "School")
    assert (len(schools), sum(t.attributes["smartClassrooms"] for t in schools)) == (46, 551)
    assert all("minh họa" in t.name and t.illustrative for t in schools)
    hospitals = of_type(profile, "Hospital")
    assert [t.attributes["maturityLevel"] for t in hospitals] == [4, 4, 4]
    assert not any(t.illustrative for t in hospitals)


def test_cameras_and_police_are_never_public(profile):
    private = of_type(profile, "Camera", "SecurityCamera", "PoliceStation", "EmergencyCallCentre")
    assert Counter(t.kind.name for t in private) == {
        "Camera": 24,
        "SecurityCamera": 6,
        "PoliceStation": 54,
        "EmergencyCallCentre": 3,
    }
    assert not any(t.public for t in private)


def test_every_sector_with_things_has_some_and_what_the_article_does_not_name_is_illustrative(profile):
    sectors = Counter(sector_of(t.kind.name).key for t in profile.things)
    assert sectors == {
        "health": 3,
        "education": 46,
        "environment": 86,
        "traffic": 48,
        "tourism": 30,
        "security": 63,
        "wifi": 107,
        "government": 55,
        "infrastructure": 110,
    }
    assert {t.kind.name for t in profile.things if not t.illustrative} == {"Hospital"}
    assert [t.at for t in profile.things if t.illustrative and "minh họa" not in t.source] == []


def test_every_thing_measures_something(profile):
    assert [t.at for t in profile.things if not t.properties] == []


def test_counting_needs_the_figures_that_it_is_counted_against(profile):
    wanted = {
        "Hospital": {"bedsTotal", "icuBedsTotal"},
        "School": {"smartClassrooms"},
        "LodgingBusiness": {"roomsTotal"},
        "PowerSupplyArea": {"customers"},
        "WaterSupplyZone": {"customers"},
        "StreetlightControlCabinet": {"lampsTotal"},
    }
    for thing in profile.things:
        assert wanted.get(thing.kind.name, set()) <= set(thing.attributes | thing.invented)


def test_urns_and_names_are_unique(profile):
    for key in ("urn", "name"):
        values = [getattr(t, key) for t in profile.things]
        assert [v for v, n in Counter(values).items() if n > 1] == []


def test_points_lie_near_their_unit(profile):
    units = {p["code"]: p for p in profile.places}
    far = [
        t.name
        for t in profile.things
        if abs(t.lon - units[t.place]["lon"]) > 0.3 or abs(t.lat - units[t.place]["lat"]) > 0.3
    ]
    assert far == []


def test_the_32_tasks_and_projects(profile):
    years = Counter((p["year"], p["kind"]) for p in profile.projects)
    assert years == {
        (2017, "project"): 3,
        (2018, "task"): 1,
        (2018, "project"): 13,
        (2019, "project"): 11,
        (2020, "project"): 3,
        (None, "project"): 1,
    }
    assert len(profile.projects) == 32


def test_indices(profile):
    rank = {(row["index"], row["year"]): row["rank"] for row in profile.indices if not row["part"]}
    assert [rank["PCI", y] for y in (2017, 2018)] == [1, 1]
    assert [rank["PAR", y] for y in (2017, 2018)] == [1, 1]
    assert [rank["ICT", y] for y in (2016, 2017, 2018, 2019)] == [4, 4, 4, 3]
    unverified = {(row["index"], row["year"]) for row in profile.indices if not row["value_verified"]}
    assert unverified == {("PCI", y) for y in (2017, 2018, 2019, 2020)}
    parts = {row["part"] for row in profile.indices if row["index"] == "PCI" and row["part"]}
    assert len(parts) == 9
