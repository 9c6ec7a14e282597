import pytest

from halong.profiles.commands import VERBS
from halong.profiles.description import ProfileError, folder_of, read_description
from halong.profiles.reading import read_profile
from halong.profiles.scaffold import BLANK, write_scaffold


@pytest.fixture
def folder(tmp_path):
    write_scaffold(tmp_path / "p", "Đồng Bằng")
    return tmp_path / "p"


def append(folder, table, **cells):
    columns = (BLANK / table).read_text(encoding="utf-8").strip().split(",")
    line = ",".join(str(cells.get(column, "")) for column in columns)
    with (folder / table).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def faults(folder):
    with pytest.raises(ProfileError) as caught:
        read_profile(folder)
    return str(caught.value).split("\n")


STATION = {
    "id": "a", "type": "AirQualityObserved", "name": "x", "lon": 106, "lat": 16, "public": "true",
    "illustrative": "false", "properties": "pm25",
}  # fmt: skip


def test_an_empty_profile_is_a_valid_one(folder):
    profile = read_profile(folder_of(str(folder)))
    assert (profile.places, profile.things) == ([], [])
    assert profile.description["province"]["name"]["vi"] == "Tỉnh Đồng Bằng"
    assert "README.md" in {file.name for file in folder.iterdir()}


def test_what_exists_is_left_alone(folder):
    (folder / "README.md").write_text("mine")
    assert write_scaffold(folder, "x") == []
    assert (folder / "README.md").read_text() == "mine"


AGENCY = {"code": "A", "name": "A", "valid_from": "2025-07-01"}
PLACE = {"code": "1", "name": "Xã A", "kind": "commune", "valid_from": "2025-07-01"}


@pytest.mark.parametrize(
    ("table", "cells", "said"),
    [
        ("stations", STATION | {"type": "Ufo"}, ":2: type: no sector knows 'Ufo'"),
        ("stations", STATION | {"lon": "east"}, ":2: lon: 'east' can't be read"),
        ("stations", STATION | {"public": "perhaps"}, ":2: public: 'perhaps' can't be read"),
        ("stations", STATION | {"properties": "gold"}, ":2: properties: AirQualityObserved doesn't measure 'gold'"),
        ("stations", STATION | {"attributes": "gold=1"}, ":2: attributes: 'gold=1' isn't name=value of AirQualityObserved"),
        ("stations", STATION | {"place": "999"}, ":2: place: nothing has the code '999'"),
        ("stations", STATION | {"lat": 60}, ":2: lon, lat: 106.0, 60.0 lies outside the bounds of the map"),
        ("places_2025", PLACE | {"valid_from": "yesterday"}, ":2: valid_from: 'yesterday' can't be read"),
        ("places_2025", PLACE | {"valid_from": ""}, ":2: valid_from: is missing"),
        ("places_2025", PLACE | {"kind": "hamlet"}, ":2: kind: 'hamlet' can't be read"),
        ("places_2025", PLACE | {"parent": "7"}, ":2: parent: nothing has the code '7'"),
        ("succession", {"former": "1", "present": "2"}, ":2: former: nothing has the code '1'"),
        ("agencies_2025", AGENCY | {"successors": "B"}, ":2: successors: nothing has the code 'B'"),
    ],
)  # fmt: skip
def test_every_fault_is_named_by_file_and_line(folder, table, cells, said):
    append(folder, f"{table}.csv", **cells)
    assert f"{table}.csv{said}" in faults(folder)


def test_two_things_can_not_share_an_id(folder):
    append(folder, "stations.csv", **STATION)
    append(folder, "stations.csv", **STATION)
    assert faults(folder) == ["stations.csv:3: a stands twice"]


def test_a_missing_table_and_a_missing_key_are_named(folder):
    (folder / "stations.csv").unlink()
    assert faults(folder) == ["stations.csv: No such file or directory"]
    text = (folder / "profile.toml").read_text(encoding="utf-8").replace("zoom = 8.0\n", "")
    (folder / "profile.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError, match=r"profile.toml: \[map\] zoom is missing"):
        read_description(folder)
    (folder / "profile.toml").write_text("x = =", encoding="utf-8")
    with pytest.raises(ProfileError, match=r"profile.toml: .*line 1"):
        read_description(folder)
    with pytest.raises(ProfileError, match="There is no profile"):
        folder_of(str(folder / "nowhere"))


def test_a_private_kind_of_thing_is_never_public(folder):
    append(
        folder,
        "stations.csv",
        **STATION | {"type": "SecurityCamera", "properties": "", "illustrative": "false"},
    )
    assert [thing.public for thing in read_profile(folder).things] == [False]


def test_the_verbs():
    assert [verb.name for verb in VERBS] == ["profile load", "profile check", "profile new", "go-live"]
