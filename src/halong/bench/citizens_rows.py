"""Two hundred thousand reports of two years, laid down by COPY: as they would stand after the way of each was gone."""

import hashlib
import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from halong.citizens.masking import coarse
from halong.citizens.models import Category, Follower, Report, ReportEvent
from halong.citizens.queries.units import units_today
from halong.core.text import fold
from halong.places.models import Agency, Place

SPREAD = 0.012  # degrees: reports lie within a kilometre or two of the middle of their unit
DAYS = 730
STREETS = (
    "Lê Lợi",
    "Trần Phú",
    "Nguyễn Văn Cừ",
    "Hạ Long",
    "Bãi Cháy",
    "Cái Dăm",
    "Vườn Đào",
    "25 Tháng 4",
    "Lý Bôn",
)
WHAT = (
    "Ổ gà sâu giữa đường", "Đèn đường không sáng", "Rác đổ bừa bãi", "Nước chảy tràn từ hố ga", "Loa kéo hát đến khuya",
    "Cây nghiêng sắp đổ", "Vỉa hè bị lấn chiếm", "Nắp cống vỡ", "Dây điện rủ xuống", "Nước máy có mùi lạ",
)  # fmt: skip
WHERE = (
    "trước cổng chợ",
    "gần trường học",
    "đầu ngõ",
    "cạnh bến xe",
    "trước trạm y tế",
    "ở ngã tư",
    "sau khu tập thể",
)
SINCE = ("đã ba ngày", "từ tuần trước", "mỗi tối", "khi trời mưa", "từ sáng nay", "nhiều lần trong tháng")
STATES = (
    ("closed", 86.0),
    ("resolved", 6.0),
    ("declined", 6.0),
    ("handed_over", 2.0),
)  # of old ones, per cent
YOUNG = (("sent", 6.0), ("routed", 12.0), ("working", 60.0), ("answered", 7.0), ("resolved", 15.0))
OLD_AFTER = timedelta(days=12)


class Province:
    """What reports are about: kinds, units with their weight, and who answers for each."""

    def __init__(self) -> None:
        self.categories = list(Category.objects.on(timezone.localdate()))
        self.units: list[Place] = list(units_today())
        agencies = Agency.objects.on(timezone.localdate()).filter(kind__startswith="ubnd")
        by_place = {agency.place_id: agency.pk for agency in agencies}
        root = next(iter(by_place.values()))
        self.agency = {unit.pk: by_place.get(unit.pk, root) for unit in self.units}
        self.weights = [1 / (n + 3) for n in range(len(self.units))]  # towns write far more than islands


def lay(count: int, seed: int = 311) -> None:
    """Lay so many reports with their senders and first entries; vacuumed as autovacuum would have done meanwhile."""
    made = list(_reports(count, random.Random(seed), Province()))  # noqa: S311 -- rows, not secrets
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        ids = _copy(cursor, made)
        _copy(cursor, [_follower(report, pk) for report, pk in zip(made, ids, strict=True)])
        _copy(cursor, [_entry(report, pk) for report, pk in zip(made, ids, strict=True)])
        for model in (Report, Follower, ReportEvent):
            cursor.execute(f"VACUUM (ANALYZE) {model._meta.db_table}")


def _copy(cursor: Any, rows: list[Any]) -> list[int]:
    """COPY rows of one model; returns the ids that they got."""
    meta = rows[0]._meta
    fields = meta.concrete_fields
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [meta.db_table])
    sequence = cursor.fetchone()[0]
    cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, len(rows)])
    ids = [row[0] for row in cursor.fetchall()]
    names = ", ".join(f'"{field.column}"' for field in fields)
    with cursor.copy(f"COPY {meta.db_table} ({names}) FROM STDIN") as copy:
        for row, pk in zip(rows, ids, strict=True):
            row.pk = pk
            copy.write_row([_plain(getattr(row, field.attname)) for field in fields])
    return ids


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _reports(count: int, chance: random.Random, province: Province) -> Iterator[Report]:
    now = datetime.now(UTC)
    for number in range(count):
        age = timedelta(days=DAYS) * (1 - number / count)  # in the order in which they would have come
        yield _report(now - age, now, chance, province)


def _report(at: datetime, now: datetime, chance: random.Random, province: Province) -> Report:
    unit = chance.choices(province.units, province.weights)[0]
    category: Category = chance.choice(province.categories)
    states = STATES if now - at > OLD_AFTER else YOUNG
    state = chance.choices([name for name, _share in states], [share for _name, share in states])[0]
    text = f"{chance.choice(WHAT)} {chance.choice(WHERE)}, {chance.choice(SINCE)}"
    street = chance.choice(STREETS)
    lon = (unit.lon or 107.1) + chance.gauss(0, SPREAD)
    lat = (unit.lat or 21.0) + chance.gauss(0, SPREAD)
    due = at + timedelta(days=7)
    hidden = category.exposure == Category.Exposure.HIDDEN
    public = not hidden and state not in ("sent", "declined", "handed_over")
    on_street = category.exposure == Category.Exposure.STREET
    return Report(
        client_id=uuid.UUID(int=chance.getrandbits(128), version=4),
        category=category, sector=category.sector, text=text, folded=fold(text), public_text=text, public_folded=fold(text),
        place=unit, lon=lon, lat=lat, located="gps", address=f"{chance.randrange(1, 300)} {street}",
        public_lon=coarse(lon) if on_street else unit.lon, public_lat=coarse(lat) if on_street else unit.lat,
        public_address=street if on_street else "",
        state=state, urgent=category.urgent, public=public, withheld=hidden,
        agency_id=None if state in ("sent", "declined", "handed_over") else province.agency[unit.pk],
        proposal={"reasons": []},
        first_due_at=due, due_at=due, written_at=at, created_at=at, changed_at=at,
        weight=1 + int(chance.expovariate(1.5)), extensions=int(chance.random() < 0.1),
        **_outcome(state, at, due, now, chance),
    )  # fmt: skip


def _outcome(state: str, at: datetime, due: datetime, now: datetime, chance: random.Random) -> dict[str, Any]:
    """When it was answered, and what its sender thought of that."""
    if state not in ("closed", "resolved"):
        remind = None if state in ("declined", "handed_over") else max(due, now + timedelta(days=1))
        return {"remind_at": remind, "reminder": Report.Reminder.LATE if remind else ""}
    late = timedelta(days=chance.expovariate(0.3)) if chance.random() < 0.3 else timedelta(0)
    done = min(at + (due - at) * chance.uniform(0.1, 1) + late, now)
    found: dict[str, Any] = {"resolved_at": done, "closed_at": done if state == "closed" else None}
    if chance.random() < 0.2:
        found |= {
            "rating": chance.choice(Report.Rating.values),
            "rated_at": min(done + timedelta(days=1), now),
        }
    return found


def _follower(report: Report, pk: int) -> Follower:
    digest = hashlib.sha256(report.client_id.bytes).hexdigest()
    return Follower(
        report_id=pk,
        client_id=report.client_id,
        code_digest=digest,
        sender=True,
        created_at=report.created_at,
    )


def _entry(report: Report, pk: int) -> ReportEvent:
    return ReportEvent(
        report_id=pk, kind=ReportEvent.Kind.SENT, at=report.created_at, public=True, due_at=report.due_at
    )
