"""Plays the citizens and their officers while the product runs: first the past of a new installation, then the present."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from django.db import transaction
from django.utils import timezone

from halong.citizens.models import Answer, Category, Question, Report, ReportEvent
from halong.core.errors import HalongError
from halong.home import private
from halong.places.models import Place
from halong.simulation import scenario
from halong.simulation.citizens.book import Book
from halong.simulation.citizens.counting import count_again
from halong.simulation.citizens.course import Step, course_of
from halong.simulation.citizens.doors import Door, NotTaken, Outside
from halong.simulation.citizens.happenings import Happening, Town, Unit
from halong.simulation.citizens.identity import client_id_of, report_of
from halong.simulation.citizens.luck import Luck
from halong.simulation.citizens.officers import Officers
from halong.simulation.citizens.partner import partner_key
from halong.simulation.citizens.past import PastMaker, days_before, draft_of
from halong.simulation.citizens.pictures import picture
from halong.simulation.citizens.senders import Sender
from halong.simulation.citizens.staff import simulated_staff
from halong.simulation.citizens.voices import keep_notices, make_ideas, newest_idea

FILE = "simulation-citizens.json"  # goes with the other files of the simulation at go-live
CAUGHT_UP = timedelta(hours=6)  # what was to be sent while the simulation stood still for longer is left out
HANDFUL = 6  # reports that are always left for the real duty officer
WAITS = timedelta(minutes=20)
RECEIVING = ("route", "merge", "decline", "lead")
ANSWERED_AFTER, RATED_AFTER = timedelta(minutes=3), timedelta(minutes=10)  # what real people did

logger = logging.getLogger(__name__)


@dataclass
class Agenda:
    """A report with the steps that lie ahead of it."""

    row: Happening
    steps: list[Step]


@dataclass(frozen=True)
class Progress:
    """When the simulation of citizens began here, and up to when it has been played."""

    began: datetime
    until: datetime

    @classmethod
    def read(cls) -> "Progress | None":
        """What was kept; None on the first start."""
        try:
            found = json.loads((private("files") / FILE).read_text(encoding="utf-8"))
            return cls(datetime.fromisoformat(found["began"]), datetime.fromisoformat(found["until"]))
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def save(self) -> None:
        """Keep it."""
        draft = private("files") / f"{FILE}.new"
        draft.write_text(json.dumps({"began": self.began.isoformat(), "until": self.until.isoformat()}))
        draft.replace(private("files") / FILE)


class Keeper:
    """All citizens and their officers. ``begin`` once, then ``tick`` every few seconds."""

    def __init__(self, book: Book, seed: int, http: httpx.Client) -> None:
        self._book = book
        self._seed = seed
        today = timezone.localdate()
        self._places = {row.code: row for row in Place.objects.on(today).defer("boundary")}
        self._categories = {r.code: r for r in Category.objects.on(today).prefetch_related("fields")}
        units = [Unit(p.code, p.kind, p.lon, p.lat) for p in self._places.values() if p.lon and p.lat]
        self._town = Town(book, seed, [unit for unit in units if unit.kind != Place.Kind.PROVINCE])
        self._staff = simulated_staff()
        self._door = Door(http, partner_key())
        self._agenda: dict[str, Agenda] = {}
        self._unsent: list[Happening] = []

    def begin(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Make the past where it is missing, and remember what lies ahead; returns how many reports are new."""
        now = timezone.now()
        known = Progress.read()
        self._progress = known or Progress(now, now)
        self._progress.save()
        began = self._progress.began
        keep_notices(self._book, self._staff, now)
        make_ideas(self._book, self._seed, self._staff, began)
        fresh = self._town.fresh(began)
        rows = self._town.between(days_before(began), began)
        maker = PastMaker(self._book, self._seed, self._staff)
        made = maker.make(fresh, days_before(began), stop)  # nobody has looked at these yet
        made += maker.make(rows, began, stop)
        if made:
            count_again(days_before(began), now)
        rows += self._town.between(began, self._progress.until) + self._of_storms(began, self._progress.until)
        for row in [*rows, *fresh]:
            self._remember(row, began if row in fresh else self._progress.until)
        return made

    def tick(self, now: datetime) -> None:
        """Send what is due, do what is due, answer what real people did."""
        since = max(self._progress.until, now - CAUGHT_UP)
        self._unsent += self._town.between(since, now) + self._of_storms(since, now)
        self._unsent = [row for row in self._unsent if not self._send(row)]
        self._progress = Progress(self._progress.began, now)
        self._progress.save()
        for key in list(self._agenda):
            self._lead_on(self._agenda[key], now)
        self._respond(now)
        self._suggest()
        keep_notices(self._book, self._staff, now)

    def _suggest(self) -> None:
        found = newest_idea(self._book, self._seed)
        if found is not None:
            try:
                self._door.suggest(*found)
            except NotTaken as error:
                logger.info("A simulated suggestion has to wait: %s", error)

    def _of_storms(self, since: datetime, until: datetime) -> list[Happening]:
        storm = scenario.current(until.timestamp())
        return list(self._town.in_storm(storm, since, until)) if storm else []

    def _remember(self, row: Happening, since: datetime) -> None:
        category = self._categories.get(row.code)
        if category is None:
            return
        topic = self._book.topics[row.topic]
        steps = course_of(row, topic, self._seed, urgent=category.urgent or topic.urgent)
        ahead = [step for step in steps if step.at > since]
        if ahead:
            self._agenda[row.key] = Agenda(row, ahead)

    def _send(self, row: Happening) -> bool:
        """Whether it needn't be sent any more."""
        if row.code not in self._categories:
            return True
        drawn = picture(row.photo, Luck(self._seed, "photo", row.key).whole(0, 3)) if row.photo else None
        try:
            draft = draft_of(row, self._seed, self._categories, self._places)
            self._door.send(row, draft, drawn)
        except NotTaken as error:
            logger.info("A simulated report has to wait: %s", error)
            return row.at < timezone.now() - CAUGHT_UP
        self._remember(row, row.at)
        return True

    def _lead_on(self, agenda: Agenda, now: datetime) -> None:
        while agenda.steps and agenda.steps[0].at <= now:
            step = agenda.steps.pop(0)
            report = report_of(self._seed, agenda.row)
            if report is None:
                agenda.steps.clear()
            elif step.name.partition(":")[0] in RECEIVING and _few_wait(report):
                agenda.steps = [Step(s.at + WAITS, s.name, s.number) for s in [step, *agenda.steps]]
                break
            else:
                self._step(report, agenda.row, step)
        if not agenda.steps:
            del self._agenda[agenda.row.key]

    def _step(self, report: Report, row: Happening, step: Step) -> None:
        officers = Officers(self._staff, self._book, self._seed, row)
        sender = Sender(self._book, self._seed, row, Outside(self._door, self._seed, row))
        try:
            with transaction.atomic():
                if sender.knows(step):
                    sender.do(report, step)
                elif not self._is_touched(report):
                    self._work(officers, report, row, step)
        except (HalongError, NotTaken, Answer.DoesNotExist) as error:
            logger.info("%s %s: %s", report.number, step.name, error)

    def _work(self, officers: Officers, report: Report, row: Happening, step: Step) -> None:
        if step.name != "merge":
            officers.do(report, step)
            return
        into = Report.objects.filter(client_id=client_id_of(self._seed, row.twin), simulated=True).first()
        if into is not None:
            officers.merge(report, into)

    def _is_touched(self, report: Report) -> bool:
        """Whether a real person has done something to it: then it is left to real people."""
        by_people = ReportEvent.objects.filter(report=report, by__isnull=False)
        return by_people.exclude(by__in=self._staff.ids).exists()

    def _respond(self, now: datetime) -> None:
        """Answer the questions, and rate the answers, of real people who try the desk with simulated reports."""
        theirs = Question.objects.filter(
            report__simulated=True, replied_at=None, asked_at__lt=now - ANSWERED_AFTER
        )
        for question in theirs.exclude(asked_by__in=self._staff.ids).select_related("report")[:20]:
            self._speak(question.report, Step(now, "reply"))
        answers = Answer.objects.filter(
            report__simulated=True, report__state=Report.State.RESOLVED, report__rating="", state="approved",
            decided_at__lt=now - RATED_AFTER,
        )  # fmt: skip
        for answer in answers.exclude(written_by__in=self._staff.ids).select_related("report")[:20]:
            luck = Luck(self._seed, "opinion", answer.pk)
            opinion = luck.weighted(["satisfied", "accept", "dissatisfied"], [0.6, 0.25, 0.15])
            self._speak(answer.report, Step(now, f"rate:{opinion}"))

    def _speak(self, report: Report, step: Step) -> None:
        row = _named(report)
        try:
            Sender(self._book, self._seed, row, Outside(self._door, self._seed, row)).do(report, step)
        except NotTaken as error:
            logger.info("%s %s: %s", report.number, step.name, error)


def _few_wait(report: Report) -> bool:
    waiting = Report.objects.filter(simulated=True, state=Report.State.SENT)
    return report.state == Report.State.SENT and waiting.count() <= HANDFUL


def _named(report: Report) -> Happening:
    """A happening that stands for a report, of which only the name is needed: what its sender says depends on it."""
    at = report.created_at
    return Happening(report.number, at, "", "", 0.0, 0.0, False, "", "", report.language, "", 0, 0)
