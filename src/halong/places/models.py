"""Administrative units and agencies, with the dates between which each existed."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from halong.core.formats import format_date
from halong.core.permissions import scope_q
from halong.core.text import fold, sort_key
from halong.places.names import qualified


class Dated(models.Model):
    """Something that exists between two dates; ``valid_to`` is its last day, empty while it stands."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        abstract = True

    def valid_on(self, day: date) -> bool:
        """Whether it existed on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Branch(Dated):
    """A node of a tree; ``path`` is the chain of ids from the root, ``/1/17/``, so that a subtree is one
    prefix query.
    """

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=200, editable=False, default="")
    folded = models.CharField(max_length=200, editable=False, default="")
    sort_key = models.CharField(max_length=600, editable=False, default="")
    modified_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def name_keys(self) -> dict[str, str]:
        """The stored helpers of search and sorting for the present name."""
        return {"folded": fold(self.name), "sort_key": sort_key(self.name)}


class PlaceQuerySet(models.QuerySet["Place"]):
    """Lists of places."""

    def visible_to(self, user: object) -> Self:
        """Names of places are public knowledge; whoever may see pages at all may see all of them."""
        return self.filter(scope_q(user, "places.view", place="", agency="", sector=""))

    def on(self, day: date) -> Self:
        """The places that existed on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def within(self, place: "Place") -> Self:
        """The place and everything below it."""
        return self.filter(path__startswith=place.path)


class Place(Branch):
    """An administrative unit. Names recur across reforms, so a page always says which one it means."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("Province")
        CITY = "city", _("City")
        TOWN = "town", _("Town")
        DISTRICT = "district", _("District")
        WARD = "ward", _("Ward")
        COMMUNE = "commune", _("Commune")
        SPECIAL_ZONE = "special_zone", _("Special zone")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    area_km2 = models.FloatField(_("area, km²"), null=True, blank=True)
    population = models.IntegerField(_("population"), null=True, blank=True)
    boundary = models.JSONField(_("boundary"), null=True, blank=True)  # a GeoJSON geometry
    boundary_source = models.CharField(_("source of the boundary"), max_length=300, blank=True)
    boundary_approximate = models.BooleanField(_("approximate boundary"), default=True)
    reference = models.CharField(_("source"), max_length=300, blank=True)  # where these data come from

    objects = PlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="one_place_a_code_and_time")
        ]
        indexes = [models.Index(fields=["path"], name="place_path", opclasses=["varchar_pattern_ops"])]

    @property
    def qualified_name(self) -> str:
        """The name as pages show it, so that nobody mistakes a ward of today for a city of before."""
        return self.qualified_name_on(timezone.localdate())

    def qualified_name_on(self, day: date) -> str:
        """The same as it is said on a day: a unit that had ended by then is "the area of" its name."""
        return qualified(self.name, self.valid_to, day)


class PlaceSuccession(models.Model):
    """Which unit of before became (mainly) which unit of after."""

    former = models.ForeignKey(Place, models.CASCADE, related_name="successors")
    present = models.ForeignKey(Place, models.CASCADE, related_name="predecessors")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["former", "present"], name="one_place_succession")]


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Lists of agencies."""

    def visible_to(self, user: object) -> Self:
        """Names of agencies are public knowledge, like those of places."""
        return self.filter(scope_q(user, "places.view", place="", agency="", sector=""))

    def on(self, day: date) -> Self:
        """The agencies that existed on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def within(self, agency: "Agency") -> Self:
        """The agency and everything below it."""
        return self.filter(path__startswith=agency.path)


class Agency(Branch):
    """A body that owns things and answers for them: a department, a locality's committee, a hospital, a
    company.
    """

    short_name = models.CharField(_("short name"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    reference = models.CharField(_("source"), max_length=300, blank=True)  # where these data come from

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "agencies"
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="one_agency_a_code_and_time")
        ]
        indexes = [models.Index(fields=["path"], name="agency_path", opclasses=["varchar_pattern_ops"])]

    @property
    def called(self) -> str:
        """The short name, where it has one."""
        return self.short_name or self.name

    @property
    def qualified_name(self) -> str:
        """The name, and until when the agency existed where it has ended."""
        if self.valid_to is None or self.valid_to >= timezone.localdate():
            return self.name
        return _("%(name)s (until %(date)s)") % {"name": self.name, "date": format_date(self.valid_to)}


class AgencySuccession(models.Model):
    """Which agency of before was merged into, or renamed to, which agency of after."""

    former = models.ForeignKey(Agency, models.CASCADE, related_name="successors")
    present = models.ForeignKey(Agency, models.CASCADE, related_name="predecessors")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["former", "present"], name="one_agency_succession")]
