"""Who is on when: calendars, the turns in them, and exchanges."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q
from halong.duty.models.teams import DutyRole, Team


class Rota(models.Model):
    """A calendar of a team's turns: our own, a file that was read once, or an address that is read again and again."""

    class Kind(models.TextChoices):
        OWN = "own", pgettext_lazy("rota", "Kept here")
        FILE = "file", pgettext_lazy("rota", "iCalendar file")
        ADDRESS = "address", pgettext_lazy("rota", "iCalendar address")

    team = models.ForeignKey(Team, models.CASCADE, related_name="rotas")
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.OWN)
    role = models.CharField(_("part"), max_length=12, choices=DutyRole.choices, default=DutyRole.OFFICER)
    sealed = models.BinaryField(default=b"", editable=False)  # {"url"}: such addresses are often secrets
    host = models.CharField(max_length=253, blank=True)  # what is shown of the address
    inside = models.BooleanField(_("a machine of our own network"), default=False)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of what was read last
    read_at = models.DateTimeField(null=True, blank=True)  # when reading last succeeded
    due_at = models.DateTimeField(null=True, blank=True)  # when an address is read next
    expanded_to = models.DateTimeField(null=True, blank=True)  # turns are known until then
    failures = models.IntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    problems = models.JSONField(
        default=list
    )  # [{"line", "uid", "reason"}]: what of the last reading was left out
    ended_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["due_at"], name="duty_rota_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class Pattern(models.Model):
    """A turn that repeats, typed in here: the k-th occurrence is the k-th of ``people``, and round again. ``rrule`` is one
    of RFC 5545 without DTSTART, counted in the province's time.
    """

    rota = models.ForeignKey(Rota, models.CASCADE, related_name="patterns")
    role = models.CharField(_("part"), max_length=12, choices=DutyRole.choices, default=DutyRole.OFFICER)
    people = ArrayField(models.BigIntegerField())
    start = models.DateTimeField()
    minutes = models.IntegerField()
    rrule = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class ShiftQuerySet(models.QuerySet["Shift"]):
    """Lists of turns."""

    def visible_to(self, user: object) -> Self:
        """Those of teams whose duty the user may see."""
        return self.filter(
            scope_q(user, "duty.view", place="team__place", agency="team__agency", sector="team__sector")
        )


class Shift(models.Model):
    """One turn of one person. ``uid`` and ``recurrence`` are the event's in its calendar: reading it twice is harmless.
    ``who`` is what the calendar says; without ``person`` nobody of ours was found by it.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="shifts")
    rota = models.ForeignKey(Rota, models.CASCADE, related_name="shifts")
    role = models.CharField(_("part"), max_length=12, choices=DutyRole.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="duty_shifts"
    )
    who = models.CharField(max_length=200, blank=True)
    start = models.DateTimeField()
    end = models.DateTimeField()
    uid = models.CharField(max_length=255)
    recurrence = models.CharField(max_length=20, blank=True)  # RECURRENCE-ID in UTC, 20261123T010000Z
    note = models.CharField(max_length=300, blank=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        ordering = ["start", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rota", "uid", "recurrence", "who"], name="duty_shift_once"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="duty_shift_lasts"),
        ]
        indexes = [
            models.Index(fields=["team", "end", "start"], name="duty_shift_now"),
            models.Index(fields=["person", "end"], name="duty_shift_mine"),
        ]


class Override(models.Model):
    """For a time somebody stands in for somebody else; without ``replaced`` he is on in addition."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="overrides")
    role = models.CharField(_("part"), max_length=12, choices=DutyRole.choices)
    replaced = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["start", "pk"]
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("start")), name="duty_override_lasts")]
        indexes = [models.Index(fields=["team", "end"], name="duty_override_now")]
