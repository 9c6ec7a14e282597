"""What simulated officers do to a simulated report, by the same actions as everybody.

A report that a real person has touched is left to real people.
"""

from collections.abc import Callable
from datetime import timedelta

from halong.citizens.actions import answering, clock, handling, moderation, photographs, triage
from halong.citizens.models import Answer, CoAgency, Extension, Photo, Report
from halong.citizens.promises import committee_of
from halong.citizens.simulated import in_past, moment
from halong.core.formats import local
from halong.core.hours import add_working
from halong.places.models import Agency
from halong.simulation.citizens.book import DOCUMENT, PHOTO, Book
from halong.simulation.citizens.course import Step
from halong.simulation.citizens.happenings import Happening
from halong.simulation.citizens.luck import Luck
from halong.simulation.citizens.pictures import picture
from halong.simulation.citizens.staff import Staff

MORE_TIME_H = 16.0  # working hours that are asked for
RELEASED = 0.94  # of the photos that were looked at
ELSEWHERE = "QN.SXD"  # where a report goes that the commune has returned
PARTNER = "QN.TTQT"


class Officers:
    """One report's officers: ``do`` one of the steps of its course."""

    def __init__(self, staff: Staff, book: Book, seed: int, row: Happening) -> None:
        self._staff = staff
        self._book = book
        self._row = row
        self._seed = seed
        self._steps: dict[str, Callable[[Report, Step], object]] = {
            "route": self._route,
            "return": self._return,
            "decline": self._decline,
            "lead": self._lead,
            "accept": lambda report, _step: handling.accept_report(report, by=staff.officer),
            "ask": self._ask,
            "invite": self._invite,
            "join": self._join,
            "ask_more": self._ask_more,
            "grant_more": lambda report, _step: self._decide(report, grant=True),
            "refuse_more": lambda report, _step: self._decide(report, grant=False),
            "answer": self._answer,
            "send_back": self._send_back,
            "approve": self._approve,
            "close": lambda report, _step: clock.close_answered(report),
        }

    def knows(self, step: Step) -> bool:
        """Whether this is a step of officers."""
        return step.name.partition(":")[0] in self._steps

    def do(self, report: Report, step: Step) -> None:
        """Do it. Raises what the action raises where the report has gone another way."""
        self._steps[step.name.partition(":")[0]](report, step)

    def merge(self, report: Report, into: Report) -> None:
        """The report repeats another one."""
        triage.merge_report(report, into, by=self._staff.duty)

    def _luck(self, step: Step) -> Luck:
        return Luck(self._seed, "officers", self._row.key, step.name, step.number)

    def _say(self, step: Step, name: str) -> str:
        return self._luck(step).pick(self._book.words[name])

    def _route(self, report: Report, step: Step) -> None:
        agency = None
        if step.number:  # it was returned: to the one that is competent
            others = [_agency(ELSEWHERE), committee_of(report.place, local(moment()).date())]
            former = report.events.filter(kind="returned").order_by("-pk").first()
            agency = next((a for a in others if a and former and a.pk != former.agency_id), None)
        triage.route_report(report, by=self._staff.duty, agency=agency)
        self._release(report, Photo.Use.REPORT, step)

    def _release(self, report: Report, use: str, step: Step) -> None:
        luck = self._luck(step)
        for photo in Photo.objects.filter(report=report, use=use, state=Photo.State.READY, released_at=None):
            if luck.chance(RELEASED):
                moderation.release_photo(photo, by=self._staff.duty)

    def _return(self, report: Report, step: Step) -> None:
        handling.return_report(report, by=self._staff.officer, reason=self._say(step, "returns"))

    def _decline(self, report: Report, step: Step) -> None:
        note = self._say(step, "declines")
        reason = Report.Declined.UNCLEAR if note.startswith("Không xác định") else Report.Declined.NOT_PUBLIC
        triage.decline_report(report, by=self._staff.duty, reason=reason, note=note)

    def _lead(self, report: Report, step: Step) -> None:
        triage.hand_over(report, by=self._staff.duty, matter=step.name.partition(":")[2])

    def _ask(self, report: Report, step: Step) -> None:
        handling.ask_citizen(report, by=self._staff.officer, text=self._say(step, "questions"))

    def _invite(self, report: Report, step: Step) -> None:
        partner = _agency(PARTNER)
        if partner is None or partner.pk == report.agency_id:
            return
        if not CoAgency.objects.filter(report=report, agency=partner).exists():
            handling.invite_agency(
                report, by=self._staff.officer, agency=partner, request=self._say(step, "invitations")
            )

    def _join(self, report: Report, step: Step) -> None:
        for part in CoAgency.objects.filter(report=report, done_at=None).select_related("agency"):
            part.report = report
            handling.finish_part(part, by=self._staff.officer, note=self._say(step, "parts"))

    def _ask_more(self, report: Report, step: Step) -> None:
        until = add_working(max(report.due_at, moment()), MORE_TIME_H)
        handling.ask_extension(
            report, by=self._staff.officer, due_at=until, reason=self._say(step, "extensions")
        )

    def _decide(self, report: Report, *, grant: bool) -> None:
        row = Extension.objects.filter(report=report, state=Extension.State.WAITING).first()
        if row is not None:
            row.report = report
            note = "" if grant else "Phương án tạm thời đủ để xử lý đúng hạn, không cần lùi thời hạn."
            handling.decide_extension(row, by=self._staff.head, grant=grant, note=note)

    def _answer(self, report: Report, step: Step) -> None:
        luck, topic = self._luck(step), self._book.topics[self._row.topic]
        words = luck.pick(topic.answers).format(
            street=self._row.street, spot=luck.pick(self._book.words["spots"])
        )
        proof = self._proof(report, step, luck)
        answering.write_answer(report, by=self._staff.officer, text=words, proofs=[proof])

    def _proof(self, report: Report, step: Step, luck: Luck) -> answering.ProofDraft:
        topic = self._book.topics[self._row.topic]
        if topic.proof == PHOTO:
            content = picture(topic.photo, luck.whole(0, 3), after=True)
            photo = photographs.attach_photo(
                report, content, key=f"after:{step.number}", by=self._staff.officer, use=Photo.Use.AFTER
            )
            if in_past():  # no job looks at what is past
                photographs.check_photo(photo)
                photo.refresh_from_db()
            return answering.ProofDraft(kind="photo", photo=photo)
        if topic.proof == DOCUMENT:
            return answering.ProofDraft(
                kind="document", name=f"Biên bản số {luck.whole(11, 480)}/BB (mô phỏng)"
            )
        what, unit, low, high = topic.proof
        measured = moment() - timedelta(hours=luck.between(1, 5))
        value = round(luck.between(low, high), 1)
        return answering.ProofDraft(
            kind="measure", name=f"{what} (mô phỏng)", value=value, unit=unit, measured_at=measured
        )

    def _waiting(self, report: Report) -> Answer:
        answer = Answer.objects.get(report=report, state=Answer.State.WAITING)
        answer.report = report
        return answer

    def _send_back(self, report: Report, step: Step) -> None:
        answering.send_back_answer(
            self._waiting(report), by=self._staff.head, note=self._say(step, "sent_back")
        )

    def _approve(self, report: Report, step: Step) -> None:
        answering.approve_answer(self._waiting(report), by=self._staff.head)
        self._release(report, Photo.Use.AFTER, step)


def _agency(code: str) -> Agency | None:
    return Agency.objects.filter(code=code, valid_to=None).first()
