"""The room of an incident with a timeline of 5,000 rows: how soon the server answers its page."""

import http.client
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from halong.bench.live import cookies
from halong.bench.product import Product
from halong.core.permissions import SYSTEM
from halong.incidents.actions import IncidentDraft, declare_incident
from halong.incidents.models import Entry, Incident, Part
from halong.places.models import Agency
from halong.tasks.actions import TaskDraft, create_task

ENTRIES = 5_000
PARTS = 60
TASKS = 40
ROUNDS = 40
WARM = 3  # a server that has answered this page before, as the duty's has
KINDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("note", "Ca nô đã tới, sóng cao hơn hai mét, đang đưa khách sang.", {}),
    ("alert", "", {"alert": 1, "what": "cleared", "title": "Gió giật cấp 9 · Trạm Cô Tô"}),
    ("task", "", {"task": 1, "what": "progress", "title": "Điều hai ca nô", "agency": "Ban chỉ huy PCTT"}),
    ("state", "", {"state": ["declared", "responding"], "touches": []}),
    ("decision", "Dừng cấp phép rời bến từ 14 giờ.", {}),
)


def lay(count: int = ENTRIES) -> Incident:
    """One incident with so many entries, its playbook if there is one, 60 parts and 40 tasks."""
    draft = IncidentDraft(uuid.uuid4(), "Tàu du lịch mắc cạn", "boat", severity=3, lon=107.08, lat=20.86)
    incident = declare_incident(draft, by=SYSTEM).incident
    now = timezone.now()
    Entry.objects.bulk_create(
        (
            Entry(incident=incident, kind=KINDS[n % 5][0], text=KINDS[n % 5][1], data=KINDS[n % 5][2], version=1,
                  at=now - timedelta(seconds=10 * (count - n)))
            for n in range(count)
        ),
        batch_size=1000,
    )  # fmt: skip
    Part.objects.bulk_create(
        Part(
            incident=incident,
            kind="press",
            ref=f"https://bao.example.vn/{n}",
            title=f"Tin {n}",
            at=now,
            added_at=now,
        )
        for n in range(PARTS)
    )
    agency = Agency.objects.order_by("pk").first()
    for n in range(TASKS if agency else 0):
        assert agency is not None
        due = now + timedelta(hours=1 + n)
        create_task(TaskDraft(f"Việc {n}", agency, due, origin="incident", ref=str(incident.pk)), by=SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) incidents_entry")
    return incident


def measure(product: Product, say: Callable[[str], None], scale: float = 1.0) -> dict[str, float]:
    """Milliseconds from the question for the page to the whole of it, with the latest rows of its timeline, p95 of 40."""
    incident = lay(int(ENTRIES * scale))
    cookie = cookies()[0]
    line = http.client.HTTPConnection("127.0.0.1", product.port, timeout=30)
    took = [_ask(line, f"/incidents/{incident.pk}", cookie) for _ in range(WARM + ROUNDS)][WARM:]
    older = [_ask(line, f"/incidents/{incident.pk}/timeline", cookie, fragment=True) for _ in range(ROUNDS)]
    line.close()
    slowest = statistics.quantiles(took, n=20)[-1]
    say(
        f"the room of an incident with {int(ENTRIES * scale):,} rows in its timeline: {statistics.median(took):.0f} ms, "
        f"p95 {slowest:.0f} ms; the timeline made new: {statistics.median(older):.0f} ms (medians)"
    )
    return {"incident_5k_timeline_ms": slowest}


def _ask(line: http.client.HTTPConnection, path: str, cookie: str, *, fragment: bool = False) -> float:
    headers = {"Cookie": cookie, **({"HX-Request": "true"} if fragment else {})}
    began = time.perf_counter()
    line.request("GET", path, headers=headers)
    answer = line.getresponse()
    body = answer.read()
    took = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise AssertionError(f"{path} was answered with {answer.status}: {body[:300]!r}")
    return took
