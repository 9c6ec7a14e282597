"""Legal limits as dated data: ambient air (QCVN 05) and industrial wastewater (QCVN 40).

Limits of QCVN 08 (surface water), QCVN 10 (coastal water) and QCVN 19 (emissions) were not found in a
source that can be cited; there are none rather than invented ones. Adding them is adding a table to
``data/``.
"""

from datetime import date
from typing import Any

from halong.core.sector import Averaging, Limit
from halong.sectors.environment import regulation

FILES = ("ambient_air", "wastewater")


def _limits(standard: dict[str, Any]) -> list[Limit]:
    found = []
    for row in standard["limits"]:
        valid_from = row.get("valid_from", standard["valid_from"])
        suffix = f"-{valid_from:%Y%m%d}" if valid_from != standard["valid_from"] else ""
        found.append(
            Limit(
                id=f"{standard['id']}-{row['property'].lower().replace('_', '')}-{row['averaging']}{suffix}",
                standard=standard["name"],
                property=row["property"],
                averaging=row["averaging"],
                unit=row.get("unit") or standard["unit"],
                types=tuple(standard["types"]),
                source=standard["source"],
                valid_from=valid_from,
                valid_to=row.get("valid_to", standard.get("valid_to")),
                column=standard.get("column"),
                maximum=row.get("maximum"),
                minimum=row.get("minimum"),
                scalable="column" in standard and row.get("scale", True),
                verified=standard["verified"],
                note=standard.get("note", {}),
            )
        )
    return found


LIMITS: tuple[Limit, ...] = tuple(
    limit for name in FILES for standard in regulation.read(name)["standards"] for limit in _limits(standard)
)


def limit(
    attribute: str,
    averaging: Averaging,
    on: date,
    *,
    standard: str | None = None,
    column: str | None = None,
    kq: float = 1.0,
    kf: float = 1.0,
) -> Limit | None:
    """The limit of a property (NGSI-LD name) and averaging time that is in force on a day, or None.

    ``standard`` by its name ("QCVN 05:2023/BTNMT"); ``column`` A or B for wastewater, whose result is Cmax
    = C × Kq × Kf.
    """
    for entry in LIMITS:
        if (
            entry.property == attribute
            and entry.averaging == averaging
            and entry.in_force(on)
            and standard in (None, entry.standard)
            and column == entry.column
        ):
            return entry.times(kq * kf)
    return None
