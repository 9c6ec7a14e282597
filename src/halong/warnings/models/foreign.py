"""Other services' alerts, for operators only."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q
from halong.ingest.models import Source
from halong.warnings.models.warning import Warning


class ForeignQuerySet(models.QuerySet["ForeignWarning"]):
    """Lists of others' alerts."""

    def visible_to(self, user: object) -> Self:
        """Who may see warnings at the desk; they concern no unit of ours."""
        return self.filter(scope_q(user, "warnings.view", place="", agency="", sector=""))

    def standing(self) -> Self:
        """Those in force that nobody holds back."""
        return self.filter(state=ForeignWarning.State.STANDING, held=False)

    def waiting(self) -> Self:
        """Those held back until a person looks."""
        return self.filter(held=True)


class ForeignWarning(models.Model):
    """An alert of another service, as it came (``xml``); one row a (sender, identifier, sent). Never published.

    standing → updated | cancelled (by a later message of the same sender) | expired. ``held`` keeps it from lists and maps
    until somebody releases it with a reason; ``holds`` say why: "islands" (it touches Hoàng Sa or Trường Sa), "signature".
    ``infos`` are the blocks by language; ``shape`` is what can be drawn of its areas (GeoJSON), ``undrawn`` names the rest.
    """

    class State(models.TextChoices):
        STANDING = "standing", pgettext_lazy("foreign warning", "In force")
        UPDATED = "updated", pgettext_lazy("foreign warning", "Updated")
        CANCELLED = "cancelled", pgettext_lazy("foreign warning", "Cancelled")
        EXPIRED = "expired", pgettext_lazy("foreign warning", "Expired")

    class Signature(models.TextChoices):
        NONE = "none", pgettext_lazy("signature", "Not signed")
        GOOD = "good", pgettext_lazy("signature", "Good, by the known certificate")
        UNKNOWN = "unknown", pgettext_lazy("signature", "Intact, the signer isn't known")
        UNCHECKED = "unchecked", pgettext_lazy("signature", "There, but it can't be checked")
        BAD = "bad", pgettext_lazy("signature", "Not good")

    source = models.ForeignKey(Source, models.SET_NULL, null=True, related_name="+")
    sender = models.CharField(max_length=300)
    identifier = models.CharField(max_length=500)
    sent = models.DateTimeField()
    status = models.CharField(max_length=10)
    msg_type = models.CharField(max_length=10)
    references = models.JSONField(default=list)  # [sender, identifier, sent] of what it updates or cancels
    state = models.CharField(max_length=10, choices=State.choices, default=State.STANDING)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="replaces")
    event = models.CharField(max_length=300, blank=True)
    headline = models.CharField(max_length=500, blank=True)
    sender_name = models.CharField(max_length=300, blank=True)
    severity = models.CharField(max_length=10, blank=True)
    urgency = models.CharField(max_length=10, blank=True)
    certainty = models.CharField(max_length=10, blank=True)
    onset = models.DateTimeField(null=True)
    expires = models.DateTimeField(null=True)
    infos = models.JSONField(default=list)
    shape = models.JSONField(null=True)
    undrawn = models.JSONField(default=list)
    signature = models.CharField(max_length=10, choices=Signature.choices)
    signature_note = models.CharField(max_length=300, blank=True)
    held = models.BooleanField(default=False)
    holds = models.JSONField(default=list)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    release = models.CharField(max_length=500, blank=True)
    xml = models.BinaryField()
    received_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = ForeignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "identifier", "sent"], name="one_foreign_warning_a_message"
            ),
            models.CheckConstraint(
                condition=Q(holds=[]) | Q(held=True) | (Q(released_by__isnull=False) & ~Q(release="")),
                name="foreign_release_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "held", "-sent"], name="foreign_list"),
            models.Index(
                fields=["expires"],
                name="foreign_expiry",
                condition=Q(state="standing", expires__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.headline or self.event or self.identifier

    @property
    def bounds(self) -> str:
        """West, south, east, north of what can be drawn, for a map; empty: nothing can."""
        points = [point for part in (self.shape or {}).get("coordinates", []) for point in part[0]]
        lons, lats = [lon for lon, _lat in points], [lat for _lon, lat in points]
        return f"{min(lons)},{min(lats)},{max(lons)},{max(lats)}" if points else ""

    @property
    def severity_said(self) -> str:
        """In the reader's language."""
        return str(dict(Warning.Severity.choices).get(self.severity, self.severity))

    @property
    def urgency_said(self) -> str:
        """In the reader's language."""
        return str(dict(Warning.Urgency.choices).get(self.urgency, self.urgency))

    @property
    def certainty_said(self) -> str:
        """In the reader's language."""
        return str(dict(Warning.Certainty.choices).get(self.certainty, self.certainty))

    @property
    def severity_key(self) -> str:
        """The word for its status mark."""
        return {"Extreme": "critical", "Severe": "high", "Moderate": "attention"}.get(self.severity, "normal")
