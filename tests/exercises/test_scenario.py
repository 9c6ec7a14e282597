"""Scenarios as data."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exercises.conftest import SCENARIO

from halong.core.errors import Invalid
from halong.exercises.criteria import criteria
from halong.exercises.pace import hands_needed, too_short
from halong.exercises.scenario import SPEEDS, Curve, Which, read_scenario, scenarios_in
from halong.playbooks.kinds import KINDS
from halong.profiles.description import folder_of, read_toml
from halong.simulation.exercise.player import GRACE
from halong.stages.models.risk import Hazard
from halong.warnings.kinds import KINDS as WARNED

PROFILE = Path(folder_of("quang_ninh"))
ALL = scenarios_in(PROFILE)


def test_the_profile_has_a_storm_day_and_at_least_five_more():
    assert [scenario.key for scenario in ALL] == [
        "air-episode",
        "boat-in-fog",
        "landslide",
        "mine-accident",
        "network-attack",
        "oil-spill",
        "storm-day",
    ]


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.key)
def test_everything_that_a_scenario_names_is_there(scenario):
    things = set()
    for file in PROFILE.glob("*.csv"):
        with file.open(encoding="utf-8") as rows:
            things |= {row["id"] for row in csv.DictReader(rows) if "id" in row}
    rules = {rule["key"] for rule in read_toml(PROFILE / "rules.toml")["rule"]} | {"exercise-silent"}
    reports = {row["code"] for row in read_toml(PROFILE / "citizens.toml")["category"]}
    wanted = {name for curve in scenario.curves for name in curve.which.things}
    wanted |= {name for event in scenario.events for name in event.which.things}
    assert wanted - things == set()
    assert {event.data["category"] for event in scenario.events if event.kind == "report"} - reports == set()
    assert set(scenario.kinds) - set(KINDS) == set()
    for expected in scenario.expectations:
        assert expected.criterion in criteria
        assert set(expected.settings.get("rules", ())) - rules == set()
        assert set(expected.settings.get("kinds", ())) - set(KINDS) == set()
        assert set(expected.settings.get("events", ())) - set(WARNED) == set()


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.key)
def test_bulletins_and_messages_say_that_they_are_an_exercise(scenario):
    said = [event.text for event in scenario.events if event.kind in ("bulletin", "message")]
    assert [
        text for text in said if not (text.vi.startswith("DIỄN TẬP.") and text.en.startswith("EXERCISE."))
    ] == []


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.key)
def test_the_words_that_the_law_keeps_for_others_are_not_used(scenario):
    said = " ".join(f"{event.title.vi} {event.text.vi}" for event in scenario.events).lower()
    assert "tình trạng khẩn cấp" not in said
    assert "cấp độ phòng thủ dân sự" not in said


def test_a_faulty_scenario_names_each_place():
    broken = (
        SCENARIO.replace("minutes = 20", "minutes = 3")
        .replace('kind = "bulletin"', 'kind = "rumour"')
        .replace('after = "call"', 'after = "nothing"')
        .replace("[[0, 5], [10, 25]]", "[[10, 5], [10, 25]]")
    )
    with pytest.raises(Invalid) as caught:
        read_scenario(broken)
    assert set(caught.value.fields) == {
        "curve[0].points",
        "event[0].kind",
        "event.call.minute",
        "expect.phone.after",
    }


def test_a_scenario_that_is_no_toml_is_refused():
    with pytest.raises(Invalid):
        read_scenario("key = ")


POINTS = st.lists(
    st.tuples(st.floats(0, 1000), st.floats(-1e6, 1e6)), min_size=1, max_size=8, unique_by=lambda p: p[0]
)


@given(points=POINTS, minute=st.floats(-10, 1100))
def test_a_curve_stays_within_its_points_and_begins_with_the_first(points, minute):
    points = tuple(sorted(points))
    value = Curve(Which(), "windSpeed", points).value(minute)
    if minute < points[0][0]:
        assert value is None
    else:
        low, high = min(p[1] for p in points), max(p[1] for p in points)
        assert low - 1e-6 * (1 + abs(low)) <= value <= high + 1e-6 * (1 + abs(high))


def test_a_curve_is_straight_between_points_and_stays_after_the_last():
    curve = Curve(Which(), "windSpeed", ((0, 5.0), (10, 25.0)))
    assert [curve.value(minute) for minute in (0, 2.5, 10, 99)] == [5.0, 10.0, 25.0, 25.0]


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.key)
def test_people_have_time_enough_at_every_speed(scenario, speed):
    assert too_short(scenario, speed, GRACE) == []
    assert hands_needed(scenario, speed) <= 3


def test_hands_are_counted_over_the_narrowest_time():
    easy = SCENARIO.replace("within = 1\n", "within = 3\n")
    assert [hands_needed(read_scenario(easy), speed) for speed in (1, 120)] == [1, 1]
    tight = read_scenario(easy.replace("within = 5", "within = 1"))
    assert (hands_needed(tight, 1), too_short(tight, 1, 5)) == (2, ["storm"])


def test_official_bulletins_have_what_must_be_typed():
    for scenario in ALL:
        for event in scenario.events:
            if event.kind == "bulletin":
                assert {"issuer", "number", "hazard"} <= set(event.data), (scenario.key, event.key)
                assert event.data["hazard"] in Hazard.values
