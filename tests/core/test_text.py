import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.core.text import fold, sort_key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Phường Hoà Đình", "phuong hoa dinh"),
        ("Hòa  Bình", "hoa binh"),
        ("ĐẶC KHU VÂN ĐỒN", "dac khu van don"),
        ("Mạo Khê\t1", "mao khe 1"),
    ],
)
def test_fold_drops_marks_case_and_spaces(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_fold_is_idempotent(text):
    assert fold(fold(text)) == fold(text)


def test_sort_key_follows_the_vietnamese_dictionary():
    words = [  # in no order
        "Đông Triều",
        "Ba Chẽ",
        "Uông Bí",
        "Ân",
        "An",
        "Ăn",
        "Duyên",
        "Hạ Long",
        "Hà Lầm",
        "Ủa",
        "Ưa",
        "Ôn",
        "Ơn",
        "On",
    ]
    expected = [
        "An",
        "Ăn",
        "Ân",
        "Ba Chẽ",
        "Duyên",
        "Đông Triều",
        "Hà Lầm",
        "Hạ Long",
        "On",
        "Ôn",
        "Ơn",
        "Ủa",
        "Uông Bí",
        "Ưa",
    ]
    assert sorted(words, key=sort_key) == expected


def test_sort_key_orders_tones_after_letters():
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma", "mai"], key=sort_key) == [
        "ma",
        "mà",
        "mả",
        "mã",
        "má",
        "mạ",
        "mai",
    ]
