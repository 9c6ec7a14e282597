"""The things of the province, after the NGSI-LD information model (ETSI GS CIM 009, clause 4)."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q
from halong.places.models import Agency, Place


class EntityQuerySet(models.QuerySet["Entity"]):
    """Lists of things."""

    def visible_to(self, user: object) -> Self:
        """Those whose place, agency and sector the user may see."""
        return self.filter(scope_q(user, "entities.view"), deleted_at__isnull=True)

    def living(self) -> Self:
        """Those that were not deleted."""
        return self.filter(deleted_at__isnull=True)

    def of_type(self, *types: str) -> Self:
        """Those that have one of these types."""
        return self.filter(types__overlap=list(types))


class Entity(models.Model):
    """A thing: URN, one or several types, scopes; owned by a place and an agency.

    ``name``, ``lon`` and ``lat`` repeat the attributes ``name`` and ``location`` for lists and maps.
    """

    urn = models.CharField(max_length=300, unique=True)
    types = ArrayField(models.CharField(max_length=100))
    scopes = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    folded = models.CharField(max_length=200, editable=False, default="")
    sort_key = models.CharField(max_length=600, editable=False, default="")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, verbose_name=_("place"))
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, verbose_name=_("agency"))
    sector = models.CharField(_("sector"), max_length=40, blank=True, db_index=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    public = models.BooleanField(_("shown to the public"), default=False)
    simulated = models.BooleanField(_("simulated"), default=False)
    illustrative = models.BooleanField(_("illustrative"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = EntityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entities"
        indexes = [
            GinIndex(fields=["types"], name="entity_types"),
            GinIndex(fields=["scopes"], name="entity_scopes"),
        ]

    def __str__(self) -> str:
        return self.name or self.urn


class AttributeState(models.Model):
    """What one instance of an attribute says: its kind and the whole NGSI-LD document of the instance."""

    class Kind(models.TextChoices):
        PROPERTY = "Property"
        RELATIONSHIP = "Relationship"
        GEO_PROPERTY = "GeoProperty"
        LANGUAGE_PROPERTY = "LanguageProperty"
        JSON_PROPERTY = "JsonProperty"
        VOCAB_PROPERTY = "VocabProperty"
        LIST_PROPERTY = "ListProperty"
        LIST_RELATIONSHIP = "ListRelationship"

    name = models.CharField(max_length=200)
    dataset_id = models.CharField(max_length=300, blank=True, default="")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    document = models.JSONField()  # value, object, languageMap…, unitCode, observedAt, sub-attributes
    observed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Attribute(AttributeState):
    """The present state of one attribute instance of an entity; deleted instances stay with
    ``deleted_at``.
    """

    entity = models.ForeignKey(Entity, models.CASCADE, related_name="attributes")
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "name", "dataset_id"], name="one_attribute_instance"),
        ]


class AttributeVersion(AttributeState):
    """A state that an attribute instance was in: its temporal evolution, of every kind of attribute."""

    class Change(models.TextChoices):
        CREATED = "created", pgettext_lazy("attribute", "Created")
        UPDATED = "updated", pgettext_lazy("attribute", "Changed")
        DELETED = "deleted", pgettext_lazy("attribute", "Deleted")

    entity = models.ForeignKey(Entity, models.CASCADE, related_name="history")
    change = models.CharField(max_length=10, choices=Change.choices)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["entity", "name", "at"], name="attribute_history")]
