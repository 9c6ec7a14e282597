"""Levels of disaster risk: what readings suggest, and what the official bulletins say; never the same row."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q


class Hazard(models.TextChoices):
    """Kinds of natural disaster of QĐ 18/2021/QĐ-TTg."""

    STORM = "storm", pgettext_lazy("hazard", "Storm, tropical depression")
    SURGE = "surge", pgettext_lazy("hazard", "Storm surge with tide")
    RAIN = "rain", pgettext_lazy("hazard", "Heavy rain")
    FLOOD = "flood", pgettext_lazy("hazard", "Flood, inundation")
    LANDSLIDE = "landslide", pgettext_lazy("hazard", "Flash flood, landslide")
    HEAT = "heat", pgettext_lazy("hazard", "Heat")
    SEA_WIND = "sea-wind", pgettext_lazy("hazard", "Strong wind at sea")
    FOG = "fog", pgettext_lazy("hazard", "Fog")
    CONVECTION = "convection", pgettext_lazy("hazard", "Tornado, lightning, hail")
    COLD = "cold", pgettext_lazy("hazard", "Cold, frost")
    FIRE = "fire", pgettext_lazy("hazard", "Forest fire by natural causes")
    OTHER = "other", pgettext_lazy("hazard", "Another one")


class RiskQuerySet(models.QuerySet["RiskSuggestion"]):
    """Lists of suggestions."""

    def visible_to(self, user: object) -> Self:
        """They are about the whole province."""
        return self.filter(scope_q(user, "stages.view", place="", agency="", sector=""))

    def standing(self) -> Self:
        """Those that hold now."""
        return self.filter(until__isnull=True)


class RiskSuggestion(models.Model):
    """A level that readings suggest by the tables of QĐ 18/2021: Halong's own arithmetic, no bulletin.

    One row a hazard while the level stays; another level ends it (``until``) and begins the next. ``readings`` are
    ``{"name", "value", "unit", "at"}`` of what it rests on, ``table`` and ``row`` say by which row.
    """

    hazard = models.CharField(max_length=12, choices=Hazard.choices)
    level = models.SmallIntegerField()
    table = models.CharField(max_length=120)  # "Điều 50 QĐ 18/2021/QĐ-TTg"
    row = models.CharField(max_length=300)  # in the words of the table
    row_en = models.CharField(max_length=300)
    readings = models.JSONField(default=list)
    simulated = models.BooleanField(default=False)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()  # when it was last worked out
    until = models.DateTimeField(null=True)

    objects = RiskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="risk_level"),
            models.UniqueConstraint(
                fields=["hazard"], condition=Q(until__isnull=True), name="one_suggestion_a_hazard"
            ),
        ]
        indexes = [models.Index(fields=["-since"], name="risk_history")]

    def __str__(self) -> str:
        return f"{self.get_hazard_display()}: {self.level}"


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    """Lists of bulletins."""

    def visible_to(self, user: object) -> Self:
        """They are public."""
        return self.filter(scope_q(user, "stages.view", place="", agency="", sector=""))

    def standing(self) -> Self:
        """Those that nobody ended and no later one of the same issuer and hazard replaced."""
        return self.filter(ended_at__isnull=True)


class Bulletin(models.Model):
    """An official forecast or warning bulletin, relayed word for word with issuer, number and hour.

    A later one of the same issuer and hazard ends the one before. ``level`` is the level that it states; None: it states
    none. What was entered is never changed: a slip is ended and entered anew.
    """

    issuer = models.CharField(_("issuing body"), max_length=200)
    number = models.CharField(_("number"), max_length=80)
    issued_at = models.DateTimeField(_("hour of issue"))
    hazard = models.CharField(_("hazard"), max_length=12, choices=Hazard.choices)
    level = models.SmallIntegerField(_("level of disaster risk"), null=True, blank=True)
    text = models.TextField(_("text, word for word"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ending = models.CharField(max_length=300, blank=True)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(1, 5)), name="bulletin_level"
            ),
            models.UniqueConstraint(
                fields=["issuer", "number", "issued_at"], name="one_bulletin_an_issuer_number_and_hour"
            ),
        ]
        indexes = [models.Index(fields=["-issued_at"], name="bulletin_history")]

    def __str__(self) -> str:
        return f"{self.issuer} {self.number}"
