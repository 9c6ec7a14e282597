"""Telephone calls that the centre takes in."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q
from halong.places.models import Agency, Place


class CallQuerySet(models.QuerySet["Call"]):
    """Lists of calls."""

    def visible_to(self, user: object) -> Self:
        """Those of the places and sectors that the user may see."""
        return self.filter(scope_q(user, "duty.view"))


class Call(models.Model):
    """A call as it was taken in. ``started_at`` is the first keystroke, ``taken_at`` when it was saved.

    ``sealed`` holds the caller's name and number, which only ``duty.handle`` opens and which a job forgets
    (``forgotten_at``). ``became_kind`` and ``became_ref`` say what was made of it: an incident, a citizen's report,
    or what it was added to; empty: an entry of the log only.
    """

    class Became(models.TextChoices):
        NOTHING = "", pgettext_lazy("call", "Log entry only")
        INCIDENT = "incident", pgettext_lazy("call", "Incident")
        REPORT = "report", pgettext_lazy("call", "Citizen's report")
        ALERT = "alert", pgettext_lazy("call", "Added to an alert")

    client_id = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=20)  # a key of ``duty.kinds.call_kinds``
    said = models.TextField()
    folded = models.TextField(blank=True, editable=False)
    sealed = models.BinaryField(null=True)  # {"name", "number"}, and "said" where the words name somebody
    forgotten_at = models.DateTimeField(null=True, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    where = models.CharField(max_length=300, blank=True)  # as the caller said it
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    sector = models.CharField(max_length=40, blank=True)
    urgent = models.BooleanField(default=False)
    passed_to = models.CharField(
        max_length=20, blank=True
    )  # the emergency number that the caller was sent to
    started_at = models.DateTimeField()
    taken_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    became_kind = models.CharField(max_length=12, choices=Became.choices, blank=True, default="")
    became_ref = models.CharField(max_length=60, blank=True)
    became_at = models.DateTimeField(null=True, blank=True)
    simulated = models.BooleanField(default=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-taken_at"], name="call_latest"),
            models.Index(
                fields=["taken_at"], name="call_to_forget", condition=models.Q(sealed__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return _("Call {number}").format(number=self.pk)

    @property
    def took_s(self) -> float:
        """Seconds from the first keystroke to the saved call."""
        return max(0.0, (self.taken_at - self.started_at).total_seconds())
