"""``indicators.toml``: what the profile of Quảng Ninh says, and how faults are named."""

from collections import Counter

import pytest

from halong.core import registry
from halong.core.units import is_known
from halong.profiles.description import BUILT_IN
from halong.profiles.figures import FIRST_LEVEL, read_figures
from halong.profiles.reading import read_profile

SECTORS = ["health", "education", "environment", "traffic", "tourism", "security", "wifi"]
SECTORS += ["government", "infrastructure", "economy"]
GOOD = """
[[indicator]]
key = "air.good"
sector = "environment"
name = { vi = "Không khí tốt", en = "Good air" }
meaning = { vi = "Nghĩa", en = "Meaning" }
owner = "QN"
level = 1
unit = "P1"
decimals = 0
direction = "up"
kind = "series"
grain = "hour"
over_time = "mean"
freshness_s = 7200
bands = [ { state = "attention", below = 50 } ]
valid_from = 2019-01-01
[indicator.spec]
types = ["AirQualityObserved"]
property = "airQualityIndex"
time = "last"
across = "share"
where = { op = "<=", value = 50 }
"""


@pytest.fixture(scope="module")
def figures():
    return read_profile(BUILT_IN / "quang_ninh").figures


def faults_of(tmp_path, text):
    (tmp_path / "indicators.toml").write_text(text, encoding="utf-8")
    return read_figures(tmp_path, "indicators.toml", {"QN"})[1]


def test_every_sector_has_figures_and_the_panorama_has_twelve(figures):
    rows = figures.indicators
    assert {row["sector"] for row in rows} == set(SECTORS)
    assert Counter(row["level"] for row in rows)[1] == FIRST_LEVEL
    orders = [row["order"] for row in rows if row["level"] == 1]
    assert len(set(orders)) == FIRST_LEVEL
    assert min(Counter(row["sector"] for row in rows if row["level"] <= 2).values()) >= 4


def test_every_text_is_there_in_both_languages(figures):
    for row in figures.indicators:
        for name in ("name", "meaning", "scope_words"):
            assert set(row[name]) == {"vi", "en"}
            assert all(row[name].values())
    for name in ("vi", "en"):
        names = [row["name"][name] for row in figures.indicators]
        assert len(set(zip(names, [row["sector"] for row in figures.indicators], strict=True))) == len(names)
    assert all(set(row["title"]) == {"vi", "en"} for row in figures.collections)


def test_what_is_measured_exists(figures):
    for row in figures.indicators:
        assert is_known(row["unit"])
        if row["kind"] == "records":
            assert row["spec"]["measure"] in registry.record_measures


def test_figures_chosen_by_us_say_so(figures):
    for row in figures.indicators:
        assert "minh họa" in row.get("target", {"source": "minh họa"})["source"]
        assert all(band["source"] for band in row.get("bands", []))
        if row["kind"] == "table":
            assert "mô phỏng" in row["source"]
        if "QCVN 40" in row["source"] or "1460" in row["source"]:
            assert row["verified"] is False


def test_the_figures_of_the_article_are_named(figures):
    said = {row["key"]: f"{row['meaning']['vi']} {row['scope_words']['vi']}" for row in figures.indicators}
    wanted = {"env.stations_working": "86", "wifi.working": "107", "edu.classrooms_in_use": "551"}
    wanted |= {"programme.projects": "32", "edu.schools_connected": "46"}
    assert {key: number in said[key] for key, number in wanted.items()} == dict.fromkeys(wanted, True)


def test_every_table_is_collected_from_somebody(figures):
    collected = [key for row in figures.collections for key in row["indicators"]]
    tables = [row["key"] for row in figures.indicators if row["kind"] == "table"]
    assert sorted(collected) == sorted(tables)
    monthly = next(row for row in figures.collections if row["key"] == "government.monthly")
    assert len([code for code in monthly["agencies"] if code.startswith("UB.")]) == 54


def test_a_good_file_has_no_fault(tmp_path):
    assert faults_of(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"environment"', '"weather"', "sector: there is no 'weather'"),
        ('owner = "QN"', 'owner = "XX"', "owner: nothing has the code 'XX'"),
        ("level = 1", "level = 4", "level: 4 is none of 1, 2, 3"),
        ("level = 1\n", "", "level: is missing"),
        ("level = 1", "level = 1\ncolour = 3", "colour: there is no such field"),
        ('{ vi = "Nghĩa", en = "Meaning" }', '{ en = "Meaning" }', "meaning: vi is missing"),
        ("freshness_s = 7200", 'freshness_s = "2h"', "freshness_s: '2h' can't be read"),
        ('"AirQualityObserved"', '"Air"', "spec.types: no sector knows 'Air'"),
        ('"airQualityIndex"', '"aqi"', "spec.property: AirQualityObserved has no 'aqi' of this sort"),
        ('"last"', '"now"', "spec.time: 'now' is none of mean, max, min, sum, last, count"),
        ('where = { op = "<=", value = 50 }', "", "spec.where: belongs to share and count"),
        ('"<="', '"="', "spec.where: op: one of <= < >= > =="),
        ("below = 50", "below = 50, above = 3", "bands: either below or above"),
        ('"attention"', '"bad"', "bands: state: one of attention, high, critical"),
        ('"air.good"', '"Air"', "key: two or more words of a-z, 0-9 and _ with a dot between them"),
    ],
)  # fmt: skip
def test_a_fault_names_its_table_by_file_and_line_and_its_field(tmp_path, old, new, fault):
    found = faults_of(tmp_path, GOOD.replace(old, new, 1))
    key = "Air" if "two or more" in fault else "air.good"
    assert found == [f"indicators.toml:2: {key}: {fault}"]


def test_faults_of_formulas_and_collections(tmp_path):
    table = GOOD.replace('"series"', '"table"').replace("air.good", "a.table").replace('"hour"', '"month"')
    formula = GOOD.replace('"series"', '"formula"').replace("air.good", "a.formula")
    formula = formula[: formula.index("types =")] + 'expression = "air.good / air.none * 100"\n'
    table = table[: table.index("[indicator.spec]")] + "[indicator.spec]\n"
    collection = """
[[collection]]
key = "c.day"
title = { vi = "Biểu", en = "Table" }
indicators = ["a.table", "a.formula"]
agencies = ["QN", "YY"]
grain = "day"
due_days = 5
approver = "QN"
"""
    assert [text.split(": ", 1)[1] for text in faults_of(tmp_path, GOOD + formula + table + collection)] == [
        "a.formula: spec.expression: there is no indicator 'air.none'",
        "c.day: indicators: a.table is by month, not by day",
        "c.day: indicators: there is no indicator 'a.formula' of kind table",
        "c.day: agencies: nothing has the code 'YY'",
    ]


def test_a_key_that_stands_twice_and_too_many_of_level_one(tmp_path):
    assert faults_of(tmp_path, GOOD + GOOD) == ["indicators.toml:25: air.good stands twice"]
    many = "".join(GOOD.replace("air.good", f"air.good{n}") for n in range(13))
    assert faults_of(tmp_path, many) == [
        "indicators.toml: level: 13 indicators of level 1, the panorama has room for 12"
    ]


def test_a_file_that_is_no_toml_says_where(tmp_path):
    assert faults_of(tmp_path, "[[indicator]]\nkey = ")[0].startswith("indicators.toml: ")
