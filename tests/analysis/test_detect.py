import numpy as np
import pytest

from halong.analysis.detect import judge
from halong.analysis.grain import DAY, HOUR
from halong.analysis.habit import learn

LEARNED = 21 * 24
DAYS = 24


def usual(seed=0, hours=LEARNED + 48):
    rng = np.random.default_rng(seed)
    at = np.arange(hours)
    return np.round(40 + 10 * np.sin(at * 2 * np.pi / 24) + rng.normal(0, 1, hours), 2)


def judged(values, learned=LEARNED):
    return judge(learn(HOUR, 0, values[:learned]), 0, values, learned)


def kinds(values):
    return [(flag.kind, flag.start - LEARNED, flag.end - LEARNED) for flag in judged(values)]


@pytest.mark.parametrize("seed", range(5))
def test_usual_hours_are_left_in_peace(seed):
    assert kinds(usual(seed)) == []


def test_a_spike_is_flagged_at_its_hour_with_what_was_to_be_expected():
    values = usual()
    values[LEARNED + 20] += 30

    [flag] = judged(values)

    assert (flag.kind, flag.start, flag.end, flag.running) == ("spike", LEARNED + 20, LEARNED + 20, False)
    assert flag.value == values[LEARNED + 20]
    assert flag.expected == pytest.approx(40 + 10 * np.sin(20 * 2 * np.pi / 24), abs=1.5)
    assert flag.low < flag.expected < flag.high
    assert flag.score > 1


def test_a_new_level_is_flagged_from_its_first_hour_on():
    values = usual()
    values[LEARNED + 20 :] += 15

    [flag] = judged(values)

    assert flag.kind == "shift"
    assert abs(flag.start - LEARNED - 20) <= 1
    assert flag.running


def test_a_drift_is_flagged():
    values = usual(hours=LEARNED + 120)
    values[LEARNED:] += np.linspace(0, 25, 120)

    assert {flag.kind for flag in judged(values)} == {"drift"}


def test_a_value_that_stands_still_is_flagged():
    values = usual()
    values[LEARNED + 5 : LEARNED + 15] = values[LEARNED + 5]

    assert [(flag.kind, flag.figures["steps"]) for flag in judged(values)] == [("stuck", 10)]


def test_a_value_at_the_end_of_its_range_may_stand_still():
    values = np.minimum(usual(), 45)
    values[LEARNED + 5 : LEARNED + 15] = 45

    assert "stuck" not in {flag.kind for flag in judged(values)}


def test_a_gap_is_flagged_where_gaps_are_rare():
    values = usual()
    values[LEARNED + 10 : LEARNED + 16] = np.nan

    assert kinds(values) == [("gap", 10, 15)]


def test_a_series_with_many_long_gaps_is_not_flagged_for_another():
    values = usual()
    values[np.arange(len(values)) % 24 < 6] = np.nan

    assert kinds(values) == []


def test_hours_out_of_habit_are_flagged_though_the_values_are_known_from_others():
    values = usual()
    values[LEARNED + 42 : LEARNED + 47] = [47, 49, 51, 50, 48]  # in the evening, as at noon

    assert kinds(values) == [("habit", 42, 46)]


def test_days_are_judged_against_their_weekday():
    rng = np.random.default_rng(4)
    days = np.arange(150)
    values = 100 + np.where(days % 7 < 5, 20, -20) + rng.normal(0, 2, 150)
    values[145] += 60

    flags = judge(learn(DAY, 0, values[:140]), 0, values, 140)

    assert [(flag.kind, flag.peak) for flag in flags] == [("spike", 145)]


def test_what_was_flagged_once_is_flagged_again_the_next_day():
    values = usual(hours=LEARNED + 72)
    values[LEARNED + 16] += 30

    first = judge(learn(HOUR, 0, values[:LEARNED]), 0, values[: LEARNED + 24], LEARNED)
    again = judge(learn(HOUR, 0, values[:LEARNED]), 0, values[: LEARNED + 48], LEARNED)

    assert [(f.kind, f.start) for f in first] == [(f.kind, f.start) for f in again]
