"""The after-action report: written together, signed once."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict
from halong.incidents import duty
from halong.incidents.actions.declaring import invalid
from halong.incidents.actions.moving import ALL, move
from halong.incidents.drafts import CorrectionDraft, ReviewDraft
from halong.incidents.models import Correction, Entry, Incident, Review
from halong.incidents.permissions import require_lead, require_person, require_work
from halong.incidents.queries.times import times
from halong.incidents.timeline import write_entry
from halong.tasks.actions import TaskDraft, create_task

TEXTS = ("summary", "went_well", "went_badly", "cause")
LONGEST = 20_000
MOST = 50  # corrective actions


@transaction.atomic
def save_review(incident: Incident, draft: ReviewDraft, *, by: Any) -> Review:
    """Write the after-action report of a closed incident; Conflict where somebody else has saved it since
    ``draft.version``, or signed it.
    """
    require_work(by, incident)
    if not Incident.objects.filter(pk=incident.pk, state__in=["closed", "reviewed"]).exists():
        raise Conflict(_("An after-action report is written when the response is over."))
    _require_words(draft)
    texts = {name: getattr(draft, name).strip() for name in TEXTS}
    review = _changed(incident, draft.version, texts) if draft.version else _begun(incident, texts, by)
    Correction.objects.filter(review=review).delete()
    Correction.objects.bulk_create(
        Correction(review=review, text=_title(one), agency=one.agency, due_at=one.due_at)
        for one in draft.corrections
    )
    record(by, "incidents.review", incident, number=incident.number, version=review.version)
    return review


def _begun(incident: Incident, texts: dict[str, str], by: Any) -> Review:
    try:
        with transaction.atomic():
            review = Review.objects.create(incident=incident, changed_at=timezone.now(), **texts)
    except IntegrityError:
        raise Conflict(_("Somebody else has begun the report meanwhile: read it first.")) from None
    write_entry(incident, Entry.Kind.REVIEW, by=by, key="review", data={"what": "saved"})
    return review


def _changed(incident: Incident, version: int, texts: dict[str, str]) -> Review:
    saved = Review.objects.filter(incident=incident, version=version, signed_at__isnull=True).update(
        version=version + 1, changed_at=timezone.now(), **texts
    )
    if not saved:
        there = Review.objects.filter(incident=incident).first()
        if there is not None and there.signed_at is not None:
            raise Conflict(_("This report is signed."))
        raise Conflict(_("Somebody else has saved this report meanwhile: read it first."))
    return Review.objects.get(incident=incident)


def _title(draft: CorrectionDraft) -> str:
    return " ".join(draft.text.split())


def _require_words(draft: ReviewDraft) -> None:
    for name in TEXTS:
        if len(getattr(draft, name).strip()) > LONGEST:
            raise invalid(name, _("At most {n} characters.").format(n=LONGEST))
    if len(draft.corrections) > MOST:
        raise invalid("corrections", _("At most {n} at once.").format(n=MOST))
    for one in draft.corrections:
        if not 1 <= len(_title(one)) <= 300:
            raise invalid("corrections", _("A corrective action has 1 to 300 characters."))


@transaction.atomic
def sign_review(review: Review, *, by: Any) -> Review:
    """Sign it: times and targets are frozen, each corrective action becomes a task of its agency (``tasks.assign`` there),
    the incident is reviewed. ``review.version`` is what the signer read.
    """
    person = require_person(by)
    incident = Incident.objects.get(pk=review.incident_id)
    require_lead(person, incident)
    now = timezone.now()
    figures = {"times": [_kept(one) for one in times(incident)]}
    signed = Review.objects.filter(pk=review.pk, version=review.version, signed_at__isnull=True).exclude(
        summary=""
    )
    if not signed.update(
        signed_at=now, signed_by=person, figures=figures, version=review.version + 1, changed_at=now
    ):
        _explain(review)
    review.refresh_from_db()
    for correction in review.corrections.select_related("agency").order_by("pk"):
        _give(correction, incident, person)
    states = {"state": [incident.state, "reviewed"], "what": "signed"}
    move(incident, Entry.Kind.STATE, by=by, touches=ALL, states=["closed"], data=states, state="reviewed")
    write_entry(incident, Entry.Kind.REVIEW, by=by, data={"what": "signed"})
    return review


def _kept(one: Any) -> dict[str, Any]:
    at = one.at.isoformat() if one.at else None
    return {"key": one.key, "at": at, "seconds": one.seconds, "target_s": one.target_s, "met": one.met}


def _explain(review: Review) -> None:
    review.refresh_from_db()
    if review.signed_at is not None:
        raise Conflict(_("This report is signed."))
    if not review.summary:
        raise invalid("summary", _("Write what happened first."))
    raise Conflict(_("Somebody else has saved this report meanwhile: read it first."))


def _give(correction: Correction, incident: Incident, by: User) -> None:
    if correction.due_at <= timezone.now():
        raise invalid("corrections", _("The deadline of “{title}” has passed.").format(title=correction.text))
    correction.task = create_task(
        TaskDraft(
            title=correction.text, agency=correction.agency, due_at=correction.due_at, origin="review",
            ref=str(incident.pk), origin_url=f"{duty.url_of(incident)}/review", sector=incident.sector,
            snapshot=f"{incident.number} {incident.title}"[:300], simulated=incident.simulated,
        ),
        by=by,
    )  # fmt: skip
    correction.save(update_fields=["task"])
