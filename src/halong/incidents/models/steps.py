"""The steps of a playbook as they run in one incident."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from halong.incidents.models.incident import Incident


class Step(models.Model):
    """One step of one incident, as the version of the playbook says it.

    waiting → ready → doing → done; ready or doing → skipped (a reason); waiting → unneeded (its condition doesn't hold);
    an automatic one: ready → done or failed (→ ready again by hand). ``answers`` are check list and readings typed in.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("step", "Waits")
        READY = "ready", pgettext_lazy("step", "To be done")
        DOING = "doing", pgettext_lazy("step", "Being done")
        DONE = "done", pgettext_lazy("step", "Done")
        SKIPPED = "skipped", pgettext_lazy("step", "Skipped")
        UNNEEDED = "unneeded", pgettext_lazy("step", "Not needed")
        FAILED = "failed", pgettext_lazy("step", "Failed")

    OVER = ("done", "skipped", "unneeded")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="steps")
    key = models.CharField(max_length=40)
    order = models.SmallIntegerField()
    definition = (
        models.JSONField()
    )  # playbooks.schema.StepPlan as JSON: the incident keeps what it began with
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    waits_until = models.DateTimeField(null=True, blank=True)  # a wait in minutes that has begun
    ready_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answers = models.JSONField(default=dict)
    note = models.TextField(blank=True)  # how it was done, why skipped, what failed
    unsure = models.BooleanField(default=False)  # its condition wasn't known: done to be on the safe side

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["incident", "key"], name="step_once")]
        indexes = [
            models.Index(fields=["due_at"], name="step_due", condition=Q(state__in=["ready", "doing"]))
        ]


class Call(models.Model):
    """A call to an address outside that an automatic step makes: an outbox row, unique by step, sent at least once with
    the same Idempotency-Key.
    """

    step = models.OneToOneField(Step, models.CASCADE, related_name="call")
    url = models.CharField(max_length=500)
    body = models.JSONField()
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
