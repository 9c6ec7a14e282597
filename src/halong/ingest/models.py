"""Where data comes from, how it fares, and what could not be understood."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from halong.core.permissions import scope_q
from halong.ingest import reasons
from halong.ingest.batch import Reason
from halong.places.models import Agency, Place


class SourceQuerySet(models.QuerySet["Source"]):
    """Lists of sources."""

    def visible_to(self, user: object) -> Self:
        """Those of the places and agencies that the user may see."""
        return self.filter(scope_q(user, "sources.view", sector=""))


class Source(models.Model):
    """One connected system or door. ``settings`` is validated by the connector's form; secrets are kept encrypted."""

    class State(models.TextChoices):
        NEW = "new", _("Not yet contacted")
        OK = "ok", _("Working")
        SILENT = "silent", _("Silent")
        BROKEN = "broken", _("Broken")

    kind = models.CharField(_("kind"), max_length=20)  # key of a connector
    name = models.CharField(_("name"), max_length=200, unique=True)
    settings = models.JSONField(default=dict)
    secrets = models.BinaryField(default=b"", editable=False)  # Fernet token of a JSON object
    enabled = models.BooleanField(_("switched on"), default=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    simulated = models.BooleanField(_("simulated"), default=False)
    max_age_s = models.IntegerField(_("oldest reading taken, seconds"), null=True, blank=True)
    silent_after_s = models.IntegerField(_("silent after, seconds"), default=900)
    cursor = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    state_detail = models.TextField(blank=True, default="")
    state_changed_at = models.DateTimeField(null=True, blank=True)
    last_contact = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(
        null=True, blank=True, db_index=True
    )  # next poll, or when silence is noticed
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    objects = SourceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class SourceMinute(models.Model):
    """What came through a source in one minute."""

    source = models.ForeignKey(Source, models.CASCADE)
    minute = models.DateTimeField()
    payloads = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    duplicate = models.IntegerField(default=0)
    corrected = models.IntegerField(default=0)
    quarantined = models.IntegerField(default=0)
    errors = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "minute"], name="one_row_a_source_and_minute")
        ]


class QuarantineQuerySet(models.QuerySet["Quarantined"]):
    """Lists of what was set aside."""

    def visible_to(self, user: object) -> Self:
        """What came through the sources that the user may see."""
        return self.filter(
            scope_q(user, "sources.view", place="source__place", agency="source__agency", sector="")
        )


class Quarantined(models.Model):
    """A payload, a line or a reading that could not be understood: kept, counted, shown, corrected, replayed."""

    class State(models.TextChoices):
        HELD = "held", _("Held")
        REPLAYED = "replayed", _("Replayed")
        DISCARDED = "discarded", _("Discarded")

    source = models.ForeignKey(Source, models.CASCADE)
    received_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=30, choices=[(r.value, r.value) for r in Reason])
    detail = models.TextField(blank=True)
    origin = models.CharField(max_length=500, blank=True)  # file name and line, topic, index in the array
    payload = models.BinaryField(default=b"")
    digest = models.CharField(
        max_length=64
    )  # SHA-256 of reason, origin and payload: the same thing is held once
    times = models.IntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=150, blank=True)

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="held_once")]
        indexes = [models.Index(fields=["state", "-received_at"], name="quarantine_list")]

    @property
    def words(self) -> str:
        """The reason in two or three words."""
        return reasons.title(self.reason)

    @property
    def advice(self) -> str:
        """What can be done about it."""
        return reasons.advice(self.reason)


class ReceivedFile(models.Model):
    """A file that was taken in, by the hash of its bytes: the same file again changes nothing."""

    source = models.ForeignKey(Source, models.CASCADE)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=500)
    received_at = models.DateTimeField(auto_now_add=True)
    accepted = models.IntegerField(default=0)
    quarantined = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "sha256"], name="one_file_a_hash")]
