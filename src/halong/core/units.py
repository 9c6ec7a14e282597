"""Units of measure: UN/CEFACT Recommendation 20 codes, the ways in which people and loggers write them, and
conversion.

A code stands for the unit alone. "Normal" cubic metres (µg/Nm3 at 25 °C and 760 mmHg, as Vietnamese
standards state air concentrations) have no code of their own and share GQ and GP.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import pgettext_lazy


class UnknownUnitError(ValueError):
    """A unit text that isn't known, or two units that can't be converted into each other."""


@dataclass(frozen=True, slots=True)
class Unit:
    """``symbol`` is what is shown; ``base`` is the code of the unit of the same quantity with ``value *
    factor + offset``.
    """

    code: str
    symbol: str
    base: str
    factor: float = 1.0
    offset: float = 0.0


_UNITS = (
    Unit("C62", "", "C62"),
    Unit("P1", "%", "P1"),
    Unit("NX", "‰", "NX"),
    Unit("59", "ppm", "59"),
    Unit("61", "ppb", "59", 0.001),
    Unit("GQ", "µg/m³", "GQ"),
    Unit("GP", "mg/m³", "GQ", 1_000.0),
    Unit("A93", "g/m³", "GQ", 1_000_000.0),
    Unit("M1", "mg/L", "GQ", 1_000_000.0),
    Unit("H29", "µg/L", "GQ", 1_000.0),
    Unit("GL", "g/L", "GQ", 1_000_000_000.0),
    Unit("CEL", "°C", "CEL"),
    Unit("KEL", "K", "CEL", 1.0, -273.15),
    Unit("MQH", "m³/h", "MQH"),
    Unit("MQS", "m³/s", "MQH", 3_600.0),
    Unit("G52", "m³/day", "MQH", 1 / 24),
    Unit("G51", "L/s", "MQH", 3.6),
    Unit("A97", "hPa", "A97"),
    Unit("KPA", "kPa", "A97", 10.0),
    Unit("PAL", "Pa", "A97", 0.01),
    Unit("MBR", "mbar", "A97"),
    Unit("BAR", "bar", "A97", 1_000.0),
    Unit("HN", "mmHg", "A97", 1.33322387415),
    Unit("MTS", "m/s", "MTS"),
    Unit("KMH", "km/h", "MTS", 1 / 3.6),
    Unit("DD", "°", "DD"),
    Unit("MTR", "m", "MTR"),
    Unit("CMT", "cm", "MTR", 0.01),
    Unit("MMT", "mm", "MTR", 0.001),
    Unit("KMT", "km", "MTR", 1_000.0),
    Unit("G42", "µS/cm", "G42"),
    Unit("H61", "mS/cm", "G42", 1_000.0),
    Unit("2Z", "mV", "2Z"),
    Unit("2N", "dB", "2N"),
    Unit("KWH", "kWh", "KWH"),
    Unit("KWT", "kW", "KWT"),
    Unit("MAW", "MW", "KWT", 1_000.0),
    Unit("HTZ", "Hz", "HTZ"),
    Unit("E20", "Mbit/s", "E20"),
    Unit("4L", "MB", "4L"),
    Unit("E34", "GB", "4L", 1_000.0),
    Unit("SEC", "s", "SEC"),
    Unit("MIN", "min", "SEC", 60.0),
    Unit("HUR", "h", "SEC", 3_600.0),
)
_BY_CODE = {unit.code: unit for unit in _UNITS}

# Writings that differ from the symbol by more than case, spaces, "^" and the many forms of µ, ³ and °.
_WRITINGS = {
    "-": "C62", "": "C62", "--": "C62", "none": "C62", "ph": "C62", "1": "C62",
    "pt-co": "C62", "ptco": "C62", "pt/co": "C62", "pcu": "C62", "tcu": "C62", "hazen": "C62",
    "ntu": "C62", "fnu": "C62", "mpn/100ml": "C62", "cfu/100ml": "C62",
    "%v": "P1", "%vol": "P1", "vol%": "P1", "%rh": "P1", "percent": "P1",
    "c": "CEL", "oc": "CEL", "degc": "CEL", "celsius": "CEL", "k": "KEL",
    "m3/hr": "MQH", "m3/gio": "MQH", "m3/ngay": "G52", "m3/d": "G52", "m3/ngaydem": "G52",
    "ppt": "NX", "psu": "NX", "o/oo": "NX", "torr": "HN", "deg": "DD", "do": "DD", "dba": "2N", "db(a)":
    "2N", "mbps": "E20", }  # fmt: skip


def _plain(text: str) -> str:
    """A unit without what typing varies: "µg / Nm³" and "ug/m^3" are both "ug/m3"."""
    text = unicodedata.normalize("NFKD", text.strip()).casefold().replace("μ", "u")
    text = "".join(char for char in text if not unicodedata.combining(char)).replace("°", "o")
    text = re.sub(r"[\s^·.]", "", text).replace("mcg", "ug")
    return (
        text.replace("/nm3", "/m3")
        .replace("/ndm3", "/l")
        .replace("/dm3", "/l")
        .replace("liter", "l")
        .replace("lit", "l")
    )


_BY_TEXT = {_plain(unit.symbol): unit.code for unit in reversed(_UNITS) if unit.symbol} | _WRITINGS


def unit_code(text: str) -> str:
    """The UN/CEFACT code of a unit as written by a person, a file or a logger ("ug/Nm3", "mg/L", "oC",
    "%V", "-") or of a code itself ("GQ"). Raises ``UnknownUnitError``.
    """
    if text.strip() in _BY_CODE:
        return text.strip()
    code = _BY_TEXT.get(_plain(text))
    if code is None:
        raise UnknownUnitError(f"unknown unit {text!r}")
    return code


# Symbols that are words of a language: Vietnamese readers expect "phút" where the table says "min".
_WORDS = {
    "MIN": pgettext_lazy("unit", "min"),
    "HUR": pgettext_lazy("unit", "h"),
    "G52": pgettext_lazy("unit", "m³/day"),
}


def unit_symbol(code: str) -> str:
    """What the reader of this language is shown of a code ("µg/m³"; "" for a bare number); an unknown code itself."""
    if code in _WORDS:
        return str(_WORDS[code])
    return _BY_CODE[code].symbol if code in _BY_CODE else code


def is_known(code: str) -> bool:
    """True if this UN/CEFACT code can be shown and converted."""
    return code in _BY_CODE


def convert(value: float, from_code: str, to_code: str) -> float:
    """A value in another unit of the same quantity: ``convert(1.2, "GP", "GQ") == 1200``.

    Raises ``UnknownUnitError`` for another quantity (ppm is not µg/m³: that needs the gas and the
    temperature).
    """
    if from_code == to_code:
        return value
    try:
        source, target = _BY_CODE[from_code], _BY_CODE[to_code]
    except KeyError as error:
        raise UnknownUnitError(f"unknown unit code {error.args[0]!r}") from None
    if source.base != target.base:
        raise UnknownUnitError(f"{from_code} can't be converted to {to_code}")
    if source.offset == target.offset == 0:
        # One rounding instead of two keeps decimal figures (0.1 mg to 100 µg) exact wherever the ratio is
        # whole.
        ratio = source.factor / target.factor
        return value * ratio if ratio >= 1 else value / (target.factor / source.factor)
    return (value * source.factor + source.offset - target.offset) / target.factor
