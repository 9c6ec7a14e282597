"""What the one who sent a report does about it later: by the actions in the past that is made, else through his page."""

from typing import Protocol

from halong.citizens.actions import answering, following
from halong.citizens.models import Follower, Question, Report
from halong.simulation.citizens.book import Book
from halong.simulation.citizens.course import Step
from halong.simulation.citizens.happenings import Happening
from halong.simulation.citizens.identity import follower_id_of
from halong.simulation.citizens.luck import Luck


class Voice(Protocol):
    """How a citizen reaches his report: by the actions inside, or by its page from outside."""

    def reply(self, report: Report, text: str) -> None:
        """Answer the question that stands."""
        ...

    def rate(self, report: Report, rating: str, note: str) -> None:
        """Say how content he is."""
        ...

    def reopen(self, report: Report, reason: str) -> None:
        """Ask to have it done again."""
        ...

    def follow(self, report: Report, number: int) -> None:
        """Somebody else says that he meets the same."""
        ...


class Inside:
    """By the actions, for the past that is made."""

    def __init__(self, seed: int, row: Happening) -> None:
        self._seed = seed
        self._row = row

    def reply(self, report: Report, text: str) -> None:
        """Answer the question that stands."""
        question = Question.objects.filter(report=report, replied_at=None).first()
        if question is not None:
            question.report = report
            answering.reply_question(question, by=_sender(report), text=text)

    def rate(self, report: Report, rating: str, note: str) -> None:
        """Say how content he is."""
        answering.rate_report(report, by=_sender(report), rating=rating, note=note)

    def reopen(self, report: Report, reason: str) -> None:
        """Ask to have it done again."""
        answering.reopen_report(report, by=_sender(report), reason=reason)

    def follow(self, report: Report, number: int) -> None:
        """Somebody else says that he meets the same."""
        if report.public:
            following.follow_report(report, client_id=follower_id_of(self._seed, self._row.key, number))


class Sender:
    """One report's sender and those who follow it: ``do`` one of the steps of its course."""

    STEPS = frozenset({"reply", "rate", "reopen", "follow"})

    def __init__(self, book: Book, seed: int, row: Happening, voice: Voice) -> None:
        self._words = book.words
        self._seed = seed
        self._row = row
        self._voice = voice

    def knows(self, step: Step) -> bool:
        """Whether this is a step of citizens."""
        return step.name.partition(":")[0] in self.STEPS

    def do(self, report: Report, step: Step) -> None:
        """Do it. Raises what the door or the action raises where the report has gone another way."""
        name, _colon, opinion = step.name.partition(":")
        luck = Luck(self._seed, "sender", self._row.key, step.name, step.number)
        if name == "reply":
            self._voice.reply(report, luck.pick(self._words["replies"]))
        elif name == "rate":
            said = self._words["grumbles" if opinion == "dissatisfied" else "praises"]
            self._voice.rate(report, opinion, luck.pick(said))
        elif name == "reopen":
            self._voice.reopen(report, luck.pick(self._words["reopenings"]))
        else:
            self._voice.follow(report, step.number)


def _sender(report: Report) -> Follower:
    return Follower.objects.get(report=report, sender=True)
