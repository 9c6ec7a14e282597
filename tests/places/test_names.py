from datetime import date

import pytest
from django.utils import translation

from halong.core.text import fold
from halong.places.names import match_keys, qualified, split_name

REFORM = date(2025, 6, 30)


def test_a_unit_of_today_is_said_with_its_kind():
    assert qualified("Phường Cẩm Phả", None, date(2026, 1, 1)) == "phường Cẩm Phả"
    assert qualified("Đặc khu Vân Đồn", None, date(2026, 1, 1)) == "đặc khu Vân Đồn"


def test_a_unit_that_ended_is_an_area_of_before():
    assert qualified("Thành phố Cẩm Phả", REFORM, date(2026, 1, 1)) == "khu vực Cẩm Phả (trước 01/7/2025)"
    assert qualified("Thành phố Cẩm Phả", REFORM, date(2019, 1, 1)) == "thành phố Cẩm Phả"
    with translation.override("en"):
        assert qualified("Thành phố Cẩm Phả", REFORM, date(2026, 1, 1)) == "Cẩm Phả area (before 01/7/2025)"


@pytest.mark.parametrize(
    ("name", "parts"),
    [("Thị xã Quảng Yên", ("Thị xã", "Quảng Yên")), ("Hạ Long", ("", "Hạ Long")), ("Xãm", ("", "Xãm"))],
)
def test_the_word_of_the_kind_is_split_off(name, parts):
    assert split_name(name) == parts


@pytest.mark.parametrize(
    "text", ["P. Móng Cái 1", "p.móng cái 1", "P Mong Cai 1", "phuong mong cai 1", "Móng Cái 1"]
)
def test_abbreviations_and_accents_mean_the_same(text):
    assert fold(text) in match_keys("Phường Móng Cái 1")


def test_both_spellings_of_a_tone_mean_the_same():
    assert fold("Xã Hải Hoà") in match_keys("Xã Hải Hòa")
