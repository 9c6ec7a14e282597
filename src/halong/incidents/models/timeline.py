"""The timeline: everything that was done or received, written in the transaction that did it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from halong.incidents.models.incident import Incident


class Entry(models.Model):
    """One row of the timeline; never changed. ``text`` holds people's words only: what Halong writes by itself is
    ``kind`` and ``data``, so that each reader gets it in their language. ``version`` is the incident's after it.
    """

    class Kind(models.TextChoices):
        DECLARED = "declared", pgettext_lazy("timeline", "Declared")
        CHANGED = "changed", pgettext_lazy("timeline", "Changed")
        STATE = "state", pgettext_lazy("timeline", "State")
        PART = "part", pgettext_lazy("timeline", "Added")
        PART_OUT = "part-out", pgettext_lazy("timeline", "Taken out")
        ALERT = "alert", pgettext_lazy("timeline", "Alert")
        REPORT = "report", pgettext_lazy("timeline", "Citizen's report")
        ROLE = "role", pgettext_lazy("timeline", "Role")
        HANDED_OVER = "handed-over", pgettext_lazy("timeline", "Handed over")
        NOTE = "note", pgettext_lazy("timeline", "Note")
        DECISION = "decision", pgettext_lazy("timeline", "Decision")
        TASK = "task", pgettext_lazy("timeline", "Task")
        STEP = "step", pgettext_lazy("timeline", "Step")
        ACTION = "action", pgettext_lazy("timeline", "Automatic action")
        LINK = "link", pgettext_lazy("timeline", "Link")
        MERGED = "merged", pgettext_lazy("timeline", "Merged")
        SPLIT = "split", pgettext_lazy("timeline", "Split")
        STAGE = "stage", pgettext_lazy("timeline", "Operating stage")
        WARNING = "warning", pgettext_lazy("timeline", "Warning to the people")
        PAGE = "page", pgettext_lazy("timeline", "Person told")
        REPORTED = "reported", pgettext_lazy("timeline", "Situation report")
        REVIEW = "review", pgettext_lazy("timeline", "After-action report")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    version = models.IntegerField()
    client_id = models.UUIDField(default=uuid.uuid4)  # the same note sent twice is one
    key = models.CharField(max_length=120, blank=True)  # what wrote it by itself: an event is written once

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "client_id"], name="entry_sent_once"),
            models.UniqueConstraint(fields=["incident", "key"], name="entry_once", condition=~Q(key="")),
        ]
        indexes = [models.Index(fields=["incident", "-at", "-id"], name="entry_latest")]


class Mention(models.Model):
    """Somebody who was named in a note and told of it."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "person"], name="mention_once")]


class EntryPhoto(models.Model):
    """A photograph of a note, re-encoded without what it says of device and place. Never public."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="photos")
    content = models.BinaryField()
    small = models.BinaryField()
    width = models.IntegerField()  # pixels
    height = models.IntegerField()
    sha256 = models.CharField(max_length=64)
