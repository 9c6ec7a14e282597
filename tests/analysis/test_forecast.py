from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.analysis.forecast import forecast, naive_forecast
from halong.analysis.grain import PLANS


def days(count, noise, seed=0):
    rng = np.random.default_rng(seed)
    at = np.arange(count * 24)
    return 40 + 10 * np.sin(at * 2 * np.pi / 24) + rng.normal(0, noise, len(at))


def test_a_habit_with_noise_is_forecast_better_than_by_repeating():
    values = days(29, 2.0)

    made = forecast(values[: 28 * 24], PLANS["24h"])

    assert made.shown
    assert made.error == pytest.approx(2 * np.sqrt(2 / np.pi), rel=0.25)  # that of the noise itself
    assert made.naive_error == pytest.approx(made.error * np.sqrt(2), rel=0.25)
    assert np.abs(made.bands["mean"] - values[28 * 24 :]).mean() < 2.5
    assert made.tested == 72


def test_bands_enclose_each_other_and_hold_what_they_promise():
    made = forecast(days(28, 2.0), PLANS["24h"])
    order = ("lo-95", "lo-80", "mean", "hi-80", "hi-95")

    assert all((made.bands[a] <= made.bands[b] + 1e-9).all() for a, b in pairwise(order))
    assert 0.65 <= made.coverage[0] <= 0.95
    assert 0.85 <= made.coverage[1] <= 1.0


def test_what_repeats_to_the_last_digit_is_not_forecast_better_than_by_repeating():
    assert not forecast(days(28, 0.0), PLANS["24h"]).shown


def test_what_was_never_negative_is_not_forecast_to_be():
    values = np.maximum(days(28, 6.0) - 35, 0)

    assert min(band.min() for band in forecast(values, PLANS["24h"]).bands.values()) == 0


@pytest.mark.parametrize(
    "values",
    [
        np.full(700, np.nan),
        np.full(700, 5.0),
        days(6, 1.0),
        np.where(np.arange(700) % 2, np.nan, 1.0),
        np.concatenate([days(27, 1.0), np.full(24, np.nan)]),
    ],
    ids=["empty", "constant", "short", "holes", "silent"],
)
def test_what_cannot_be_forecast_is_not(values):
    assert forecast(values, PLANS["24h"]) is None


@pytest.mark.parametrize("seed", [162, 168, 188])
def test_a_walk_that_one_model_cannot_follow_is_forecast_by_another(seed):
    walk = 40 + np.cumsum(np.random.default_rng(seed).normal(0, 1, 600))

    made = forecast(np.concatenate([walk, np.full(120, walk[-1])]), PLANS["24h"])
    final = forecast(walk, PLANS["24h"])

    for found in (made, final):
        assert all(np.isfinite(band).all() for band in found.bands.values())
    assert "ETS" in final.model


def test_months_are_forecast_with_their_year():
    at = np.arange(60)
    values = 1000 + 5 * at + 200 * np.sin(at * 2 * np.pi / 12) + np.random.default_rng(1).normal(0, 20, 60)

    made = forecast(values, PLANS["3months"])

    assert made.shown
    assert len(made.bands["mean"]) == 3


@given(st.integers(1, 30), st.integers(1, 80))
def test_the_naive_forecast_repeats_the_last_cycle(cycle, horizon):
    values = np.arange(100.0)

    assert naive_forecast(values, cycle, horizon).tolist() == [
        values[100 - cycle + k % cycle] for k in range(horizon)
    ]
