"""What is worth an alert: rules that people make, and the state of each rule for each series."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from halong.context.models import Entity
from halong.core.permissions import scope_q
from halong.observations.models import Series
from halong.places.models import Agency, Place


class RuleQuerySet(models.QuerySet["Rule"]):
    """Lists of rules."""

    def visible_to(self, user: object) -> Self:
        """Whoever may see rules sees all of them: a limit is no secret."""
        return self.filter(scope_q(user, "rules.view", place="", agency="", sector=""))


class Rule(models.Model):
    """A condition on a property of some things that asks for somebody's response."""

    class Kind(models.TextChoices):
        THRESHOLD = "threshold", _("Threshold")
        RATE = "rate", _("Rate of change")
        SILENCE = "silence", _("Silence")
        RANGE = "range", _("Out of physical range")
        STUCK = "stuck", _("Stuck value")
        HABIT = "habit", _("Against the same hour of past weeks")

    class Priority(models.IntegerChoices):
        CRITICAL = 1, _("Critical")
        HIGH = 2, _("High")
        ATTENTION = 3, _("Attention")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    property = models.CharField(_("property"), max_length=100, blank=True)  # empty: every property (silence)
    types = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    entities = models.ManyToManyField(Entity, blank=True)  # none: every thing of the types
    params = models.JSONField(_("parameters"), default=dict)  # typed by kind: rules.params
    # "" readings, "1h", "8h", "24h" means
    averaging = models.CharField(max_length=10, blank=True, default="")
    priority = models.SmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.ATTENTION)
    advice = models.CharField(_("what to do"), max_length=500, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    enabled = models.BooleanField(_("switched on"), default=False)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    objects = RuleQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class RuleState(models.Model):
    """Where one rule stands for one series. Several ingest processes agree on it by conditional UPDATE."""

    rule = models.ForeignKey(Rule, models.CASCADE)
    series = models.ForeignKey(Series, models.CASCADE)
    active = models.BooleanField(default=False)
    pending_since = models.DateTimeField(null=True, blank=True)  # condition true, duration not yet reached
    changed_at = models.DateTimeField(null=True, blank=True)
    last_time = models.DateTimeField(null=True, blank=True)
    # when silence or a duration falls due
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "series"], name="one_state_a_rule_and_series")]
