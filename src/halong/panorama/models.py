"""What the panorama remembers of those who look at it; the layouts of walls; the morning briefings."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from halong.accounts.models import DisplayToken
from halong.core.permissions import scope_q
from halong.places.models import Agency, Place


class LastLook(models.Model):
    """When somebody looked at the panorama last, and when the visit before that one ended."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", primary_key=True)
    at = models.DateTimeField()  # of the present visit, moved on while it lasts
    before = models.DateTimeField(null=True)  # the last moment of the visit before; null: this is the first


class WallLayoutQuerySet(models.QuerySet["WallLayout"]):
    """Lists of layouts."""

    def visible_to(self, user: object) -> Self:
        """Those of the places, agencies and sectors that the user may see; what a tile shows is judged tile by tile."""
        return self.filter(scope_q(user, "panorama.view"))


class WallLayout(models.Model):
    """What a wall shows: pages of tiles on a grid of 12 × 8 (``wall.document`` reads and checks them).

    Tiles look at ``place``, ``agency`` and ``sector`` (empty: all) unless they name a place of their own; those that go
    from place to place stay ``turn_seconds`` at each of ``turn_places`` (ids; empty: every unit below the place).
    ``version`` grows by one with every save.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    sector = models.CharField(max_length=40, blank=True)
    pages = models.JSONField(default=list)
    turn_seconds = models.IntegerField(default=60)
    turn_places = models.JSONField(default=list)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = WallLayoutQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class WallDisplay(models.Model):
    """Which layout the screen of a display token shows; without a row it shows the standard one."""

    token = models.OneToOneField(DisplayToken, models.CASCADE, primary_key=True, related_name="wall_display")
    layout = models.ForeignKey(WallLayout, models.CASCADE, related_name="displays")


class BriefingQuerySet(models.QuerySet["Briefing"]):
    """Lists of briefings."""

    def visible_to(self, user: object) -> Self:
        """Those of the places, agencies and sectors that the user may see briefings of."""
        return self.filter(scope_q(user, "briefings.view"))


class Briefing(models.Model):
    """The morning briefing of a day for the whole province, or for a place, an agency or a sector of it.

    ``content`` is what it says, by language ("vi", "en"): the page and the PDF are made from it, so that both say the same
    however much later they are opened (``briefing.content`` names the parts).
    """

    day = models.DateField()
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    sector = models.CharField(max_length=40, blank=True)
    content = models.JSONField()
    made_at = models.DateTimeField()

    objects = BriefingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "place", "agency", "sector"], name="one_briefing_a_day", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["-day"], name="briefing_day")]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}"
