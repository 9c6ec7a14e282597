"""What is to be done when a kind of problem comes: written beforehand, versioned."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from halong.core.language import said_in


class Playbook(models.Model):
    """A plan for a kind of incident from a severity on. Ended ones are no longer offered."""

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    kind = models.CharField(_("kind of incident"), max_length=40)  # a key of playbooks.kinds
    severity = models.SmallIntegerField(_("from severity"), default=1)
    ended_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "severity"], name="playbook_kind")]

    def __str__(self) -> str:
        return self.name

    def words(self) -> str:
        """Its name in the present language."""
        return said_in(self.name, self.name_en)


class PlaybookVersion(models.Model):
    """The steps of a playbook at a time: one draft at most, edited; a published one never changes."""

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="versions")
    number = models.SmallIntegerField()
    steps = models.JSONField(default=list)  # playbooks.schema.StepPlan as JSON, in order
    basis = models.CharField(_("legal basis or plan"), max_length=300, blank=True)
    note = models.CharField(_("what changed"), max_length=300, blank=True)
    edits = models.IntegerField(default=1)  # raised by every change of a draft
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["playbook", "number"], name="version_number"),
            models.UniqueConstraint(
                fields=["playbook"], name="one_draft", condition=Q(published_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playbook} v{self.number}"
