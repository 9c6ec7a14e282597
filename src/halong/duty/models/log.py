"""The duty log (nhật ký trực ban): what happened in the watch, in the order in which it happened."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q
from halong.places.models import Agency, Place


class LogQuerySet(models.QuerySet["LogEntry"]):
    """Lists of entries."""

    def visible_to(self, user: object) -> Self:
        """Those of the places, agencies and sectors that the user may see."""
        return self.filter(scope_q(user, "duty.view"))


class LogEntry(models.Model):
    """One row of the log; never changed and never deleted (also by a trigger): ``corrects`` names the entry that a later
    one puts right.

    ``text`` holds people's words only. What Halong writes by itself is ``kind`` and ``data`` (``what`` says which event),
    worded when it is read, in the reader's language. ``at`` is when it happened, ``written_at`` when it was written down;
    where a person gave another time than that of writing, ``late_reason`` says why. ``about`` is what it is about.
    """

    class Kind(models.TextChoices):
        EVENT = "event", pgettext_lazy("duty log", "Event")
        NOTE = "note", pgettext_lazy("duty log", "Note")
        ORDER_IN = "order-in", pgettext_lazy("duty log", "Order received")
        ORDER_OUT = "order-out", pgettext_lazy("duty log", "Order given")
        CORRECTION = "correction", pgettext_lazy("duty log", "Correction")
        CALL = "call", pgettext_lazy("duty log", "Telephone call")
        ALERT = "alert", pgettext_lazy("duty log", "Alert")
        INCIDENT = "incident", pgettext_lazy("duty log", "Incident")
        WARNING = "warning", pgettext_lazy("duty log", "Warning to the people")
        STAGE = "stage", pgettext_lazy("duty log", "Operating stage")
        SOURCE = "source", pgettext_lazy("duty log", "Data source")
        HANDOVER = "handover", pgettext_lazy("duty log", "Hand-over")
        REPORT = "report", pgettext_lazy("duty log", "Quick report")
        PAGE = "page", pgettext_lazy("duty log", "Person told")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    written_at = models.DateTimeField()
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    about_kind = models.CharField(max_length=20, blank=True)
    about_ref = models.CharField(max_length=60, blank=True)
    team = models.ForeignKey("duty.Team", models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)  # title and name as they were then
    late_reason = models.CharField(max_length=300, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrections")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    sector = models.CharField(max_length=40, blank=True)
    simulated = models.BooleanField(default=False)
    folded = models.TextField(blank=True, editable=False)  # people's words and the subject, for the search
    key = models.CharField(max_length=160, blank=True)  # what is written once under it

    objects = LogQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="log_once", condition=~Q(key=""))]
        indexes = [
            models.Index(fields=["-at", "-id"], name="log_latest"),
            models.Index(fields=["about_kind", "about_ref"], name="log_about"),
        ]

    def __str__(self) -> str:
        return _("Entry {number}").format(number=self.pk)
