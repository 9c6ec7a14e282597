import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import halong.sectors.environment
from halong.sectors.environment.regulation import read, scale

DATA = sorted((Path(halong.sectors.environment.__file__).parent / "data").glob("*.toml"))


def luminance(colour):
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_every_table_says_where_it_is_from_and_since_when(path):
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for table in data.get("standards", [data]):
        assert table["source"] != ""
        assert table["valid_from"].year >= 2000
        assert isinstance(table["verified"], bool)


@pytest.mark.parametrize("name", ["vn_aqi", "vn_wqi"])
def test_words_on_a_level_s_colour_can_be_read(name):
    for level in scale(name).levels:
        assert contrast(level.colour, level.text_colour) >= 4.5


@pytest.mark.parametrize("name", ["vn_aqi", "vn_wqi"])
def test_levels_join_without_gap_in_both_languages(name):
    levels = scale(name).levels
    for lower, upper in pairwise(levels):
        assert upper.low == lower.high + 1
    for level in levels:
        for texts in (level.names, level.colour_names, *level.texts.values()):
            assert set(texts) == {"vi", "en"}


def test_a_table_is_read_once():
    assert read("vn_aqi") is read("vn_aqi")
