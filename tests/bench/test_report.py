"""What the reports say."""

import json

import pytest

from halong.bench.report import FIGURES, verdict, write
from halong.bench.rows import Rows
from halong.ingest.check import micros
from halong.ingest.http import parse_time

BY_KEY = {figure.key: figure for figure in FIGURES}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("ingest_http_1000_ratio", 0.5, "reached"),
        ("ingest_http_1000_ratio", 0.41, "above the floor, below the aim"),
        ("ingest_http_1000_ratio", 0.39, "NOT REACHED"),
        ("latest_10k_ms", 9.9, "reached"),
        ("latest_10k_ms", 10.1, "NOT REACHED"),
        ("latest_10k_ms", None, "not measured"),
    ],
)
def test_a_figure_that_is_not_reached_is_called_so(key, value, words):
    assert verdict(BY_KEY[key], value) == words


def test_keys_stand_in_the_fixed_order(tmp_path):
    on = {"processor": "p", "cores": 2, "memory_mib": 1, "system": "s", "python": "3", "load_before": 0.0}
    write(tmp_path, {"live_p99_ms": 20.0, "ingest_http_1000_ratio": 0.52}, ["a note"], on)
    written = json.loads((tmp_path / "benchmarks.json").read_text())
    assert list(written["figures"]) == ["ingest_http_1000_ratio", "live_p99_ms"]
    assert written["machine"]["cores"] == 2
    assert "| — | ≥ 4,000 (floor 2,500) | not measured |" in (tmp_path / "benchmarks.md").read_text()


def test_what_a_run_did_not_measure_stays_with_its_time(tmp_path):
    on = {"processor": "p", "cores": 2, "memory_mib": 1, "system": "s", "python": "3", "load_before": 0.0}
    write(tmp_path, {"live_p99_ms": 20.0, "search_ms": 40.0}, [], on, 0.25)
    write(tmp_path, {"search_ms": 30.0}, ["again"], on)
    written = json.loads((tmp_path / "benchmarks.json").read_text())
    assert written["figures"] == {"live_p99_ms": 20.0, "search_ms": 30.0}
    assert [written["measured"][key]["scale"] for key in written["figures"]] == [0.25, 1.0]
    assert "20 ms | ≤ 50 | reached |" in (tmp_path / "benchmarks.md").read_text()


def test_rows_are_the_same_whatever_way_they_go():
    rows = Rows(10, 1_780_000_000.0, 30.0)
    columns = rows.columns(5, 20, list(range(100, 110)))
    for place, number in enumerate(range(5, 25)):
        item = rows.item(number)
        assert item["entity"].endswith(f"{columns.series[place] - 100:04d}")
        assert (parse_time(item["time"]), item["value"]) == (columns.times[place], columns.values[place])
        assert columns.times[place] == micros(rows.time(number))
