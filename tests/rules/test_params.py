"""Parameters are typed by kind, and what is wrong is said by field."""

import pytest

from halong.core.errors import Invalid
from halong.rules.params import Silence, Threshold, dump_params, parse_params


def faults(kind, **raw):
    with pytest.raises(Invalid) as caught:
        parse_params(kind, raw)
    return sorted(caught.value.fields)


def test_what_is_stored_reads_back():
    params = Threshold(limit=50, clear=45, for_s=600, unit="GQ")
    assert parse_params("threshold", dump_params(params)) == params


def test_wrong_values_are_named_by_field():
    assert faults("threshold", limit=50, clear=51) == ["clear"]
    assert faults("threshold", limit=50, direction="below", clear=49) == ["clear"]
    assert faults("threshold", limit=50, for_s=-1, unit="bananas") == ["for_s", "unit"]
    assert faults("rate", change=0, minutes=0) == ["change", "minutes"]
    assert faults("silence", after_s=0, intervals=0) == ["after_s", "intervals"]
    assert faults("range", minimum=5, maximum=5) == ["maximum"]
    assert faults("stuck", seconds=0, tolerance=-1, min_readings=1) == [
        "min_readings",
        "seconds",
        "tolerance",
    ]
    assert faults("habit", weeks=1, min_weeks=9, k=0, least=-1) == ["k", "least", "min_weeks", "weeks"]
    assert faults("nonsense") == ["kind"]


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("threshold", {}),
        ("threshold", {"limit": "x"}),
        ("threshold", {"limit": 1, "colour": "red"}),
        ("rate", {"change": 1}),
    ],
)
def test_missing_unknown_and_untyped_fields_are_refused(kind, raw):
    assert faults(kind, **raw) == []


def test_silence_counts_in_intervals_of_the_series_unless_seconds_are_given():
    assert Silence(intervals=3).seconds(300) == 900
    assert Silence(after_s=60).seconds(300) == 60
