"""Row by row what facts.md §11.1 has of QĐ 18/2021/QĐ-TTg, Điều 42–52."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.stages.risk import levels
from halong.stages.risk.tables import rows, tables


def level(fit):
    return fit.level if fit else None


@pytest.mark.parametrize(
    ("force", "land", "sea"),
    [(5, None, None), (6, 3, 3), (7, 3, 3), (8, 3, 3), (11, 3, 3), (12, 4, 3), (13, 4, 3), (14, 4, 4), (15, 4, 4),
     (16, 5, 4), (17, 5, 4)],
)  # fmt: skip
def test_storm(force, land, sea):
    assert level(levels.storm(force, zone="land")) == land
    assert level(levels.storm(force, zone="sea")) == sea


@pytest.mark.parametrize(
    ("metres", "expected"),
    [(2.9, None), (3.0, None), (3.01, 2), (4.0, 2), (4.01, 3), (5.0, 3), (5.01, 4), (6.0, 4), (6.01, 5)],
)
def test_surge(metres, expected):
    assert level(levels.surge(metres)) == expected


@pytest.mark.parametrize(
    ("rain", "expected"),
    [
        ({"mm24": 99, "days": 1, "share": 0.2}, None),
        ({"mm24": 100, "days": 1, "share": 0.2}, 1),
        ({"mm24": 200, "days": 2, "share": 0.2}, 1),
        ({"mm24": 60, "mm12": 50, "days": 1, "share": 0.2}, 1),
        ({"mm24": 60, "mm12": 49, "days": 1, "share": 0.2}, None),
        ({"mm24": 150, "days": 3, "share": 0.6}, 2),
        ({"mm24": 150, "days": 2, "share": 0.6}, None),  # no row: over half of the units, but only two days
        ({"mm24": 201, "days": 1, "share": 0.6}, 2),
        ({"mm24": 400, "days": 2, "share": 0.6}, 2),
        ({"mm24": 150, "days": 5, "share": 0.6, "hills": True, "several": True}, 3),
        ({"mm24": 150, "days": 5, "share": 0.6, "hills": False, "several": True}, 2),
        ({"mm24": 300, "days": 3, "share": 0.6, "several": True}, 3),
        ({"mm24": 401, "days": 1, "share": 0.6, "several": True}, 3),
        ({"mm24": 300, "days": 5, "share": 0.6, "hills": True, "several": True}, 4),
        ({"mm24": 401, "days": 3, "share": 0.6, "hills": True, "several": True}, 4),
        ({"mm24": 401, "days": 3, "share": 0.6, "hills": False, "several": True}, 3),
        ({"mm24": 401, "days": 5, "share": 0.6, "hills": False, "several": True}, 4),
    ],
)
def test_heavy_rain(rain, expected):
    assert level(levels.heavy_rain(**rain)) == expected


@pytest.mark.parametrize(
    ("celsius", "days", "expected"),
    [
        (35.0, 9, None), (35.1, 2, None), (35.1, 3, 1), (37.0, 40, 1),
        (37.1, 3, 1), (39.0, 25, 1), (39.0, 26, 2),
        (39.1, 2, None), (39.1, 5, 1), (39.1, 6, 2), (41.0, 25, 2), (41.0, 26, 3),
        (41.1, 3, 2), (41.1, 10, 2), (41.1, 11, 3), (41.1, 25, 3), (41.1, 26, 4),
    ],
)  # fmt: skip
def test_heat(celsius, days, expected):
    assert level(levels.heat(celsius, days)) == expected


@pytest.mark.parametrize(
    ("force", "coast", "offshore"),
    [(5, None, None), (6, 2, None), (7, 3, 2), (8, 3, 2), (9, 3, 3), (12, 3, 3)],
)
def test_wind_at_sea(force, coast, offshore):
    assert level(levels.sea_wind(force, zone="coast")) == coast
    assert level(levels.sea_wind(force, zone="offshore")) == offshore


@pytest.mark.parametrize(
    ("metres", "road", "water"), [(10, 2, 1), (49.9, 2, 1), (50, 1, None), (300, 1, None)]
)
def test_fog(metres, road, water):
    assert level(levels.fog(metres, zone="road")) == road
    assert level(levels.fog(metres, zone="water")) == water


@pytest.mark.parametrize(("share", "expected"), [(0.0, None), (0.1, 1), (0.49, 1), (0.5, 2), (1.0, 2)])
def test_convection(share, expected):
    assert level(levels.convection(share)) == expected


@pytest.mark.parametrize(
    ("found", "grave", "expected"),
    [
        ([], False, None),
        ([3], False, 3),
        ([3], True, 3),
        ([3, 1], False, 4),
        ([3, 1], True, 5),
        ([5, 4], True, 5),
    ],
)
def test_several_hazards_at_once(found, grave, expected):
    assert levels.combined(found, grave=grave) == expected


@pytest.mark.parametrize(
    ("kmh", "force"),
    [(0, 0), (38.9, 5), (39, 6), (49.9, 6), (50, 7), (62, 8), (75, 9), (89, 10), (103, 11), (118, 12), (134, 13),
     (150, 14), (167, 15), (184, 16), (202, 17), (300, 17)],
)  # fmt: skip
def test_wind_force(kmh, force):
    assert levels.beaufort(kmh / 3.6) == force


@given(st.floats(0, 90), st.floats(0, 90))
def test_a_stronger_wind_never_has_a_lower_level(one, other):
    low, high = sorted((levels.beaufort(one), levels.beaufort(other)))
    for zone in ("coast", "offshore"):
        assert (level(levels.sea_wind(low, zone=zone)) or 0) <= (level(levels.sea_wind(high, zone=zone)) or 0)


def test_every_row_says_its_article_in_both_languages_and_what_is_missing_is_said():
    hazards = ["storm", "surge", "rain", "heat", "sea_wind", "fog", "convection"]
    for row in (row for hazard in hazards for row in rows(hazard)):
        assert row["article"].startswith("Điều ")
        assert row["vi"]
        assert row["en"]
        assert 1 <= row["level"] <= 5
    assert [len(rows(hazard)) for hazard in hazards] == [5, 4, 9, 9, 4, 3, 2]
    assert tables()["verified"] is False
    assert len(tables()["missing"]) == 6
