"""Notes with mentions and photographs, decisions, tasks."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import User
from halong.audit.actions import record
from halong.citizens import images
from halong.core.errors import Invalid, TooLarge
from halong.incidents import duty
from halong.incidents.actions.declaring import invalid
from halong.incidents.actions.moving import EVERY_STATE, require_state
from halong.incidents.drafts import NoteDraft
from halong.incidents.models import UNDER_WAY, Entry, EntryPhoto, Incident, Mention, Role
from halong.incidents.permissions import require_person, require_work
from halong.incidents.timeline import write_entry
from halong.notify.actions import tell
from halong.tasks.actions import TaskDraft, create_task
from halong.tasks.models import Task

LONGEST = 8000  # characters of a note
MOST_PHOTOS = 6
MOST_MENTIONS = 20


@transaction.atomic
def add_note(incident: Incident, draft: NoteDraft, *, by: Any) -> Entry:
    """Write something down, with photographs; those who are named in it hear of it. Sent twice it is one note."""
    require_work(by, incident)
    person = require_person(by)
    known = Entry.objects.filter(incident=incident, client_id=draft.client_id).first()
    if known is not None:
        return known
    require_state(incident_now(incident), EVERY_STATE)
    if not draft.text.strip() and not draft.photos:
        raise invalid("text", _("Write something."))
    _require_length(draft.text)
    _require_mentionable(incident, draft.mentions)
    photos = _remade(draft.photos)
    entry = _written_once(incident, Entry.Kind.NOTE, person, draft.text, draft.client_id)
    if entry.photos.exists() or entry.mentions.exists():
        return entry
    EntryPhoto.objects.bulk_create(EntryPhoto(entry=entry, **photo) for photo in photos)
    Mention.objects.bulk_create(
        Mention(entry=entry, person=one) for one in {p.pk: p for p in draft.mentions}.values()
    )
    _tell_mentioned(entry, draft.mentions, person)
    record(by, "incidents.note", incident, number=incident.number, photos=len(photos))
    return entry


@transaction.atomic
def record_decision(incident: Incident, *, by: Any, text: str, client_id: uuid.UUID) -> Entry:
    """Write down what was decided; it stands out in the timeline and in the reports."""
    require_work(by, incident)
    person = require_person(by)
    known = Entry.objects.filter(incident=incident, client_id=client_id).first()
    if known is not None:
        return known
    require_state(incident_now(incident), EVERY_STATE)
    if not text.strip():
        raise invalid("text", _("Write something."))
    _require_length(text)
    entry = _written_once(incident, Entry.Kind.DECISION, person, text, client_id)
    record(by, "incidents.decide", incident, number=incident.number)
    return entry


@transaction.atomic
def give_task(incident: Incident, draft: TaskDraft, *, by: Any) -> Task:
    """Give an agency something to do because of it; needs ``tasks.assign`` there. The task leads back to the incident."""
    require_work(by, incident)
    require_state(incident_now(incident), UNDER_WAY)
    draft = replace(
        draft, origin="incident", ref=str(incident.pk), origin_url=duty.url_of(incident),
        place=draft.place or incident.place,
        snapshot=draft.snapshot or f"{incident.number} {incident.title}"[:300], sector=draft.sector or incident.sector,
        simulated=draft.simulated or incident.simulated,
    )  # fmt: skip
    task = create_task(draft, by=by)
    Incident.objects.filter(pk=incident.pk, assigned_at__isnull=True).update(assigned_at=timezone.now())
    created = task.events.get(kind="created")
    write_entry(incident, Entry.Kind.TASK, by=by, text=draft.text, key=f"task-event:{created.pk}",
                data={"task": task.pk, "what": "created", "title": task.title, "agency": task.agency.called,
                      "due_at": task.due_at.isoformat()})  # fmt: skip
    incident.refresh_from_db()
    return task


def incident_now(incident: Incident) -> Incident:
    """It as it stands now; the object that the caller has is left as the person saw it."""
    return Incident.objects.select_related("into").get(pk=incident.pk)


def _require_length(text: str) -> None:
    if len(text.strip()) > LONGEST:
        raise invalid("text", _("At most {n} characters.").format(n=LONGEST))


def _written_once(incident: Incident, kind: str, person: User, text: str, client_id: uuid.UUID) -> Entry:
    try:
        with transaction.atomic():
            entry = write_entry(incident, kind, by=person, text=text, client_id=client_id)
    except IntegrityError:  # the same was sent twice at once
        entry = None
    return entry or Entry.objects.get(incident=incident, client_id=client_id)


def _require_mentionable(incident: Incident, people: Sequence[User]) -> None:
    if len(people) > MOST_MENTIONS:
        raise invalid("mentions", _("At most {n} at once.").format(n=MOST_MENTIONS))
    held = set(Role.objects.filter(incident=incident, until__isnull=True).values_list("person", flat=True))
    for person in people:
        sees = person.pk in held or Incident.objects.visible_to(person).filter(pk=incident.pk).exists()
        if not person.is_active or not sees:
            raise invalid("mentions", _("{person} may not see this incident.").format(person=person))


def _remade(photos: Sequence[bytes]) -> list[dict[str, Any]]:
    """Encoded again without what they say of device and place; refused where they aren't photographs."""
    if len(photos) > MOST_PHOTOS:
        raise invalid("photos", _("At most {n} at once.").format(n=MOST_PHOTOS))
    made = []
    for content in photos:
        try:
            images.look(content)
            copy = images.work_copy(content)
        except (Invalid, TooLarge):
            words = _(
                "This isn't a photograph that can be taken in: JPEG, PNG, WebP or HEIC of at most 25 MB."
            )
            raise invalid("photos", words) from None
        _public, small = images.public_copies(copy.content, ())
        made.append({
            "content": copy.content, "small": small.content, "width": copy.width, "height": copy.height,
            "sha256": hashlib.sha256(copy.content).hexdigest(),
        })  # fmt: skip
    return made


def _tell_mentioned(entry: Entry, people: Sequence[User], by: User) -> None:
    incident = entry.incident
    title = format_lazy(gettext_lazy("{number}: {person} names you"), number=incident.number, person=str(by))
    tell([one for one in people if one.pk != by.pk], kind="incident", title=title, text=entry.text,
         url=f"{duty.url_of(incident)}#entry-{entry.pk}", key=f"incident-mention:{entry.pk}", by=by)  # fmt: skip
