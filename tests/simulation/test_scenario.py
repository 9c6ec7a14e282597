import pytest

from halong.simulation import scenario
from halong.simulation.storm import LASTS, Storm

NOW = 1_795_400_100.0


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path / "home"))


def test_without_a_choice_the_day_is_an_ordinary_one():
    assert scenario.current(NOW) is None


def test_a_storm_goes_on_over_restarts_and_is_over_after_a_while():
    scenario.choose("storm", NOW)
    assert scenario.current(NOW + 60) == Storm(int(NOW))
    scenario.choose("storm", NOW + 3600)
    assert scenario.current(NOW + 3600) == Storm(int(NOW))
    later = NOW + LASTS + scenario.REMEMBERED + 1
    assert scenario.current(later) is None
    scenario.choose("storm", NOW + LASTS + 60)
    assert scenario.current(later) == Storm(int(NOW + LASTS + 60))


def test_calm_ends_it():
    scenario.choose("storm", NOW)
    scenario.choose("calm", NOW)
    scenario.choose("calm", NOW)
    assert scenario.current(NOW) is None


def test_the_environment_may_wish_for_a_day(monkeypatch):
    assert scenario.wished() is None
    monkeypatch.setenv(scenario.VARIABLE, "storm")
    assert scenario.wished() == "storm"
    monkeypatch.setenv(scenario.VARIABLE, "snow")
    assert scenario.wished() is None


def test_a_file_that_is_broken_is_an_ordinary_day():
    scenario.choose("storm", NOW)
    (scenario.private("files") / scenario.FILE).write_text("{")
    assert scenario.current(NOW) is None
