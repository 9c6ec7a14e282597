"""Files as the loggers of monitoring stations write them (Circular 10/2021/TT-BTNMT): five columns, TAB
between them, CRLF at the end of a line.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from halong.core.sector import find_attribute
from halong.core.units import convert
from halong.simulation.device import Channel, Device, Reading
from halong.simulation.noise import key_of
from halong.simulation.rhythm import OFFSET

# How loggers write the units; what is missing here is written as its symbol.
WRITTEN = {
    "C62": "-", "GQ": "ug/Nm3", "GP": "mg/Nm3", "M1": "mg/L", "H29": "ug/L", "CEL": "oC", "MQH": "m3/h",
    "P1": "%", "MTR": "m", "MMT": "mm", "A97": "hPa", "MTS": "m/s", "DD": "deg", "NX": "ppt", "G42": "uS/cm",
    "2Z": "mV",
}  # fmt: skip
STATES = ("00", "01", "02")


def stamp(time: int) -> str:
    """``yyyyMMddHHmmss`` on the clocks of Việt Nam."""
    return f"{datetime.fromtimestamp(time + OFFSET, UTC):%Y%m%d%H%M%S}"


def file_name(device: Device, time: int) -> str:
    """The name of the file that a station sends at a time: its code, and the time."""
    return f"{device.code}_{stamp(time)}.txt"


class Logger:
    """The logger of one station: which symbol and unit it writes for each property.

    Some loggers state carbon monoxide in mg/Nm³ and not in µg/Nm³, as real ones do.
    """

    def __init__(self, device: Device) -> None:
        self._columns = {channel.property: _column(device, channel) for channel in device.channels}

    def lines(self, time: int, readings: Iterable[Reading]) -> str:
        """The lines of a file for one time."""
        at = stamp(time)
        lines = []
        for reading in readings:
            symbol, unit, written, series_unit, decimals = self._columns[reading.property]
            value = convert(reading.value, series_unit, unit) if unit != series_unit else reading.value
            lines.append(f"{symbol}\t{value:.{decimals}f}\t{written}\t{at}\t{STATES[reading.quality]}\r\n")
        return "".join(lines)


def _column(device: Device, channel: Channel) -> tuple[str, str, str, str, int]:
    """Symbol, unit of the file and its writing, unit of the series, decimals."""
    spec = find_attribute(device.types, channel.property)
    symbol = spec.symbols[0] if spec is not None and spec.symbols else channel.property
    if channel.property == "co" and channel.unit == "GQ" and key_of(device.urn, "co") % 3 == 0:
        return symbol, "GP", WRITTEN["GP"], "GQ", 3 + channel.decimals
    return symbol, channel.unit, WRITTEN.get(channel.unit, channel.unit), channel.unit, channel.decimals
