"""Situation reports: what is known at an hour, kept in the timeline word for word."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.core.errors import Conflict
from halong.incidents import duty
from halong.incidents.models import Entry, Incident
from halong.incidents.permissions import require_work
from halong.incidents.situation import gather
from halong.incidents.timeline import write_entry


@transaction.atomic
def make_situation_report(incident: Incident, *, by: Any) -> Entry:
    """Make the next situation report of an incident, in both languages; its page and PDF are read from the entry."""
    require_work(by, incident)
    locked = Incident.objects.select_for_update().get(pk=incident.pk)  # numbers go up one by one
    number = Entry.objects.filter(incident=locked, kind=Entry.Kind.REPORTED).count() + 1
    content = {}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            content[language] = gather(locked, by)
    entry = write_entry(locked, Entry.Kind.REPORTED, by=by, data={"number": number, "content": content})
    if entry is None:
        raise Conflict(_("Somebody else has changed this incident."))
    record(by, "incidents.report", incident, number=incident.number, report=number)
    duty.log(incident, f"reported-{number}", by=by)
    return entry
