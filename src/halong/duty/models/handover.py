"""Handing a shift over: the note, who wrote it, who read and confirmed it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q


class HandoverQuerySet(models.QuerySet["Handover"]):
    """Lists of hand-over notes."""

    def visible_to(self, user: object) -> Self:
        """Those of the teams that the user may see, and those of the centre as a whole."""
        return self.filter(
            scope_q(user, "duty.view", place="team__place", agency="team__agency", sector="team__sector")
        )


class Handover(models.Model):
    """The note between two shifts (biên bản bàn giao ca). ``content`` is frozen when it is made: {"vi", "en"} → what was
    open then and what happened in the shift. The incoming person is somebody else than the outgoing one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("hand-over", "Being written")
        OFFERED = "offered", pgettext_lazy("hand-over", "Waits to be taken over")
        TAKEN = "taken", pgettext_lazy("hand-over", "Taken over")
        WITHDRAWN = "withdrawn", pgettext_lazy("hand-over", "Withdrawn")

    team = models.ForeignKey("duty.Team", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    since = models.DateTimeField()  # the shift that is handed over began
    made_at = models.DateTimeField()
    content = models.JSONField(default=dict)
    additions = models.TextField(blank=True)
    outgoing = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outgoing_name = models.CharField(max_length=200)
    offered_at = models.DateTimeField(null=True, blank=True)
    incoming = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    incoming_name = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    remark = models.TextField(blank=True)  # of the incoming person
    version = models.IntegerField(default=1)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(incoming__isnull=True) | ~Q(incoming=F("outgoing")), name="handover_to_another"
            ),
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(incoming__isnull=False, taken_at__isnull=False),
                name="handover_taken_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(state__in=["draft", "offered"]),
                nulls_distinct=False,
                name="one_handover_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["-made_at"], name="handover_latest")]

    def __str__(self) -> str:
        return f"{self.outgoing_name} → {self.incoming_name or '…'}"
