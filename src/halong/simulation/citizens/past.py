"""The past of a new installation: reports of the last weeks with everything that has become of them, by the same actions as
everywhere, each step dated by its own time.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from halong.audit.actions import record
from halong.citizens.actions import photographs
from halong.citizens.actions.sending import Draft, Sent, send_report
from halong.citizens.models import Category, CategoryField, Follower, Report
from halong.citizens.promises import next_reminder
from halong.citizens.simulated import SIMULATOR, past
from halong.core.errors import HalongError
from halong.core.live import touch
from halong.core.permissions import SYSTEM, require
from halong.places.models import Place
from halong.places.queries import locate
from halong.simulation.citizens.book import Book
from halong.simulation.citizens.course import Step, course_of
from halong.simulation.citizens.happenings import Happening
from halong.simulation.citizens.identity import client_id_of
from halong.simulation.citizens.luck import Luck
from halong.simulation.citizens.officers import Officers
from halong.simulation.citizens.pictures import picture
from halong.simulation.citizens.senders import Inside, Sender
from halong.simulation.citizens.staff import Staff

DAYS = 30
AT_ONCE = 20  # reports between two messages to open pages

# nothing is merged into these
ENDED = (Report.State.DUPLICATE, Report.State.DECLINED, Report.State.HANDED_OVER)

logger = logging.getLogger(__name__)


class PastMaker:
    """Makes the past of reports, one after another; what is there already stays."""

    def __init__(self, book: Book, seed: int, staff: Staff) -> None:
        self._book = book
        self._seed = seed
        self._staff = staff
        self._categories = {
            row.code: row for row in Category.objects.on(timezone.localdate()).prefetch_related("fields")
        }
        self._places = {row.code: row for row in Place.objects.on(timezone.localdate()).defer("boundary")}

    def make(
        self, rows: Sequence[Happening], until: datetime, stop: Callable[[], bool] = lambda: False
    ) -> int:
        """Make these reports and what became of them by ``until``; returns how many are new. The latest come first, so that
        pages fill from the top; one that repeats another comes after it, and not at all where that one isn't there.
        """
        require(SYSTEM, "profile.manage")
        made = 0
        ordered = sorted(rows, key=lambda row: (bool(row.twin), -row.at.timestamp()))
        known = set(Report.objects.filter(simulated=True).values_list("client_id", flat=True))
        for number, row in enumerate(ordered, 1):
            if stop():
                break
            if row.twin and self._twin(row) is None:
                continue
            if row.code in self._categories and client_id_of(self._seed, row.key) not in known:
                made += self._make(row, until)
            if number % AT_ONCE == 0:
                touch("reports")
        if made:
            record(SIMULATOR, "simulation.past", None, reports=made)
            touch("reports")
        return made

    def _make(self, row: Happening, until: datetime) -> bool:
        try:
            with transaction.atomic():
                sent = self._send(row)
                self._lead_on(sent.report, row, until)
        except HalongError as error:
            logger.warning("Simulated report %s: %s", row.key, error)
            return False
        return True

    def _send(self, row: Happening) -> Sent:
        with past(row.at):
            sent = send_report(draft_of(row, self._seed, self._categories, self._places), by=SIMULATOR)
            if row.photo:
                self._attach(sent.report, row, sent.follower)
        return sent

    def _attach(self, report: Report, row: Happening, by: Follower) -> None:
        variant = Luck(self._seed, "photo", row.key).whole(0, 3)
        photo = photographs.attach_photo(report, picture(row.photo, variant), key="0", by=by)
        photographs.check_photo(photo)

    def _lead_on(self, report: Report, row: Happening, until: datetime) -> None:
        officers = Officers(self._staff, self._book, self._seed, row)
        sender = Sender(self._book, self._seed, row, Inside(self._seed, row))
        topic = self._book.topics[row.topic]
        for step in course_of(row, topic, self._seed, urgent=report.urgent):
            if step.at > until:
                break
            report = Report.objects.select_related("category", "place", "agency").get(pk=report.pk)
            with past(step.at):
                if step.name == "merge" and (first := self._twin(row)):
                    officers.merge(report, first)
                elif officers.knows(step):
                    officers.do(report, step)
                else:
                    _try(sender, report, step)
        _remind_from_now(report.pk)

    def _twin(self, row: Happening) -> Report | None:
        """The report that a row repeats, if it can be merged into that one."""
        found = Report.objects.filter(client_id=client_id_of(self._seed, row.twin))
        return found.exclude(state__in=ENDED).first()


def _try(sender: Sender, report: Report, step: Step) -> None:
    """What citizens want isn't always possible any more."""
    try:
        with transaction.atomic():
            sender.do(report, step)
    except HalongError as error:
        logger.debug("%s %s: %s", report.number, step.name, error)


def _remind_from_now(pk: int) -> None:
    """Whatever was to be told in the past is over; what lies ahead is told by the clock."""
    report = Report.objects.get(pk=pk)
    at, kind = next_reminder(report, timezone.now())
    Report.objects.filter(pk=pk, simulated=True).update(remind_at=at, reminder=kind)


def draft_of(row: Happening, seed: int, categories: dict[str, Category], places: dict[str, Place]) -> Draft:
    """The report as it is sent: with its position where that lies in its unit, else with the unit alone."""
    at = locate(row.lon, row.lat, timezone.localdate()) if row.pinned else None
    pinned = at is not None and at.place.code == row.place
    return Draft(
        client_id=client_id_of(seed, row.key),
        category=categories[row.code],
        text=row.text,
        place=places[row.place],
        lon=row.lon if pinned else None,
        lat=row.lat if pinned else None,
        located=Report.Located.PIN if pinned else Report.Located.UNIT,
        address=row.address,
        language=row.language,
        written_at=row.at,
        answers=_answers(categories[row.code], Luck(seed, "answers", row.key)),
        with_photo=bool(row.photo),
        insists=row.insists,
        simulated=True,
    )


def _answers(category: Category, luck: Luck) -> dict[str, object]:
    """Answers to some of the category's questions: people skip most of what they needn't say."""
    found: dict[str, object] = {}
    for question in category.fields.all():
        if not (question.required or luck.chance(0.4)):
            continue
        if question.values:
            key = luck.pick(question.values)["key"]
            found[question.code] = [key] if question.datatype == CategoryField.Datatype.MULTI else key
        elif question.datatype == CategoryField.Datatype.NUMBER:
            found[question.code] = str(luck.whole(1, 6))
    return found


def days_before(now: datetime, days: int = DAYS) -> datetime:
    """From when on a past is made."""
    return now - timedelta(days=days)
