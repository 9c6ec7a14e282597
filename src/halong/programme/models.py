"""The Scheme's tasks and projects, and the indices by which the province is compared."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from halong.core.permissions import scope_q


class ProjectQuerySet(models.QuerySet["Project"]):
    """Lists of projects."""

    def visible_to(self, user: object) -> Self:
        """The programme is open to everybody who works here."""
        return self.filter(scope_q(user, "programme.view", place="", agency="", sector=""))


class Project(models.Model):
    """A task or a project of the Scheme. What the sources don't say stays empty."""

    class Kind(models.TextChoices):
        TASK = "task", _("Task of the Scheme")
        PROJECT = "project", _("Project")

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=300)
    year = models.SmallIntegerField(_("year of approval"), null=True, blank=True)
    year_assumed = models.BooleanField(
        default=False
    )  # no source gives the year: placed so that the years' sums hold
    sector = models.CharField(max_length=40, blank=True)
    budget_vnd = models.BigIntegerField(_("budget, VND"), null=True, blank=True)
    illustrative = models.BooleanField(default=False)
    source = models.CharField(_("source"), max_length=300)

    objects = ProjectQuerySet.as_manager()

    @property
    def budget_millions(self) -> float | None:
        """The budget in millions of đồng."""
        return None if self.budget_vnd is None else self.budget_vnd / 1_000_000


class IndexValueQuerySet(models.QuerySet["IndexValue"]):
    """Lists of index values."""

    def visible_to(self, user: object) -> Self:
        """Published indices are open to everybody who works here."""
        return self.filter(scope_q(user, "programme.view", place="", agency="", sector=""))


class IndexValue(models.Model):
    """One year of an index (PCI, PAR Index, ICT Index) or of one of its parts: value, rank, or both."""

    index = models.CharField(max_length=40)
    part = models.CharField(max_length=200, blank=True)
    year = models.SmallIntegerField()
    value = models.FloatField(null=True, blank=True)
    value_verified = models.BooleanField(default=True)  # whether the value, too, was found in a source
    rank = models.SmallIntegerField(null=True, blank=True)
    verified = models.BooleanField(default=False)  # whether the row was found in a source
    source = models.CharField(max_length=300)

    objects = IndexValueQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index", "part", "year"], name="one_value_a_year")]
