"""Groups of people who take turns."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q
from halong.places.models import Agency, Place


class DutyRole(models.TextChoices):
    """What somebody does in a shift."""

    COMMAND = "command", pgettext_lazy("duty", "Leader on duty")
    LEADER = "leader", pgettext_lazy("duty", "Shift leader")
    OFFICER = "officer", pgettext_lazy("duty", "Officer on duty")
    TECHNICIAN = "technician", pgettext_lazy("duty", "Technician on duty")


class TeamQuerySet(models.QuerySet["Team"]):
    """Lists of teams."""

    def visible_to(self, user: object) -> Self:
        """Those of the places, agencies and sectors whose duty the user may see."""
        return self.filter(scope_q(user, "duty.view"))

    def current(self) -> Self:
        """Those that still work."""
        return self.filter(ended_at=None)


class Team(models.Model):
    """A group of people who take turns at being reachable. ``around_clock``: somebody has to be on at every hour, so that
    an hour without anybody is a gap.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, verbose_name=_("agency"), related_name="duty_teams"
    )
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, verbose_name=_("place"), related_name="duty_teams"
    )
    sector = models.CharField(_("sector"), max_length=40, blank=True)
    telephone = models.CharField(_("telephone of the duty room"), max_length=40, blank=True)
    around_clock = models.BooleanField(_("somebody is on at every hour"), default=True)
    at_once = models.PositiveSmallIntegerField(_("how many are on at the same time"), default=1)
    note = models.CharField(_("note"), max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """Somebody who takes turns in a team, with the part that he usually has; it is how calendars' names find people."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="duty_teams")
    role = models.CharField(_("part"), max_length=12, choices=DutyRole.choices, default=DutyRole.OFFICER)
    order = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="duty_member_once")]


class CalendarLink(models.Model):
    """A secret address under which other programs read a rota: of a team, or of one person in all teams. The address is
    made of ``pk`` and ``salt`` by this installation's key; withdrawn, it is of no use any more.
    """

    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="links")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="duty_links"
    )
    salt = models.CharField(max_length=22)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)  # by the day, so that reading hardly ever writes

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team__isnull=False) ^ models.Q(person__isnull=False),
                name="duty_link_of_one",
            ),
            models.UniqueConstraint(
                fields=["team", "person"],
                condition=models.Q(withdrawn_at=None),
                nulls_distinct=False,
                name="duty_one_link",
            ),
        ]
