"""What a citizen sees who holds a code: his report with every step, who has it and until when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from halong.citizens import codes
from halong.citizens.actions.answering import reopen_until
from halong.citizens.models import (
    Answer,
    Contact,
    DataRequest,
    Follower,
    Photo,
    PhotoCopy,
    Question,
    Report,
    Suggestion,
)
from halong.citizens.queries.public import extensions_of, proofs_of, steps_of
from halong.citizens.queries.rows import PublicExtension, PublicProof, Step


@dataclass(frozen=True)
class OwnView:
    """A report as its follower sees it; ``text``, ``place`` and photos in full only for the one who sent it. Others see what
    the public sees, and only while it does.
    """

    report: Report
    follower: Follower
    text: str
    street: str
    who: str
    steps: list[Step]
    question: Question | None
    answer: str
    answered_by: str
    proofs: list[PublicProof]
    extensions: list[PublicExtension]
    photos: list[Photo]
    reopen_until: datetime | None
    merged_into: int | None

    @property
    def is_sender(self) -> bool:
        """Whether it is his own."""
        return self.follower.sender

    @property
    def can_rate(self) -> bool:
        """Whether he may say how content he is."""
        return self.is_sender and self.report.state in ("resolved", "closed") and not self.report.rating

    @property
    def can_reopen(self) -> bool:
        """Whether he may ask to have it done again."""
        return self.is_sender and self.reopen_until is not None and self.reopen_until >= timezone.now()


def was_sent(client_id: UUID) -> bool:
    """Whether a report came in under this random number, so that sending it again costs no new work."""
    return Report.objects.filter(client_id=client_id).exists()


def follows(report: Report, client_id: UUID) -> bool:
    """Whether somebody follows the report (or the one that it went into) under this random number already."""
    return Follower.objects.filter(report=report.merged_into_id or report.pk, client_id=client_id).exists()


def follower_of(code: str) -> Follower | None:
    """Whose code it is, however it was typed; None for no one's."""
    if len(codes.tidy_code(code)) != codes.LENGTH:
        return None
    return (
        Follower.objects.select_related("report__category", "report__place", "report__agency")
        .filter(code_digest=codes.digest_of(code))
        .first()
    )


def own_view(follower: Follower) -> OwnView:
    """Everything about a report that its follower may see."""
    if not (follower.sender or follower.report.public):
        return _kept_from_him(follower)
    report, answer = follower.report, _answer_of(follower.report)
    question = Question.objects.filter(report=report, replied_at=None).first() if follower.sender else None
    photos = Photo.objects.filter(report=report, use=Photo.Use.REPORT).order_by("pk")
    return OwnView(
        report=report,
        follower=follower,
        text=report.text if follower.sender else report.public_text,
        street=report.address if follower.sender else report.public_address,
        who=report.agency.name if report.agency else "",
        steps=steps_of(report.pk),
        question=question,
        answer=answer.text if answer else "",
        answered_by=answer.agency.name if answer else "",
        proofs=proofs_of(answer, all_photos=follower.sender),
        extensions=extensions_of(report.pk),
        photos=list(photos if follower.sender else photos.filter(released_at__isnull=False)),
        reopen_until=reopen_until(report),
        merged_into=report.merged_into_id,
    )


def _answer_of(report: Report) -> Answer | None:
    approved = Answer.objects.filter(report=report, state=Answer.State.APPROVED).select_related("agency")
    return approved.order_by("-decided_at").first()


def _kept_from_him(follower: Follower) -> OwnView:
    """What somebody who only follows still sees of a report that the public sees no longer: where it stands."""
    report = follower.report
    return OwnView(
        report=report,
        follower=follower,
        text="",
        street="",
        who=report.agency.name if report.agency else "",
        steps=[],
        question=None,
        answer="",
        answered_by="",
        proofs=[],
        extensions=[],
        photos=[],
        reopen_until=None,
        merged_into=report.merged_into_id,
    )


def own_photo(follower: Follower, photo_id: int) -> PhotoCopy | None:
    """A photo as its sender sees it, checked and without metadata: his own, and those that prove an approved answer. Others
    get public copies only.
    """
    if not follower.sender:
        return None
    his = Q(photo__use=Photo.Use.REPORT) | Q(photo__proofs__answer__state=Answer.State.APPROVED)
    return PhotoCopy.objects.filter(
        his, photo=photo_id, photo__report=follower.report_id, kind=PhotoCopy.Kind.WORK
    ).first()


def suggestion_of(code: str) -> Suggestion | None:
    """Whose suggestion a code opens."""
    return Suggestion.objects.filter(code_digest=codes.digest_of(code)).first()


def data_request_of(code: str) -> DataRequest | None:
    """Which data request a code opens."""
    return DataRequest.objects.filter(code_digest=codes.digest_of(code)).first()


def wishes(follower: Follower) -> dict[str, bool]:
    """By which ways somebody is told: never the addresses themselves, so that a code that was seen tells none."""
    row = Contact.objects.filter(follower=follower).values_list("wants_email", "wants_sms").first()
    return {
        "wants_email": bool(row and row[0]),
        "wants_sms": bool(row and row[1]),
        "kept": row is not None,
        "push": follower.push_addresses.exists(),
    }
