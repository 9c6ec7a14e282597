"""What the line of a stage leaves of a page."""

import pytest
from tests.web.conftest import browser, new_page, open_as

from halong.core.permissions import SYSTEM
from halong.profiles.description import folder_of
from halong.profiles.stages import read_stages
from halong.stages import actions

__all__ = ["browser", "new_page", "open_as"]
pytestmark = pytest.mark.django_db(transaction=True)
SPILLING = """() => [...document.querySelectorAll(".panorama-left, .panorama-map, .panorama-tiles")]
  .filter((part) => part.scrollHeight > part.clientHeight + 1).map((part) => part.className)"""


@pytest.fixture
def stage_two(person):
    """Stage 2 is in force."""
    actions.ensure_rules(read_stages(folder_of("quang_ninh"), "stages.toml"), by=SYSTEM)
    proposed = actions.propose_stage(2, by=person("lan", "operator"), reason="Bão trên biển Đông.")
    return actions.approve_stage(proposed, by=person("chair", "leader"))


def test_on_a_phone_no_part_of_the_panorama_lies_over_another(open_as, person, stage_two):
    page = open_as(person("minh", "operator"), "/", (390, 844))
    page.wait_for_selector(".stage-line:not([hidden])")
    page.wait_for_selector("halong-map .map-tools")
    assert page.evaluate(SPILLING) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_desk_the_panorama_fits_under_the_line(open_as, person, stage_two):
    page = open_as(person("minh", "operator"), "/")
    page.wait_for_selector(".stage-line:not([hidden])")
    assert page.evaluate("document.documentElement.scrollHeight") == 900
