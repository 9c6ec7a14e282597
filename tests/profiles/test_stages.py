import pytest

from halong.profiles.description import ProfileError
from halong.profiles.stages import read_stages

STAGES = """
[[stage]]
level = 9
valid_from = 2026-01-01
advice = { en = "Watch" }
[[stage.criterion]]
key = "a"
name = { en = "a" }
when = "wind >"
[[stage.criterion]]
key = "b"
name = "b"
colour = "red"

[[stage]]
level = "two"
"""


def test_every_fault_of_a_stage_is_named_by_its_row_and_field(tmp_path):
    (tmp_path / "stages.toml").write_text(STAGES)
    with pytest.raises(ProfileError) as caught:
        read_stages(tmp_path, "stages.toml")
    faults = [line.removeprefix("stages.toml, stage ") for line in caught.value.detail.split("\n")]
    assert faults[3].startswith("1, criterion 1: ")
    assert [*faults[:3], *faults[4:]] == [
        "1: level 9 isn't 1 to 5",
        "1: advice has no words in vi",
        "1, criterion 1: name has no words in vi",
        "1, criterion 2: when is missing",
        "1, criterion 2: colour is unknown",
        "1, criterion 2: name isn't of the right kind",
        "2: valid_from is missing",
        "2: advice is missing",
        "2: level isn't of the right kind",
    ]
