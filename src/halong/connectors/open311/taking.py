"""Requests and updates of the other side, taken in by the rules of ``citizens``: once, without anything about a person."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.citizens import codes
from halong.citizens.actions.exchange import note_from_partner, take_from_partner
from halong.citizens.actions.sending import Draft, LawfulElsewhere
from halong.citizens.models import Category, Report
from halong.citizens.open311.parameters import place_in
from halong.connectors.open311.models import Exchange
from halong.connectors.open311.wire import MARK, Row, is_open, moment_of, point_of
from halong.core.errors import Invalid
from halong.core.text import fold
from halong.ingest.batch import Outcome, Reason, Record
from halong.ingest.models import Source
from halong.ingest.records import RefusedError
from halong.places.models import Place
from halong.places.queries import locate

REQUEST, UPDATE = "open311.request", "open311.update"
ONE = {
    "accepted": Outcome(accepted=1),
    "same": Outcome(duplicate=1),
    "changed": Outcome(corrected=1),
    "left": Outcome(),
}


def take_request(source_id: int, record: Record) -> Outcome:
    """A request of the other side: new, known, changed, or one of ours that comes back. Raises RefusedError."""
    row: Row = record.data["row"]
    source = Source.objects.select_related("agency").get(pk=source_id)
    link = _linked(source, row) or _ours(source, row)
    if link is not None:
        return ONE["changed" if note_state(link, row) else "same"]
    kind = record.data["kind"]
    if kind is None:
        raise RefusedError(
            Reason.UNKNOWN_KIND, f"{row.get('service_code', '')} {row.get('service_name', '')}".strip()
        )
    is_over = is_open(row.get("status", "")) is False
    if kind == "" or (is_over and source.agency is None):
        return ONE["left"]  # not wanted, or done before anybody here could do anything
    category = Category.objects.on(timezone.localdate()).prefetch_related("fields").filter(code=kind).first()
    if category is None:
        raise RefusedError(Reason.UNKNOWN_KIND, _("We no longer have this kind: %(code)s") % {"code": kind})
    return ONE["accepted" if _take_in(source, row, category, media=record.data["media"]) else "same"]


def _take_in(source: Source, row: Row, category: Category, *, media: bool) -> bool:
    number = row["service_request_id"]
    draft = _draft(source, row, category)
    try:
        with transaction.atomic():
            sent = take_from_partner(draft, agency=source.agency)
            link = Exchange.objects.create(
                source=source,
                report=sent.report,
                direction=Exchange.Direction.IN,
                state=Exchange.State.LINKED,
                their_id=number,
                media_url=row.get("media_url", "")[:2000] if media else "",
                due_at=timezone.now(),
            )
            note_state(link, row)
    except LawfulElsewhere as error:
        raise RefusedError(Reason.NOT_TAKEN, f"{number}: {error.detail}", keep=False) from error
    except Invalid as error:
        words = "; ".join([f"{name}: {text}" for name, text in error.fields.items()] or [error.detail])
        raise RefusedError(Reason.NOT_TAKEN, words) from error
    except IntegrityError:  # another process has just taken it
        return False
    return True


def _draft(source: Source, row: Row, category: Category) -> Draft:
    place, point = _located(source, row)
    return Draft(
        client_id=number_here(source.pk, row["service_request_id"]),
        category=category,
        text=(row.get("description") or row.get("title", ""))[:4000],
        place=place,
        lon=point[0] if point else None,
        lat=point[1] if point else None,
        located=Report.Located.PARTNER,
        address=row.get("address", "")[:300],
        written_at=_past(moment_of(row.get("requested_datetime", ""))),
        with_photo=True,  # their description may be short or missing
        channel=Report.Channel.CONNECTOR,
        external_id=row["service_request_id"],
        simulated=source.simulated,
    )


def number_here(source_id: int, number: str) -> uuid.UUID:
    """What makes reading a request again the same report: unguessable from outside, always the same here."""
    secret = codes.sign("open311-connector", f"{source_id}:{number}")
    return uuid.UUID(bytes=hashlib.sha256(secret.encode()).digest()[:16], version=4)


def _located(source: Source, row: Row) -> tuple[Place, tuple[float, float] | None]:
    point = point_of(row)
    place: Place | None
    if point is not None:
        found = locate(*point, timezone.localdate())
        place = found.place if found else None
    else:
        place = place_in(row.get("address", ""), row.get("address_id", "")) if _has_address(row) else None
    if place is None:
        shown = f"{point[1]:.5f}, {point[0]:.5f}" if point else row.get("address", "") or "–"
        raise RefusedError(Reason.BAD_PLACE, shown[:200])
    if source.place is not None and not place.path.startswith(source.place.path):
        raise RefusedError(
            Reason.BAD_PLACE, _("%(place)s isn't in the place of this source") % {"place": place.name}
        )
    return place, point


def _has_address(row: Row) -> bool:
    return bool(row.get("address") or row.get("address_id"))


def _past(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment <= timezone.now() else None


def take_update(source_id: int, record: Record) -> Outcome:
    """Something that happened there to a request that we share; everybody else's is left."""
    row: Row = record.data["row"]
    source = Source.objects.select_related("agency").get(pk=source_id)
    link = _linked(source, row)
    if link is None:
        return ONE["left"]
    state = is_open(row.get("status", ""))
    words = row.get("description", "")
    name = (
        row["update_id"]
        or hashlib.sha256(f"{row.get('updated_datetime', '')}\0{words}".encode()).hexdigest()[:16]
    )
    with transaction.atomic():
        entry = note_from_partner(
            link.report,
            agency=source.agency,
            text=words,
            source=source.pk,
            key=f"update:{name}",
            is_open=state,
        )
        if entry is not None and state is not None:
            Exchange.objects.filter(pk=link.pk).update(is_open=state)
        if entry is not None and row.get("media_url") and not link.media_url:
            Exchange.objects.filter(pk=link.pk).update(media_url=row["media_url"][:2000], media_tries=0)
    return ONE["same" if entry is None else "accepted"]


def note_state(link: Exchange, row: Row) -> bool:
    """Write down what the other side says of a request's state, if that is news; returns whether it was."""
    state, notes = is_open(row.get("status", "")), row.get("status_notes", "")
    if (state is None or state == link.is_open) and notes == link.notes:
        return False
    turned = link.is_open is not None and state is not None and state != link.is_open
    first_closed = link.is_open is None and state is False
    words = notes or (_said_of(state) if turned or first_closed else "")
    agency = link.source.agency
    key = f"state:{state}:{hashlib.sha256(notes.encode()).hexdigest()[:12]}:{row.get('updated_datetime', '')}"
    with transaction.atomic():
        moved = note_from_partner(
            link.report, agency=agency, text=words, source=link.source_id, key=key, is_open=state
        )
        link.is_open, link.notes = (link.is_open if state is None else state), notes
        Exchange.objects.filter(pk=link.pk).update(is_open=link.is_open, notes=notes)
    return moved is not None


def _said_of(state: bool | None) -> str:
    return _("Closed on the partner's side.") if state is False else _("Open again on the partner's side.")


def _linked(source: Source, row: Row) -> Exchange | None:
    number = row["service_request_id"]
    rows = Exchange.objects.select_related("report", "source__agency")
    return rows.filter(source=source, their_id=number).first()


def _ours(source: Source, row: Row) -> Exchange | None:
    """A report of ours that was sent there, whose number we never heard: recognised by its mark, and linked now."""
    mark = MARK.search(row.get("description", ""))
    if mark is None or mark[2] != mark_of(source.pk, int(mark[1])):
        return None
    rows = Exchange.objects.select_related("report", "source__agency")
    link = rows.filter(
        source=source, report=int(mark[1]), direction=Exchange.Direction.OUT, their_id=""
    ).first()
    if link is not None:
        link_with(link, row["service_request_id"])
    return link


def mark_of(source_id: int, report_id: int) -> str:
    """What a report of ours carries on their server, so that we know it again."""
    return codes.sign("open311-mark", f"{source_id}:{report_id}")[:10]


def link_with(link: Exchange, number: str) -> None:
    """The number on the other side is known now."""
    link.their_id, link.state, link.error, link.due_at = number, Exchange.State.LINKED, "", timezone.now()
    link.save(update_fields=["their_id", "state", "error", "due_at", "changed_at"])


def likely_kinds(services: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Which of our categories their kinds may be, by name: for a person who maps them. In a thread that nobody keeps."""
    try:
        ours = {
            fold(name): row.code
            for row in Category.objects.on(timezone.localdate())
            for name in (row.name, row.name_en)
            if name
        }
        found = {}
        for row in services:
            words = set(fold(str(row.get("service_name", ""))).split())
            best = max(ours, key=lambda name: _likeness(words, set(name.split())), default="")
            if best and _likeness(words, set(best.split())) >= 0.5:
                found[str(row["service_code"])] = ours[best]
        return found
    finally:
        connection.close()


def _likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
