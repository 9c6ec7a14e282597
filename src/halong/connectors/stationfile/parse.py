"""Files of automatic monitoring stations (Circular 24/2017/TT-BTNMT, kept by Circular 10/2021/TT-BTNMT).

Plain text, a line a parameter, five columns with TAB between: symbol, value, unit, ``yyyyMMddHHmmss`` in
local time, state of the device (00 measuring, 01 calibrating, 02 fault). Everything here is pure: bytes and
a name in, a batch out, no exception. A bad line never costs a good one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from halong.connectors.text import NotTextError, decode_text, has_control
from halong.connectors.values import parse_compact, parse_number, parse_time
from halong.core.sector import AttributeSpec, EntityType, all_types, find_symbol, find_type, type_for_symbols
from halong.core.text import fold
from halong.core.units import UnknownUnitError, convert, unit_code
from halong.ingest.batch import Batch, Observation, Reason, Rejected, Thing
from halong.ingest.connector import Known, station_key

# Province (2 or 3 letters), facility, station and time, or the station and the time alone.
NAME_PATTERN = (
    r"(?:(?P<province>[A-Za-z]{2,3})_(?P<facility>[A-Za-z0-9-]+)_)?"
    r"(?P<station>[A-Za-z0-9][A-Za-z0-9_-]*?)_(?P<ts>\d{14})\.txt"
)
QUALITY = {"00": 0, "01": 1, "02": 2, "0": 0, "1": 1, "2": 2}
HELD_LINES = 200  # of one file, one by one; a file with more bad lines is held as a whole
EXCERPT = 65_536  # bytes of a file that is too large which are kept with its record
HEADER_TIMES = {"time", "datetime", "date", "timestamp", "thoi gian", "ngay gio", "thoi gian do"}
_COLUMNS = 5
_LOOSE = re.compile(r"(\S+)\s+(\S+)\s+(\S+)\s+(\d{14})\s+(\d{1,2})", re.ASCII)
_BRACKET = re.compile(r"[(\[]([^)\]]*)[)\]]\s*$")
_NO_UNIT = {"", "-", "--"}


@dataclass(frozen=True)
class Options:
    """What the source's settings say of its files.

    ``entity`` binds every file to one thing, whatever its name; ``type`` decides the type of stations that
    nobody knows yet;
    ``max_bytes`` is the size above which a file is no station file.
    """

    pattern: re.Pattern[str] = re.compile(NAME_PATTERN, re.IGNORECASE)
    entity: str = ""
    type: str = ""
    max_bytes: int = 5_000_000


@dataclass(frozen=True)
class _Line:
    symbol: str
    value: str
    unit: str
    time: str
    status: str


class _Bad(Exception):
    """A line that can't be a reading: the reason, and the piece that is wrong."""

    def __init__(self, reason: Reason, piece: str) -> None:
        super().__init__(piece)
        self.reason = reason
        self.piece = piece


def base_name(origin: str) -> str:
    """The name of the file without any folder, however the sender writes folders; without the line of an
    origin.
    """
    name = PurePosixPath(origin.replace("\\", "/")).name
    return re.sub(r"(?<=\.)([A-Za-z0-9]+):\d+$", r"\1", name)


def station_of(name: str, pattern: re.Pattern[str]) -> str | None:
    """The station that a file's name tells of: province, facility and station, as far as the pattern has
    them.
    """
    match = pattern.fullmatch(name)
    if match is None:
        return None
    found = match.groupdict()
    parts = [found[key] for key in ("province", "facility", "station") if found.get(key)]
    return "_".join(parts) or None


def parse_file(payload: bytes, origin: str, options: Options, known: Mapping[str, Known]) -> Batch:
    """The readings of a file, the station it speaks of, and every line that is none."""
    name = base_name(origin)
    station = station_of(name, options.pattern)
    whole = _whole_fault(payload, name, station, options)
    if whole is not None:
        return Batch(rejected=[whole])
    try:
        text, _encoding = decode_text(payload)
    except NotTextError:
        return Batch(rejected=[Rejected(Reason.NOT_TEXT, name[-80:], origin, payload)])
    lines = list(_lines(text))
    symbols = {line.split("\t")[0].strip() for _number, line in lines}
    urn, kind = _thing_of(station, symbols, options, known)
    batch = Batch()
    specs: dict[str, AttributeSpec] = {}
    for number, line in lines:
        try:
            observation, spec = _reading(line, urn, kind, first=number == lines[0][0])
        except _Bad as bad:
            batch.rejected.append(
                Rejected(bad.reason, bad.piece[:300], f"{origin[-480:]}:{number}", line.encode())
            )
        else:
            if observation is not None and spec is not None:
                batch.observations.append(observation)
                specs[spec.name] = spec
    if specs:
        pairs = tuple((spec.name, spec.unit) for spec in specs.values())
        batch.things.append(Thing(urn, kind, station or urn.rpartition(":")[2], pairs))
    return _gathered(batch, payload, origin, len(lines))


def _whole_fault(payload: bytes, name: str, station: str | None, options: Options) -> Rejected | None:
    if len(payload) > options.max_bytes:
        return Rejected(Reason.TOO_LARGE, f"{len(payload)} > {options.max_bytes}", name, payload[:EXCERPT])
    if not payload.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        return Rejected(Reason.MALFORMED, "0 B", name, payload[:EXCERPT])
    if station is None and not options.entity:
        return Rejected(Reason.FILE_NAME, name[-300:], name, payload)
    return None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines that hold anything; a line ends with LF, CR or both, and with nothing else."""
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line.strip():
            yield number, line


def _thing_of(
    station: str | None, symbols: set[str], options: Options, known: Mapping[str, Known]
) -> tuple[str, tuple[str, ...]]:
    """The URN and the types: of the bound thing, else of the known one by that name, else of a new one."""
    if options.entity:
        there = known.get(station_key(options.entity.rpartition(":")[2]))
        if there is not None and there.urn == options.entity:
            return there.urn, there.types
        parts = options.entity.split(":")
        named = find_type(parts[2]) if len(parts) > 3 else None
        return options.entity, (named or _guess(symbols, options)).all_types
    assert station is not None
    there = known.get(station_key(station))
    if there is not None:
        return there.urn, there.types
    kind = _guess(symbols, options)
    return f"urn:ngsi-ld:{kind.name}:{station}", kind.all_types


def _guess(symbols: set[str], options: Options) -> EntityType:
    """The type that the settings name, else the one whose symbols the file uses most."""
    kind = find_type(options.type) if options.type else type_for_symbols(symbols)
    return kind or next(
        (kind for _sector, kind in all_types() if kind.name == "AirQualityObserved"), _NOTHING
    )


_NOTHING = EntityType(name="MonitoringStation", label="", plural="", icon="")


def _reading(
    line: str, urn: str, kind: tuple[str, ...], *, first: bool
) -> tuple[Observation | None, AttributeSpec | None]:
    """One line as a reading; (None, None) for a line of column names at the top."""
    if has_control(line):
        raise _Bad(Reason.ENCODING, line.strip())
    cells = _cells(line)
    if first and fold(cells.time) in HEADER_TIMES:
        return None, None
    spec = _spec(cells.symbol, kind)
    if spec is None:
        raise _Bad(Reason.UNKNOWN_PROPERTY, cells.symbol)
    try:
        value = parse_number(cells.value)
    except ValueError:
        raise _Bad(Reason.BAD_VALUE, f"{cells.symbol} = {cells.value!r}") from None
    unit = _unit(cells, spec)
    try:
        time = parse_compact(cells.time) if cells.time.isdigit() else parse_time(cells.time)
    except ValueError:
        raise _Bad(Reason.BAD_TIME, cells.time) from None
    quality = QUALITY.get(cells.status)
    if quality is None:
        raise _Bad(Reason.BAD_QUALITY, cells.status)
    return Observation(urn, spec.name, time, value, unit, quality), spec


def _cells(line: str) -> _Line:
    """The five columns. Other separators than TAB only where the line can be read in no other way."""
    cells = [cell.strip() for cell in line.split("\t")]
    while len(cells) > _COLUMNS and not cells[-1]:
        cells.pop()
    if len(cells) == _COLUMNS:
        return _Line(*cells)
    loose = _LOOSE.fullmatch(line.strip())
    if loose:
        return _Line(*loose.groups())
    cells = [cell.strip() for cell in line.strip().rstrip(";").split(";")]
    if len(cells) == _COLUMNS:
        return _Line(*cells)
    raise _Bad(Reason.MALFORMED, line.strip())


def _unit(cells: _Line, spec: AttributeSpec) -> str | None:
    """The UN/CEFACT code of the line; None (the unit of the series) where the line names no unit."""
    bracket = _BRACKET.search(cells.symbol)
    text = bracket.group(1) if bracket and cells.unit in _NO_UNIT else cells.unit
    if text in _NO_UNIT:
        return None
    code = _convertible(text, spec.unit)
    if code is None:
        raise _Bad(Reason.UNKNOWN_UNIT, f"{cells.symbol}: {text}")
    return code


@lru_cache(maxsize=2048)
def _convertible(text: str, unit: str) -> str | None:
    """The code of a unit's writing if it is a unit of the same quantity as ``unit``, else None."""
    try:
        code = unit_code(text)
        convert(1.0, code, unit)
    except UnknownUnitError:
        return None
    return code


@lru_cache(maxsize=4096)
def _spec(symbol: str, kind: tuple[str, ...]) -> AttributeSpec | None:
    """What a symbol stands for at a station of these types: a measured series, else None."""
    spec = find_symbol(symbol, kind)
    return spec if spec is not None and spec.series and not spec.derived else None


def _gathered(batch: Batch, payload: bytes, origin: str, lines: int) -> Batch:
    """A file of which hundreds of lines are bad is held once, whole, not line by line."""
    if len(batch.rejected) > HELD_LINES:
        first = batch.rejected[0]
        detail = f"{len(batch.rejected)}/{lines}: {first.detail}"[:300]
        batch.rejected = [Rejected(first.reason, detail, origin[-480:], payload)]
    return batch
