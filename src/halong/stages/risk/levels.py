"""From measured figures to the row of QĐ 18/2021/QĐ-TTg that they fit: pure. None: no row fits.

Each function returns the row with the highest level among those that fit. Bounds: "over 35 up to 37".
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from halong.stages.risk.tables import DECISION, rows, tables

Row = dict[str, Any]


@dataclass(frozen=True)
class Fit:
    """A row of a table that figures fit."""

    level: int
    article: str
    vi: str
    en: str

    @property
    def table(self) -> str:
        """Article and decision, as people cite it."""
        return f"{self.article} {DECISION}"


def beaufort(metres_per_second: float) -> int:
    """The wind force, 0 to 17, of a mean wind."""
    kmh = round(metres_per_second * 3.6, 6)
    forces: list[float] = tables()["beaufort"]["kmh"]
    return max(0, bisect_right(forces, kmh) - 1)


def storm(force: int, *, zone: str) -> Fit | None:
    """A tropical depression or storm of this wind force. ``zone``: "land" (coast and land of the North-East), "sea"."""
    return _highest("storm", lambda row: row["zone"] == zone and _within(row, force))


def surge(metres: float) -> Fit | None:
    """Storm surge together with the tide, on the coast from Quảng Ninh to Thanh Hóa."""
    return _highest("surge", lambda row: _within(row, metres))


def sea_wind(force: int, *, zone: str) -> Fit | None:
    """Strong wind at sea. ``zone``: "coast" or "offshore" (also islands)."""
    return _highest("sea_wind", lambda row: row["zone"] == zone and _within(row, force))


def fog(visibility_m: float, *, zone: str) -> Fit | None:
    """Fog that is there. ``zone``: "road" (expressway, airport) or "water" (sea, river, pass)."""
    return _highest("fog", lambda row: row["zone"] == zone and _within(row, visibility_m))


def heat(celsius: float, days: int) -> Fit | None:
    """Daily maxima of this height for so many days in a row, in the North."""
    return _highest("heat", lambda row: row["days"][0] <= days <= row["days"][1] and _within(row, celsius))


def convection(share: float) -> Fit | None:
    """Tornado, lightning or hail in this share (0–1) of the province's units."""
    wanted = "half-or-over" if share >= 0.5 else "under-half"
    return _highest("convection", lambda row: share > 0 and row["share"] == wanted)


def heavy_rain(
    *, mm24: float, days: int, share: float, mm12: float = 0.0, hills: bool = False, several: bool = False
) -> Fit | None:
    """Rain of ``mm24`` in 24 hours (or ``mm12`` in 12) on each of so many days, in this share (0–1) of a province's units;
    ``hills``: in hills and mountains; ``several``: in several provinces.
    """

    def fits(row: Row) -> bool:
        return (
            _rain_fits(row, mm24, mm12)
            and _days_fit(row, days)
            and _share_fits(row, share)
            and (not row.get("several") or several)
            and ("hills" not in row or row["hills"] == hills)
        )

    return _highest("rain", fits)


def combined(levels: Iterable[int], *, grave: bool = False) -> int | None:
    """Several hazards at once: one level more than the highest (two with danger of serious loss), at most 5."""
    known = sorted(levels)
    if not known:
        return None
    rule = tables()["combined"]
    more = 0 if len(known) < 2 else rule["plus_grave"] if grave else rule["plus"]
    return int(min(rule["highest"], known[-1] + more))


def _rain_fits(row: Row, mm24: float, mm12: float) -> bool:
    if "mm24_over" in row:
        return bool(mm24 > row["mm24_over"])
    low, high = row["mm24"]
    by_day = (
        low < mm24 <= high if low > 100 else low <= mm24 <= high
    )  # the next band begins above the one before
    return by_day or ("mm12" in row and mm24 <= high and row["mm12"][0] <= mm12 <= row["mm12"][1])


def _days_fit(row: Row, days: int) -> bool:
    return days > row["days_over"] if "days_over" in row else bool(row["days"][0] <= days <= row["days"][1])


def _share_fits(row: Row, share: float) -> bool:
    if "share" not in row:
        return share > 0
    return share > 0.5 if row["share"] == "over-half" else 0 < share < 0.5


def _within(row: Row, value: float) -> bool:
    return (
        value >= float(row.get("min", "-inf"))
        and value > float(row.get("over", "-inf"))
        and value <= float(row.get("max", "inf"))
        and value < float(row.get("below", "inf"))
    )


def _highest(hazard: str, fits: Callable[[Row], bool]) -> Fit | None:
    fitting = [row for row in rows(hazard) if fits(row)]
    row = max(fitting, key=lambda row: row["level"], default=None)
    return Fit(row["level"], row["article"], row["vi"], row["en"]) if row is not None else None
