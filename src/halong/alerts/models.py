"""Alerts after ISA-18.2: each asks a person for a response."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from halong.context.models import Entity
from halong.core.permissions import scope_q
from halong.observations.models import Series
from halong.places.models import Agency, Place
from halong.rules.models import Rule


class AlertQuerySet(models.QuerySet["Alert"]):
    """Lists of alerts."""

    def visible_to(self, user: object) -> Self:
        """Those of the places, agencies and sectors that the user may see."""
        return self.filter(scope_q(user, "alerts.view"))

    def open(self) -> Self:
        """Those that still ask for a response."""
        return self.exclude(state=Alert.State.CLOSED)


class Alert(models.Model):
    """A condition that asks for a person's response; one open alert for a rule and a series (or a cause of Halong's own)."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        CLEARED = "cleared", _("Cleared, not acknowledged")
        CLOSED = "closed", _("Closed")

    rule = models.ForeignKey(Rule, models.PROTECT, null=True, blank=True)
    series = models.ForeignKey(Series, models.CASCADE, null=True, blank=True)
    entity = models.ForeignKey(Entity, models.CASCADE, null=True, blank=True)
    cause = models.CharField(max_length=200)  # "rule:3:series:17", "self:disk": what may be open only once
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    sector = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=300)
    priority = models.SmallIntegerField(choices=Rule.Priority.choices)
    state = models.CharField(max_length=14, choices=State.choices, default=State.NEW)
    evidence = models.JSONField(default=dict)  # readings, rule as it was, limit and its legal source
    simulated = models.BooleanField(default=False)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    shelved_until = models.DateTimeField(null=True, blank=True, db_index=True)
    suppressed = models.BooleanField(default=False)
    occurrences = models.IntegerField(default=1)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cause"], condition=~Q(state="closed"), name="one_open_alert_a_cause")
        ]
        indexes = [models.Index(fields=["state", "priority", "-raised_at"], name="alert_list")]

    def __str__(self) -> str:
        return self.title


class AlertEvent(models.Model):
    """Who did what to an alert, and what happened to it."""

    class Kind(models.TextChoices):
        RAISED = "raised", _("Raised")
        REPEATED = "repeated", _("Raised again")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SHELVED = "shelved", _("Shelved")
        UNSHELVED = "unshelved", _("Back from the shelf")
        CLEARED = "cleared", _("Cleared")
        NOTE = "note", _("Note")
        FALSE_ALARM = "false_alarm", _("Marked as a false alarm")
        CLOSED = "closed", _("Closed")

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    note = models.TextField(blank=True)
