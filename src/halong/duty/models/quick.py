"""The quick report (báo cáo nhanh): what the centre knew at an hour, frozen."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q


class QuickReportQuerySet(models.QuerySet["QuickReport"]):
    """Lists of quick reports."""

    def visible_to(self, user: object) -> Self:
        """It tells of the whole province: all or none."""
        return self.filter(scope_q(user, "duty.view", place="", agency="", sector=""))


class QuickReport(models.Model):
    """The report of one hour. ``content`` is frozen when it is made: {"vi", "en"} → sections; ``text`` is what the officer
    on duty adds before it is sent; afterwards nothing changes any more.
    """

    class State(models.TextChoices):
        MADE = "made", pgettext_lazy("quick report", "Waits to be checked")
        SENT = "sent", pgettext_lazy("quick report", "Sent")

    hour = models.DateTimeField(unique=True)
    stage = models.SmallIntegerField(default=1)
    asked = models.BooleanField(default=False)  # made by a person's wish, not by the rhythm
    content = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.MADE)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_by_name = models.CharField(max_length=200, blank=True)
    sent_to = models.JSONField(default=list)  # titles and names
    simulated = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    objects = QuickReportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-hour"], name="quick_latest")]


class QuickHours(models.Model):
    """At which hours of the day (Việt Nam's) a quick report is due, from a day on; the latest row in force counts. The
    operating stage adds the hours of its own rhythm.
    """

    minutes = ArrayField(models.SmallIntegerField())  # of the day: 420 is 07:00
    valid_from = models.DateField(unique=True)
    note = models.CharField(max_length=300, blank=True)
