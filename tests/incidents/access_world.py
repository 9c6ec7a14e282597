"""Samples of incidents for ``tests/test_access.py``."""

import uuid

WORDS = {"incident name": "change", "incident form": "pdf"}


def things(base):
    """An incident that is over, with a step, a part, a situation report, a photograph and an after-action report."""
    from halong.incidents.models import Entry, EntryPhoto, Incident, Part, Review, Step

    moment = base.moment
    incident = Incident.objects.create(
        number="SC-2020-0001", client_id=uuid.uuid4(), title="t", kind="boat", place=base.place, agency=base.agency,
        state="closed", detected_at=moment, declared_at=moment, closed_at=moment, changed_at=moment,
    )  # fmt: skip
    Review.objects.create(incident=incident, summary="s", changed_at=moment)
    step = Step.objects.create(incident=incident, key="k", order=1, definition={"key": "k", "title": "t"})
    part = Part.objects.create(
        incident=incident, kind="press", ref="r", title="t", at=moment, added_at=moment
    )
    content = {
        "number": incident.number, "title": "t", "made": "m", "by": "b", "head": [], "summary": "s", "times": [],
        "roles": [], "alerts": [], "parts": [], "steps": [], "tasks": [], "decisions": [], "latest": [],
        "simulated": False,
    }  # fmt: skip
    report = Entry.objects.create(
        incident=incident, kind="reported", at=moment, version=1,
        data={"number": 1, "content": {"vi": content, "en": content}},
    )  # fmt: skip
    photo = EntryPhoto.objects.create(
        entry=report, content=b"x", small=b"x", width=1, height=1, sha256="0" * 64
    )
    return {
        "incident": incident.pk,
        "incident-photo": photo.pk,
        "incident-step row": step.pk,
        "incident-step what": "start",
        "incident-remove row": part.pk,
        "incident-remove what": "part",
        "incident-report entry": report.pk,
        "incident-report-pdf entry": report.pk,
    }
