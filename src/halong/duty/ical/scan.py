"""The lines of an iCalendar file: where components begin, so that a refusal can name its line."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

MOST_BYTES = 8 * 1024 * 1024
MOST_LINES = 400_000
MOST_EVENTS = 20_000
LONGEST = 200_000  # characters of one unfolded line


class BadCalendar(Exception):
    """The file as a whole can't be read; ``line`` counts from 1, None where no line is to blame."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(
            reason if line is None else _("Line {line}: {reason}").format(line=line, reason=reason)
        )
        self.reason, self.line = reason, line


@dataclass
class Part:
    """A component directly below VCALENDAR: its kind, its unfolded lines, and the number of each in the file."""

    kind: str
    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.numbers[0]

    def line_of(self, name: str) -> int:
        """Where its first property of this name stands; its beginning, if there is none."""
        for text, number in zip(self.lines, self.numbers, strict=True):
            if text.upper().startswith((f"{name}:", f"{name};")):
                return number
        return self.line

    def value(self, name: str) -> str:
        """The raw value of its first property of this name."""
        for text in self.lines:
            if text.upper().startswith((f"{name}:", f"{name};")):
                return text.partition(":")[2]
        return ""


@dataclass
class Scanned:
    """A calendar in parts: properties of its own, and its components."""

    head: list[str]
    parts: list[Part]

    def of(self, kind: str) -> list[Part]:
        """The components of a kind."""
        return [part for part in self.parts if part.kind == kind]


def scan(content: bytes) -> Scanned:
    """The components of a file (of several calendars in it, too). Raises BadCalendar."""
    if len(content) > MOST_BYTES:
        raise BadCalendar(_("The calendar is larger than {mb} MB.").format(mb=MOST_BYTES // 1024**2))
    lines = _unfolded(_decoded(content))
    if not lines:
        raise BadCalendar(_("There is nothing in it."))
    if lines[0][1].strip().upper() != "BEGIN:VCALENDAR":
        raise BadCalendar(
            _("This isn't an iCalendar file: it doesn't begin with BEGIN:VCALENDAR."), lines[0][0]
        )
    found = _parts(lines)
    if len(found.of("VEVENT")) > MOST_EVENTS:
        raise BadCalendar(_("There are more than {count} events in it.").format(count=MOST_EVENTS))
    return found


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadCalendar(_("This isn't UTF-8."), line) from error


def _unfolded(text: str) -> list[tuple[int, str]]:
    """Content lines with the number of their first line (RFC 5545, section 3.1). Blank ones are passed over."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(raw) > MOST_LINES:
        raise BadCalendar(_("There are more than {count} lines in it.").format(count=MOST_LINES))
    folded: list[tuple[int, list[str]]] = []
    for number, line in enumerate(raw, 1):
        if line[:1] in (" ", "\t") and folded:
            folded[-1][1].append(line[1:])
        elif line.strip():
            folded.append((number, [line]))
    unfolded = [(number, "".join(pieces)) for number, pieces in folded]
    for number, line in unfolded:
        if len(line) > LONGEST:
            raise BadCalendar(_("This line is too long."), number)
    return unfolded


def _parts(lines: list[tuple[int, str]]) -> Scanned:
    found = Scanned([], [])
    open_: list[tuple[str, int]] = []
    for number, line in lines:
        name, _colon, value = line.partition(":")
        word, kind = name.strip().upper(), value.strip().upper()
        if word == "BEGIN":
            open_.append((kind, number))
            if len(open_) == 2:
                found.parts.append(Part(kind))
        if len(open_) >= 2:
            found.parts[-1].lines.append(line)
            found.parts[-1].numbers.append(number)
        elif word not in ("BEGIN", "END"):
            found.head.append(line)
        if word == "END":
            if not open_ or open_[-1][0] != kind:
                raise BadCalendar(_("END:{kind} closes nothing that is open.").format(kind=kind), number)
            open_.pop()
    if open_:
        kind, number = open_[-1]
        raise BadCalendar(_("BEGIN:{kind} is never closed.").format(kind=kind), number)
    return found
