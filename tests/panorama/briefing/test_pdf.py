"""Two sheets of paper, whatever there is to say."""

import math
import re
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.panorama.briefing.conftest import SEVEN

from halong.panorama.briefing.content import MOST
from halong.panorama.briefing.pdf import pictures, render

NASTY = '#panic("x") *đậm* _nghiêng_ $x$ `m` <l> @r [a] \\ // /* "'


def content(fill=True, words="Giường bệnh sử dụng ế ộ ữ"):
    """A briefing with every part full to its limit, or with nothing."""
    rows = {
        "figures": {
            "name": words, "about": words, "value": "1.234,5", "unit": "tỷ đồng", "period": "07:00, 23/11",
            "change": "+2 so với 06:00", "target": "chỉ tiêu 80", "state": "critical", "word": "Nghiêm trọng",
            "old": True, "simulated": True, "trend": [None, *(0.5 + math.sin(k) / 2 for k in range(60)), None],
            "url": "/",
        },
        "alerts": {
            "state": "high", "word": "Cao", "title": words, "text": words, "where": words, "since": "05:40, 23/11",
            "simulated": True, "url": "/",
        },
        "changes": {"at": "06:00, 23/11", "name": words, "text": "84 – 92", "state": "high", "word": "Cao", "url": "/"},
        "unusual": {"at": "03:00, 23/11", "name": words, "text": words, "url": "/", "simulated": True},
        "ahead": {"name": words, "text": words, "note": words, "url": "/"},
        "late": {"agency": words, "tasks": 3, "data": words, "url": "/"},
        "due": {"at": "17:00", "title": words, "agency": words, "simulated": True, "url": "/"},
        "weather": {"label": words, "value": "18,2 °C", "note": words},
    }  # fmt: skip
    return {
        "scope": words, "day": "Thứ Hai, 23/11/2026", "made": "số liệu lúc 07:00", "centre": "Quảng Ninh",
        "simulated": fill, "alert_words": "14 đang mở", "more": {"alerts": 3} if fill else {},
        "points": [{"state": "critical", "text": words}] * (5 if fill else 1),
        **{name: [row] * (MOST[name] if fill else 0) for name, row in rows.items()},
    }  # fmt: skip


def streams(pdf):
    """Everything in the file, with its compressed streams read."""
    found = [pdf]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(found)


def pages(pdf):
    """How many pages the file says that it has."""
    return int(re.search(rb"/Type\s*/Pages[^>]*/Count\s+(\d+)", streams(pdf))[1])


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("given", [content(), content(fill=False), content(words="Rất dài " * 30)])
def test_always_two_pages(given, language):
    assert pages(render(given, SEVEN, language)) == 2


def test_its_own_fonts_and_vietnamese_text_that_can_be_searched():
    inside = streams(render(content(), SEVEN, "vi"))
    names = {name.partition(b"+")[2] for name in re.findall(rb"/FontName\s*/([^\s/]+)", inside)}
    assert names == {b"BeVietnamPro-Regular", b"BeVietnamPro-SemiBold"}
    letters = "".join(re.findall(r"<([0-9A-Fa-f]{4})>\s", inside.decode("latin-1")))
    assert [f"{ord(letter):04X}" in letters.upper() for letter in "ếộữ"] == [True] * 3


def test_nobody_writes_into_the_template():
    given = content(words=NASTY)
    assert pages(render(given, SEVEN, "vi")) == 2


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_only_a_text(words):
    assert pages(render(content(words=words), SEVEN, "vi")) == 2


def test_the_same_content_is_the_same_file():
    assert render(content(), SEVEN.replace(microsecond=7), "vi") == render(content(), SEVEN, "vi")


def test_it_can_be_looked_at():
    assert [page[:4] for page in pictures(content(fill=False), SEVEN, "vi")] == [b"\x89PNG"] * 2
