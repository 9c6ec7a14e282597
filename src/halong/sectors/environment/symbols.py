"""Symbols and units of station files (Circular 10/2021/TT-BTNMT, annex 15, table 34, as public loggers
write them).

The symbols stand with the attributes (``AttributeSpec.symbols`` in air.py and water.py) and the units in
``halong.core.units``; whoever may not import a sector uses ``halong.core.sector.find_symbol``. TABLE_34
holds the symbols that must never be lost.
"""

from collections.abc import Collection

from halong.core.sector import find_symbol
from halong.core.units import UnknownUnitError, convert, unit_code

__all__ = ["TABLE_34", "UnknownUnitError", "convert", "property_of", "unit_code"]

# Second-hand: from the source of a data logger, not from the circular's own text.
TABLE_34 = (
    "Flow", "Temp", "Color", "pH", "TSS", "COD", "NH4", "TP", "TN", "TOC", "Cl", "RH", "P", "NO", "NO2",
    "CO", "SO2", "O2", "H2S", "NH3", "VHg", "PM", "O3", "PM10", "PM2,5", )  # fmt: skip


def property_of(symbol: str, type_names: Collection[str] = ()) -> str | None:
    """The NGSI-LD name of what a symbol stands for, or None. ``type_names`` of the station decide where a
    symbol has two meanings (O2: oxygen of a flue gas, or dissolved).
    """
    spec = find_symbol(symbol, type_names)
    return spec.name if spec else None
