"""What was learnt: the after-action report and its corrective actions."""

from django.conf import settings
from django.db import models

from halong.incidents.models.incident import Incident
from halong.places.models import Agency
from halong.tasks.models import Task


class Review(models.Model):
    """The after-action report of a closed incident. ``figures`` keeps the times and targets of the hour it was signed.

    drafted (anybody who works on the incident writes) → signed (frozen; the incident becomes reviewed).
    """

    incident = models.OneToOneField(Incident, models.CASCADE, related_name="review")
    summary = models.TextField(blank=True)
    went_well = models.TextField(blank=True)
    went_badly = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    figures = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )


class Correction(models.Model):
    """What will be done differently, by whom, until when; it becomes a task when the report is signed."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="corrections")
    text = models.CharField(max_length=300)
    agency = models.ForeignKey(Agency, models.PROTECT)
    due_at = models.DateTimeField()
    task = models.OneToOneField(Task, models.PROTECT, null=True, blank=True, related_name="+")
