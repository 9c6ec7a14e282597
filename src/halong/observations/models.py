"""Streams of numbers. The readings themselves live in partitioned tables that ``store`` writes (``sql/``)."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from halong.context.models import Entity
from halong.core.permissions import scope_q


class SeriesQuerySet(models.QuerySet["Series"]):
    """Lists of series."""

    def visible_to(self, user: object) -> Self:
        """Those of the entities that the user may see."""
        visible = scope_q(
            user, "entities.view", place="entity__place", agency="entity__agency", sector="entity__sector"
        )
        return self.filter(visible, entity__deleted_at__isnull=True)


class Series(models.Model):
    """One property of one entity over time.

    ``unit`` is a UN/CEFACT code, ``interval_s`` the declared seconds between readings (against which the 75 % rule and
    silence count), ``minimum`` and ``maximum`` the physical range: outside it a reading can't be true.
    """

    id = models.AutoField(primary_key=True)
    entity = models.ForeignKey(Entity, models.CASCADE, related_name="series")
    property = models.CharField(_("property"), max_length=100)
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    interval_s = models.IntegerField(_("interval, seconds"), default=300)
    minimum = models.FloatField(_("physical minimum"), null=True, blank=True)
    maximum = models.FloatField(_("physical maximum"), null=True, blank=True)
    decimals = models.SmallIntegerField(_("decimals"), default=1)
    derived = models.CharField(
        max_length=40, blank=True
    )  # key of core.registry.derived_series; empty: measured
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "series"
        constraints = [models.UniqueConstraint(fields=["entity", "property"], name="one_series_a_property")]

    def __str__(self) -> str:
        return f"{self.entity} {self.property}"


class Lookout(models.Model):
    """When somebody who watches for silence last looked (see ``lookout``)."""

    name = models.CharField(max_length=20, primary_key=True)
    looked_at = models.DateTimeField()
