"""The indicators and collections of a profile, as its TOML writes them (docs/profiles.md)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from halong.indicators.models import Collection, Definition, Indicator, Target
from halong.places.models import Agency

PLAIN = (
    "unit", "decimals", "direction", "kind", "grain", "over_time", "freshness_s", "shows_denominator", "source",
    "verified",
)  # fmt: skip
FIRST_DAY = date(2019, 1, 1)


def add_indicator(row: dict[str, Any], agencies: Mapping[str, Agency]) -> Definition:
    """Write an indicator of a profile with its definition and target."""
    indicator = Indicator.objects.create(
        key=row["key"],
        sector=row.get("sector", ""),
        agency=agencies.get(row.get("owner", "")),
        level=row.get("level", Indicator.Level.LIST),
        order=row.get("order", 100),
    )
    words: dict[str, str] = {}
    for name in ("name", "meaning", "scope_words"):
        said = row.get(name) or {}
        words |= {name: said.get("vi", ""), f"{name}_en": said.get("en", "")}
    low, high = (*(row.get("plausible") or ()), None, None)[:2]
    if target := row.get("target"):
        Target.objects.create(
            indicator=indicator, value=target["value"], valid_from=target.get("from", FIRST_DAY),
            valid_to=target.get("to"), source=target.get("source", ""),
        )  # fmt: skip
    return Definition.objects.create(
        indicator=indicator,
        version=1,
        valid_from=row.get("valid_from", FIRST_DAY),
        spec=row.get("spec") or {},
        bands=row.get("bands") or [],
        plausible_min=low,
        plausible_max=high,
        **words,
        **{name: row[name] for name in PLAIN if name in row},
    )


def add_collection(row: dict[str, Any], agencies: Mapping[str, Agency]) -> bool:
    """Write a collection of a profile; False if its key is there already."""
    title = row["title"]
    made, new = Collection.objects.get_or_create(
        key=row["key"],
        defaults={
            "title": title.get("vi", ""),
            "title_en": title.get("en", ""),
            "grain": row.get("grain", "month"),
            "due_days": row.get("due_days", 5),
            "approver": agencies.get(row.get("approver", "")),
        },
    )
    if new:
        made.indicators.set(Indicator.objects.filter(key__in=row.get("indicators", [])))
        made.agencies.set([agencies[code] for code in row.get("agencies", []) if code in agencies])
    return new
