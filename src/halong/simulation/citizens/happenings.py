"""What simulated citizens report, and when. Pure: the same book, seed and times give the same, in any order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from halong.core.formats import ZONE
from halong.simulation.citizens.book import Book, Topic
from halong.simulation.citizens.luck import Luck
from halong.simulation.citizens.wording import as_people_write
from halong.simulation.rhythm import bump, clock
from halong.simulation.storm import Storm

SLOTS = 96  # of a day, by which its rhythm is drawn
WEEKEND = 0.72
REPEATED = 0.07  # reports that somebody else sends, too
NEAR = 0.0035  # degrees: how far from the middle of its unit most things are
CLOSE = 0.0006  # within a burst
STORM_SLOT = 600  # seconds
STORM_KINDS = ("drainage", "road-block", "power", "disaster")
TWICE = (
    ("đường đường", "đường"),
    ("Đường đường", "Đường"),
    ("đường Quốc lộ", "Quốc lộ"),
    ("Đường Quốc lộ", "Quốc lộ"),
)
FRESH, FRESH_WITHIN = 6, timedelta(minutes=100)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in which people report, and the point that it is known by."""

    code: str
    kind: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Happening:
    """One report of one person. ``key`` names it for ever; ``twin`` is the key of the report that it repeats."""

    key: str
    at: datetime
    code: str
    place: str
    lon: float
    lat: float
    pinned: bool  # else only the unit is chosen
    street: str
    text: str
    language: str
    photo: str
    followers: int
    topic: int  # its number in the book
    twin: str = ""
    insists: bool = False
    partner: bool = False  # sent by a partner's application

    @property
    def address(self) -> str:
        """As somebody would write it into the form."""
        return self.street[:1].upper() + self.street[1:]


class Town:
    """The people of the units of a profile."""

    def __init__(self, book: Book, seed: int, units: Sequence[Unit]) -> None:
        self.book = book
        self._seed = seed
        self._units: Mapping[str, Unit] = {unit.code: unit for unit in units}
        self._order = sorted(self._units)

    def between(self, since: datetime, until: datetime) -> list[Happening]:
        """What is sent after ``since`` and not after ``until``, the oldest first."""
        day = since.astimezone(ZONE).date()
        found: list[Happening] = []
        while day <= until.astimezone(ZONE).date():
            found += [row for row in self.of_day(day) if since < row.at <= until]
            day += timedelta(days=1)
        return sorted(found, key=lambda row: (row.at, row.key))

    def of_day(self, day: date) -> list[Happening]:
        """The reports of a day, in no order."""
        luck = Luck(self._seed, "reports", day)
        usual = self.book.a_day * (WEEKEND if day.weekday() >= 5 else 1.0)
        times = _times(day, round(usual * luck.between(0.75, 1.25)), luck)
        rows = [self._one(f"{day}:{number}", at) for number, at in enumerate(times)]
        rows += [self._again(row, luck) for row in rows if luck.chance(REPEATED)]
        if luck.chance(self.book.bursts_a_month / 30) and self.book.bursts:
            start = datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=luck.between(6, 20))
            rows += self._burst(f"{day}:burst", luck.whole(0, len(self.book.bursts) - 1), start)
        return rows

    def fresh(self, now: datetime) -> list[Happening]:
        """What has come in just before the simulation began, so that there is something to receive: reports of several
        kinds, and a burst.
        """
        key = f"fresh:{int(now.timestamp())}"
        luck = Luck(self._seed, key)
        rows = [
            self._one(f"{key}:{n}", now - luck.between(0.05, 1) * FRESH_WITHIN, outcome=outcome)
            for n, outcome in enumerate(["", "", "", "", "decline", "denunciation"][:FRESH])
        ]
        return [
            *rows,
            *self._burst(f"{key}:burst", 0, now - timedelta(minutes=70), span=timedelta(minutes=60)),
        ]

    def in_storm(self, storm: Storm, since: datetime, until: datetime) -> Iterator[Happening]:
        """What a storm makes people report between two moments."""
        bursts = [(n, row) for n, row in enumerate(self.book.bursts) if row.code in STORM_KINDS]
        first = int(since.timestamp()) // STORM_SLOT + 1
        for slot in range(first, int(until.timestamp()) // STORM_SLOT + 1):
            at = slot * STORM_SLOT
            for number, burst in bursts:
                unit = self._units.get(burst.place)
                if unit is None:
                    continue
                luck = Luck(self._seed, "storm", storm.start, number, slot)
                if luck.chance(0.8 * storm.strength(at, unit.lon, unit.lat)):
                    when = datetime.fromtimestamp(at, ZONE)
                    yield self._of_burst(
                        f"storm:{storm.start}:{number}:{slot}", number, when, "", storm.start
                    )

    def _one(self, key: str, at: datetime, outcome: str | None = None) -> Happening:
        luck = Luck(self._seed, "report", key)
        topics = [
            (n, topic)
            for n, topic in enumerate(self.book.topics)
            if outcome is None or topic.outcome == outcome
        ]
        number, topic = luck.weighted(topics, [topic.weight for _n, topic in topics])
        unit = self._unit_for(topic, luck)
        street = luck.pick(self._streets_of(unit))
        english = bool(topic.english) and luck.chance(0.3)
        return Happening(
            key=key,
            at=at,
            code=topic.code,
            place=unit.code,
            lon=unit.lon + _spread(luck) * NEAR,
            lat=unit.lat + _spread(luck) * NEAR,
            pinned=luck.chance(0.88),
            street=street,
            text=self._worded(
                luck.pick(topic.english if english else topic.texts), street, luck, english=english
            ),
            language="en" if english else "vi",
            photo=topic.photo if luck.chance(0.45) else "",
            followers=luck.whole(1, 7) if luck.chance(0.22) else 0,
            topic=number,
            insists=topic.outcome in ("complaint", "denunciation"),
            partner=luck.chance(0.2),
        )

    def _again(self, row: Happening, luck: Luck) -> Happening:
        """The same, met and told by somebody else some hours later."""
        topic = self.book.topics[row.topic]
        own = Luck(self._seed, "again", row.key)
        return replace(
            row,
            key=f"{row.key}:again",
            at=row.at + timedelta(minutes=luck.between(25, 400)),
            lon=row.lon + _spread(own) * CLOSE,
            lat=row.lat + _spread(own) * CLOSE,
            text=self._worded(own.pick(topic.texts), row.street, own, english=False),
            language="vi",
            photo="",
            followers=0,
            twin=row.key,
        )

    def _burst(
        self, key: str, number: int, start: datetime, span: timedelta = timedelta(minutes=100)
    ) -> list[Happening]:
        """Several people within an hour or two; some of what they send is merged with the first one's."""
        luck = Luck(self._seed, key)
        if self.book.bursts[number].place not in self._units:
            return []
        shares = sorted(luck.draw() for _ in range(luck.whole(5, 9)))
        first = f"{key}:0"
        return [
            self._of_burst(
                f"{key}:{n}", number, start + share * span, first if n and luck.chance(0.5) else "", key
            )
            for n, share in enumerate(shares)
        ]

    def _of_burst(self, key: str, number: int, at: datetime, twin: str, centre: object) -> Happening:
        burst, luck = self.book.bursts[number], Luck(self._seed, "burst", key)
        unit, middle = self._units[burst.place], Luck(self._seed, "centre", centre, number)
        street = middle.pick(self._streets_of(unit))
        return Happening(
            key=key,
            at=at,
            code=burst.code,
            place=unit.code,
            lon=unit.lon + _spread(middle) * NEAR / 2 + _spread(luck) * CLOSE,
            lat=unit.lat + _spread(middle) * NEAR / 2 + _spread(luck) * CLOSE,
            pinned=True,
            street=street,
            text=self._worded(luck.pick(burst.texts), street, luck, english=False),
            language="vi",
            photo=self.book.topic(burst.code).photo if luck.chance(0.3) else "",
            followers=luck.whole(0, 3),
            topic=self.book.topics.index(self.book.topic(burst.code)),
            twin=twin,
        )

    def _unit_for(self, topic: Topic, luck: Luck) -> Unit:
        codes = [code for code in topic.only if code in self._units] or self._order
        return self._units[luck.weighted(codes, [self._liveliness(code) for code in codes])]

    def _liveliness(self, code: str) -> float:
        """How much is reported there, beside other units: the towns first."""
        if code in self.book.streets:
            return 4.0
        return 1.0 if self._units[code].kind == "ward" else 0.5

    def _streets_of(self, unit: Unit) -> Sequence[str]:
        named = self.book.streets.get(unit.code)
        return named or self.book.streets["ward" if unit.kind == "ward" else "commune"]

    def _worded(self, text: str, street: str, luck: Luck, *, english: bool) -> str:
        words = self.book.words
        plain = text.format(
            street=street, spot=luck.pick(words["spots"]), since=luck.pick(words["since"]), ward=""
        )
        if english:
            return plain
        for said, meant in TWICE:
            plain = plain.replace(said, meant)
        return as_people_write(plain, luck, tuple(words["openings"]), tuple(words["closings"]))


def _times(day: date, count: int, luck: Luck) -> list[datetime]:
    """Moments of a day by its rhythm: on the way to work, at noon, and most of all in the evening."""
    midnight = datetime.combine(day, datetime.min.time(), ZONE)
    slots = list(range(SLOTS))
    weights = [reporting(midnight + timedelta(days=slot / SLOTS)) for slot in slots]
    return [
        midnight + timedelta(days=(luck.weighted(slots, weights) + luck.draw()) / SLOTS) for _ in range(count)
    ]


def reporting(at: datetime) -> float:
    """How likely people are to report something at a moment, 0.02 in the dead of night to about 1 in the evening."""
    now = clock(at.timestamp())
    morning, noon = 0.8 * bump(now.hour, 8, 1.3), 0.45 * bump(now.hour, 11.8, 1.2)
    late = 0.6 if now.weekend else 0.0
    evening = bump(now.hour, 19.3, 2.1)
    return 0.02 + max(morning * (1 - late), noon, evening, 0.4 * bump(now.hour, 15, 2.5))


def _spread(luck: Luck) -> float:
    """About -2 to 2, mostly near 0."""
    return 4 * ((luck.draw() + luck.draw() + luck.draw()) / 3 - 0.5)
