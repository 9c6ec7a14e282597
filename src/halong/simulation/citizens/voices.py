"""Suggestions of simulated citizens, with what became of them, and notices of services by simulated agencies."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from halong.citizens.actions import voices
from halong.citizens.models import ServiceNotice, Suggestion
from halong.citizens.simulated import SIMULATOR, past
from halong.core.formats import ZONE, local
from halong.places.models import Agency, Place
from halong.simulation.citizens.book import Announcement, Book, Idea
from halong.simulation.citizens.identity import client_id_of
from halong.simulation.citizens.luck import Luck
from halong.simulation.citizens.staff import Staff

FIRST = date(2026, 1, 1)  # notices that come every few days are counted from here


def make_ideas(book: Book, seed: int, staff: Staff, now: datetime) -> int:
    """The suggestions of the last weeks but the book's last one, which is sent by its form (``newest_idea``); those are
    answered for which the book has an answer. Returns how many are new.
    """
    made = 0
    for number, idea in enumerate(book.ideas[:-1]):
        client_id = client_id_of(seed, f"idea:{number}")
        if Suggestion.objects.filter(client_id=client_id).exists():
            continue
        luck = Luck(seed, "idea", number)
        sent_at = now - timedelta(days=luck.between(12, 27) if idea.answer else luck.between(1, 6))
        with past(sent_at):
            sent = voices.send_suggestion(
                voices.SuggestionDraft(
                    client_id,
                    idea.kind,
                    idea.title,
                    idea.text,
                    idea.sector,
                    _place(idea.place),
                    simulated=True,
                ),
                by=SIMULATOR,
            )
        if idea.answer:
            with past(sent_at + timedelta(days=luck.between(1, 3))):
                considered = voices.consider_suggestion(sent.suggestion, by=staff.duty)
            with past(sent_at + timedelta(days=luck.between(4, 11))):
                voices.answer_suggestion(
                    considered, by=staff.head, text=idea.answer, use=idea.use, publish=True
                )
        made += 1
    return made


def newest_idea(book: Book, seed: int) -> tuple[UUID, Idea] | None:
    """The suggestion that is still to be sent, with its number; None when it was sent."""
    if not book.ideas:
        return None
    client_id = client_id_of(seed, "idea:newest")
    return None if Suggestion.objects.filter(client_id=client_id).exists() else (client_id, book.ideas[-1])


def keep_notices(book: Book, staff: Staff, now: datetime) -> int:
    """Publish what is to be told by now and isn't yet; returns how many are new."""
    made = 0
    for number, row in enumerate(book.announcements):
        for start in _starts(row, number, now):
            end = start + timedelta(hours=row.hours)
            known = ServiceNotice.objects.filter(simulated=True, title=row.title, starts_at=start).exists()
            agency = Agency.objects.filter(code=row.agency, valid_to=None).first()
            if known or agency is None or end <= now:
                continue
            notice = voices.save_notice(
                voices.NoticeDraft(
                    kind=row.kind,
                    title=row.title,
                    agency=agency,
                    starts_at=start,
                    ends_at=end,
                    title_en=row.title_en,
                    text=row.text,
                    text_en=row.text_en,
                    places=tuple(place for code in row.places if (place := _place(code)) is not None),
                    simulated=True,
                ),
                by=staff.officer,
            )
            voices.publish_notice(notice, by=staff.officer)
            made += 1
    return made


def _starts(row: Announcement, number: int, now: datetime) -> Iterator[datetime]:
    """When a notice begins that holds now or is told ahead by now."""
    today = local(now).date()
    for days in range(-1, row.ahead_days + 2):
        day = today + timedelta(days=days)
        start = datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=row.hour)
        comes = (day - FIRST).days % row.every_days == number % row.every_days
        if comes and start - timedelta(days=row.ahead_days) <= now:
            yield start


def _place(code: str) -> Place | None:
    return Place.objects.on(timezone.localdate()).filter(code=code).first() if code else None
