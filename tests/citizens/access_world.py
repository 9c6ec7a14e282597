"""Samples of citizens' things for ``tests/test_access.py``."""

import io
import uuid
from datetime import date, timedelta

from PIL import Image

WORDS = {
    "report name": "accept",
    "suggestion name": "consider",
    "service name": "publish",
    "reports key": "categories",
    "public kind": "public",
}


def things(base):
    """A report that the public sees, with everything that hangs on it; a suggestion, a notice, a question about data."""
    from halong.citizens import codes
    from halong.citizens.models import (
        Answer,
        Category,
        DataRequest,
        Follower,
        Photo,
        PhotoCopy,
        Proof,
        Publication,
        Report,
        ServiceNotice,
        Substitute,
        Suggestion,
    )
    from halong.connectors.open311.models import Exchange

    person, place, agency, moment = base.person, base.place, base.agency, base.moment

    def coded(purpose="report"):
        client_id = uuid.uuid4()
        code = codes.code_of(client_id, purpose=purpose)
        return code, {"client_id": client_id, "code_digest": codes.digest_of(code)}

    later = moment + timedelta(days=1)
    category = Category.objects.create(code="light", name="c", valid_from=date(2019, 1, 1))
    report = Report.objects.create(
        category=category, place=place, agency=agency, state="routed", public=True, located="unit", text="t",
        first_due_at=later, due_at=later, written_at=moment, created_at=moment, changed_at=moment,
    )  # fmt: skip
    own, follower = coded()
    sender = Follower.objects.create(report=report, sender=True, created_at=moment, **follower)
    photo = Photo.objects.create(report=report, key="k", state="ready", created_at=moment)
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8)).save(drawn, "JPEG")
    for kind in PhotoCopy.Kind.values:
        PhotoCopy.objects.create(
            photo=photo,
            kind=kind,
            media_type="image/jpeg",
            width=8,
            height=8,
            size=len(drawn.getvalue()),
            content=drawn.getvalue(),
        )
    answer = Answer.objects.create(
        report=report, agency=agency, text="t", written_by=person, written_at=moment
    )
    stand_in = type(person).objects.create(username="another")
    substitute = Substitute.objects.create(
        agency=agency,
        principal=person,
        substitute=stand_in,
        start=moment,
        end=later,
        named_by=person,
        named_at=moment,
    )
    suggested, suggestion = coded("suggestion")
    asked, request = coded("data")
    del request["client_id"]
    wished = Suggestion.objects.create(
        kind="idea", title="t", text="t", created_at=moment, due_at=later, changed_at=moment, published_at=moment,
        **suggestion,
    )  # fmt: skip
    return {
        "report": report.pk,
        "public-report": report.pk,
        "public-report-photo": photo.pk,
        "citizen-own-photo": photo.pk,
        "citizen-follow": report.pk,
        "report-photo": photo.pk,
        "reports-moderation": photo.pk,
        "report-proof": Proof.objects.create(
            answer=answer, kind="measure", name="n", value=1, unit="C62", measured_at=moment
        ).pk,
        "reports-set-up": category.pk,
        "reports-publication": Publication.objects.create(
            table="reports.agencies", decision="d", decided_on=moment.date(), effective_at=moment
        ).pk,
        "substitute": substitute.pk,
        "suggestion": wished.pk,
        "public-suggestion": wished.pk,
        "service-notice": ServiceNotice.objects.create(
            kind="power", title="t", agency=agency, starts_at=moment, changed_at=moment
        ).pk,
        "data-request": DataRequest.objects.create(
            kind="access", follower=sender, received_at=moment, due_at=later, **request
        ).pk,
        "open311-settle": Exchange.objects.create(
            source=base.source, report=report, direction="out", state="failed"
        ).pk,
        "citizen-own code": own,
        "citizen-suggestion code": suggested,
        "citizen-data-answer code": asked,
        "open311-request number": report.number,
        "open311-service code": category.code,
    }
