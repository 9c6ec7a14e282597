"""A report and its counterpart on another Open311 server: the link, and the outbox of what is to go there."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from halong.citizens.models import Report
from halong.core.permissions import scope_q
from halong.ingest.models import Source


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    """Lists of exchanges."""

    def visible_to(self, user: object) -> Self:
        """Those of the sources that the user may see."""
        return self.filter(
            scope_q(user, "sources.view", place="source__place", agency="source__agency", sector="")
        )


class Exchange(models.Model):
    """One report on two servers. ``waiting → doubtful → linked`` (or ``token → linked``); ``failed`` waits for a person.

    ``doubtful``: it was sent and nobody knows whether it arrived, so that it is looked for there before it is sent again.
    ``due_at`` is when something must next be done: send, look, ask for the number, ask for the state.
    """

    class Direction(models.TextChoices):
        IN = "in", pgettext_lazy("exchange", "From them")
        OUT = "out", pgettext_lazy("exchange", "To them")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("exchange", "To be sent")
        DOUBTFUL = "doubtful", pgettext_lazy("exchange", "Sent, no answer yet")
        TOKEN = "token", pgettext_lazy("exchange", "Taken, not yet numbered")
        LINKED = "linked", pgettext_lazy("exchange", "Linked")
        FAILED = "failed", pgettext_lazy("exchange", "Refused")
        DROPPED = "dropped", pgettext_lazy("exchange", "Given up")

    source = models.ForeignKey(Source, models.CASCADE, related_name="exchanges")
    report = models.ForeignKey(Report, models.CASCADE, related_name="exchanges")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    their_id = models.CharField(max_length=200, blank=True)
    token = models.CharField(max_length=200, blank=True)
    is_open = models.BooleanField(null=True)  # on the other side; None: it never said
    notes = models.TextField(blank=True)  # what they said of the state last
    media_url = models.TextField(blank=True)  # their picture, as long as it is to be fetched
    media_tries = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    looks = models.IntegerField(default=0)  # how often it was looked for in vain while doubtful
    error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "report"], name="one_exchange_a_source_and_report"),
            models.UniqueConstraint(
                fields=["source", "their_id"], condition=~Q(their_id=""), name="one_exchange_a_number"
            ),
        ]
        indexes = [
            models.Index(F("due_at").asc(), name="exchange_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["state", "-id"], name="exchange_list"),
            models.Index(fields=["id"], name="exchange_media", condition=~Q(media_url="")),
        ]

    def __str__(self) -> str:
        return f"{self.report.number} ↔ {self.source} {self.their_id}".strip()
