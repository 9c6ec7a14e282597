"""Alerts after ISA-18.2: each asks a person for a response."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.context.models import Entity
from halong.context.scope import Scope
from halong.core.permissions import scope_q
from halong.core.registry import sectors
from halong.observations.models import Series
from halong.places.models import Agency, Place
from halong.rules.models import Rule


class AlertQuerySet(models.QuerySet["Alert"]):
    """Lists of alerts."""

    def visible_to(self, user: object) -> Self:
        """Those of the places, agencies and sectors that the user may see."""
        return self.filter(scope_q(user, "alerts.view"))

    def within(self, scope: Scope) -> Self:
        """Those of the chosen sector, place and agency; Halong's alerts about itself belong to the whole only."""
        return self.filter(scope.q())

    def open(self) -> Self:
        """Those that aren't closed."""
        return self.exclude(state=Alert.State.CLOSED)

    def shelved(self, now: datetime) -> Self:
        """Those that somebody put aside for a while."""
        return self.open().filter(shelved_until__gt=now)

    def calling(self, now: datetime) -> Self:
        """Those that ask for a response now: open, not shelved, not suppressed."""
        return self.open().filter(Q(shelved_until__isnull=True) | Q(shelved_until__lte=now), suppressed=False)


class Alert(models.Model):
    """A condition that asks for a person's response; one open alert a cause.

    ``cause`` names what may be open only once: ``rule:3:series:17``, ``source:4``, ``self:disk``.
    ``serial`` is that of the last crossing which this alert took in. ``root`` is the alert that explains
    this one (a broken source and the silence of its stations): then it is suppressed.
    """

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("alert", "New")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("alert", "Acknowledged")
        CLEARED = "cleared", _("Cleared, not acknowledged")
        CLOSED = "closed", pgettext_lazy("alert", "Closed")

    rule = models.ForeignKey(Rule, models.PROTECT, null=True, blank=True)
    series = models.ForeignKey(Series, models.CASCADE, null=True, blank=True)
    entity = models.ForeignKey(Entity, models.CASCADE, null=True, blank=True)
    cause = models.CharField(max_length=200)
    serial = models.BigIntegerField(default=0)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    sector = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=300)
    folded = models.CharField(
        max_length=600, editable=False, default=""
    )  # title, thing and place, for the search
    priority = models.SmallIntegerField(choices=Rule.Priority.choices)
    state = models.CharField(max_length=14, choices=State.choices, default=State.NEW)
    # what is shown as its grounds: {"time", "value", "limit", "unit", "readings": [[time, value,
    # quality]…], "rule": {…}}
    evidence = models.JSONField(default=dict)
    simulated = models.BooleanField(default=False)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    shelved_until = models.DateTimeField(null=True, blank=True, db_index=True)
    suppressed = models.BooleanField(default=False)
    root = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="consequences")
    false_alarm = models.BooleanField(default=False)
    occurrences = models.IntegerField(default=1)
    # the condition ended, but its rule waits a while whether it comes back (off-delay): then it clears
    clears_at = models.DateTimeField(null=True, blank=True)
    clears_since = models.DateTimeField(null=True, blank=True)
    # the planned work that keeps it quiet
    window = models.ForeignKey(
        "alerts.Maintenance", models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    apart = models.BooleanField(default=False)  # somebody took it out of its group
    closed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(db_index=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cause"], condition=~Q(state="closed"), name="one_open_alert_a_cause"
            )
        ]
        indexes = [
            models.Index(fields=["state", "priority", "-raised_at"], name="alert_list"),
            models.Index(fields=["raised_at"], name="alert_rate"),
            models.Index(fields=["cause", "-serial"], name="alert_cause"),
            models.Index(fields=["-closed_at"], name="alert_history", condition=Q(state="closed")),
            models.Index(fields=["clears_at"], name="alert_clears", condition=Q(clears_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def stands_s(self) -> float:
        """For how many seconds the condition stands, or stood."""
        return ((self.cleared_at or timezone.now()) - self.raised_at).total_seconds()

    @property
    def priority_key(self) -> str:
        """The word for its status mark: critical, high or attention."""
        return {1: "critical", 2: "high"}.get(self.priority, "attention")


class AlertEvent(models.Model):
    """Who did what to an alert, and what happened to it."""

    class Kind(models.TextChoices):
        RAISED = "raised", pgettext_lazy("alert", "Raised")
        REPEATED = "repeated", pgettext_lazy("alert", "Raised again")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("alert", "Acknowledged")
        SHELVED = "shelved", pgettext_lazy("alert", "Shelved")
        UNSHELVED = "unshelved", pgettext_lazy("alert", "Back from the shelf")
        SUPPRESSED = "suppressed", pgettext_lazy("alert", "Suppressed by its root cause")
        UNSUPPRESSED = "unsuppressed", pgettext_lazy("alert", "No longer suppressed")
        CLEARED = "cleared", pgettext_lazy("alert", "Cleared")
        NOTE = "note", pgettext_lazy("alert", "Note")
        FALSE_ALARM = "false_alarm", pgettext_lazy("alert", "Marked as a false alarm")
        CLOSED = "closed", pgettext_lazy("alert", "Closed")
        MAINTENANCE = "maintenance", pgettext_lazy("alert", "Suppressed by planned maintenance")
        APART = "apart", pgettext_lazy("alert", "Taken out of its group")
        GROUPED = "grouped", pgettext_lazy("alert", "Back in its group")

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["alert", "at"], name="alert_timeline")]


class MaintenanceQuerySet(models.QuerySet["Maintenance"]):
    """Lists of planned work."""

    def visible_to(self, user: object) -> Self:
        """Those of the places, agencies and sectors that the user may see."""
        return self.filter(scope_q(user, "alerts.view"))

    def at(self, now: datetime) -> Self:
        """Those that run at a moment."""
        return self.filter(starts_at__lte=now, ends_at__gt=now, ended_at=None)


class Maintenance(models.Model):
    """Planned work on a thing, or on all things of a sector in a place: what they say meanwhile is suppressed by design,
    except what is critical. ``place`` and ``agency`` also say who may see it and who may plan it.
    """

    entity = models.ForeignKey(Entity, models.CASCADE, null=True, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    sector = models.CharField(max_length=40, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), db_index=True)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # somebody ended it before its time

    objects = MaintenanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="maintenance_lasts"),
            models.CheckConstraint(
                condition=Q(entity__isnull=False) | Q(place__isnull=False) | ~Q(sector=""),
                name="maintenance_of_something",
            ),
        ]

    @property
    def about(self) -> str:
        """What is worked on: the thing, or the sector and the place."""
        sector = sectors.get(self.sector)
        names = (sector.name if sector else self.sector, self.place.name if self.place else "")
        return str(self.entity) if self.entity else " · ".join(str(name) for name in names if name)


class Tuning(models.Model):
    """A proposal that somebody applied to a rule: its parameters before and after, what the past would have been with
    either (alerts in ``days``), and whether it was undone.
    """

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="tunings")
    kind = models.CharField(max_length=12)  # off-delay, on-delay
    before = models.JSONField()
    after = models.JSONField()
    version = models.IntegerField()  # of the rule, after it
    days = models.IntegerField()
    count_before = models.IntegerField()
    count_after = models.IntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="tuning_latest")]
