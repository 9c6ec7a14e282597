"""Who did what to what: append-only, sealed into a hash chain within seconds."""

from typing import Self

from django.db import models
from django.db.models import Q

from halong.audit import words
from halong.core.permissions import scope_q


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Lists of the log."""

    def visible_to(self, user: object) -> Self:
        """Only who may read the log."""
        return self.filter(scope_q(user, "audit.view", place="", agency="", sector=""))


class AuditEntry(models.Model):
    """One change. ``seq`` and ``hash`` are filled by the sealing job; a trigger refuses every other change."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80, blank=True)
    object_id = models.CharField(max_length=300, blank=True)
    summary = models.JSONField(
        default=dict
    )  # what changed, without secrets and without personal data of citizens
    address = models.GenericIPAddressField(null=True, blank=True)
    seq = models.BigIntegerField(null=True, unique=True)
    hash = models.CharField(max_length=64, blank=True, default="")

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["action", "-id"], name="audit_action"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["id"], condition=Q(seq=None), name="audit_unsealed"),
        ]

    @property
    def actor_words(self) -> str:
        """Who did it, in words."""
        return words.actor_words(self.actor)

    @property
    def action_words(self) -> str:
        """What was done."""
        return words.action_words(self.action)

    @property
    def object_words(self) -> str:
        """To what kind of thing."""
        return words.object_words(self.object_type)

    @property
    def detail_words(self) -> str:
        """What else the entry says."""
        return words.detail_words(self.summary)
