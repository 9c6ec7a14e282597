"""The rules that the profile of Quảng Ninh brings: each makes sense and agrees with the limit that it cites."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

import halong.profiles
from halong.core.sector import find_limit, find_type
from halong.rules.actions import ensure_default_rules
from halong.rules.models import Rule

FILE = Path(halong.profiles.__file__).parent / "quang_ninh" / "rules.toml"
ROWS = tomllib.loads(FILE.read_text(encoding="utf-8"))["rule"]


def test_they_load_once(db):
    assert ensure_default_rules(ROWS) == len(ROWS)
    assert ensure_default_rules(ROWS) == 0
    assert Rule.objects.filter(legal_basis="").count() == 0
    assert Rule.objects.filter(sector="").count() == 0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_each_speaks_of_what_the_sectors_declare(row):
    for name in row["types"]:
        kind = find_type(name)
        assert kind is not None
        assert not row.get("property") or kind.attribute(row["property"]).series


@pytest.mark.parametrize("row", [row for row in ROWS if "limit_id" in row], ids=lambda row: row["key"])
def test_a_cited_limit_says_the_same(row):
    limit = find_limit(row["limit_id"])
    assert limit.in_force(date(2026, 11, 23))
    assert limit.property == row["property"]
    assert row.get("averaging", "") == ("" if limit.averaging == "instant" else limit.averaging)
    params = row["params"]
    assert (params.get("minimum"), params.get("maximum", params.get("limit"))) == (
        limit.minimum,
        limit.maximum,
    )
    assert params.get("unit", limit.unit) == limit.unit
    assert limit.verified or "chưa kiểm chứng" in row["legal_basis"]
